#include "identity/number_residues.hpp"

#include <type_traits>
#include <utility>

namespace cvmcount {
namespace {

constexpr std::uint32_t multiply(std::uint32_t a, std::uint32_t b, std::uint32_t prime) noexcept {
    return static_cast<std::uint32_t>(std::uint64_t{a} * b % prime);
}

constexpr std::uint32_t power(std::uint32_t base, std::uint64_t exponent,
                              std::uint32_t prime) noexcept {
    std::uint32_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result = multiply(result, base, prime);
        base = multiply(base, base, prime);
    }
    return result;
}

// By Fermat's little theorem; 0 for 0.
constexpr std::uint32_t inverse(std::uint32_t value, std::uint32_t prime) noexcept {
    return power(value, prime - 2, prime);
}

constexpr std::array<std::uint32_t, 4> inverses_of_ten = [] {
    std::array<std::uint32_t, 4> inverses{};
    for (std::size_t i = 0; i < 4; ++i) inverses[i] = inverse(10, number_residues::primes[i]);
    return inverses;
}();

// 10**-i modulo each prime, for the scales that decimals have.
constexpr auto negative_powers_of_ten = [] {
    std::array<std::array<std::uint32_t, 4>, 40> powers{};
    powers[0] = {1, 1, 1, 1};
    for (std::size_t i = 1; i < powers.size(); ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            powers[i][j] =
                multiply(powers[i - 1][j], inverses_of_ten[j], number_residues::primes[j]);
        }
    }
    return powers;
}();

// Calls visit(i) with each index of a prime as a constant, so that a division by it is a
// multiplication: of a loop over the primes, compilers make divisions.
template <class Visit>
void for_each_prime(Visit visit) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (visit(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<number_residues::primes.size()>{});
}

constexpr std::uint64_t magnitude_of(std::int64_t value) noexcept {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

number_residues number_residues::of_integer(std::span<const std::byte> magnitude,
                                            bool negative) noexcept {
    number_residues result;
    auto& residues = result.residues_;
    for (std::size_t end = magnitude.size(); end > 0;) {  // Horner's rule, four bytes at a time
        const std::size_t begin = (end - 1) / 4 * 4;
        std::uint32_t limb = 0;
        for (std::size_t i = end; i-- > begin;) {
            limb = (limb << 8) | std::to_integer<std::uint32_t>(magnitude[i]);
        }
        for (std::size_t i = 0; i < primes.size(); ++i) {
            residues[i] =
                static_cast<std::uint32_t>(((std::uint64_t{residues[i]} << 32) | limb) % primes[i]);
        }
        end = begin;
    }
    if (negative) result.negate();
    return result;
}

number_residues number_residues::of_decimal(std::uint64_t coefficient, bool negative,
                                            std::size_t scale) noexcept {
    number_residues result;
    const auto& powers = negative_powers_of_ten[scale];
    const bool is_short = coefficient >> 32 == 0;  // then its product with a power is a word
    for_each_prime([&](auto i) {
        const std::uint64_t residue = is_short ? coefficient : coefficient % primes[i];
        result.residues_[i] = static_cast<std::uint32_t>(residue * powers[i] % primes[i]);
    });
    if (negative) result.negate();
    return result;
}

number_residues number_residues::of_digits(std::span<const std::byte> digits,
                                           bool negative) noexcept {
    number_residues result;
    for (const std::byte digit : digits) {
        for (std::size_t i = 0; i < primes.size(); ++i) {
            const std::uint64_t next =
                std::uint64_t{result.residues_[i]} * 10 + std::to_integer<std::uint64_t>(digit);
            result.residues_[i] = static_cast<std::uint32_t>(next % primes[i]);
        }
    }
    if (negative) result.negate();
    return result;
}

void number_residues::negate() noexcept {
    for (std::size_t i = 0; i < primes.size(); ++i) {
        if (residues_[i] != 0) residues_[i] = primes[i] - residues_[i];
    }
}

number_residues number_residues::divided_by(const number_residues& divisor) const noexcept {
    number_residues result;
    for (std::size_t i = 0; i < primes.size(); ++i) {
        const std::uint32_t by = divisor.residues_[i];
        result.residues_[i] =
            by == 0 ? primes[i] : multiply(residues_[i], inverse(by, primes[i]), primes[i]);
    }
    return result;
}

number_residues number_residues::times_power_of_ten(std::int64_t exponent) const noexcept {
    number_residues result;
    constexpr auto tabled = static_cast<std::int64_t>(negative_powers_of_ten.size());
    const bool is_tabled = exponent <= 0 && exponent > -tabled;
    for (std::size_t i = 0; i < primes.size(); ++i) {
        const std::uint32_t base = exponent < 0 ? inverses_of_ten[i] : 10;
        const std::uint32_t factor =
            is_tabled ? negative_powers_of_ten[static_cast<std::size_t>(-exponent)][i]
                      : power(base, magnitude_of(exponent), primes[i]);
        result.residues_[i] = multiply(residues_[i], factor, primes[i]);
    }
    return result;
}

}  // namespace cvmcount
