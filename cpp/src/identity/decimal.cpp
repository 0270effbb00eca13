#include "identity/decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/bytes.hpp"
#include "identity/number_residues.hpp"

namespace cvmcount {
namespace {

// A natural number as 32-bit limbs, the least first.
class natural_number {
  public:
    static natural_number of_bytes(std::span<const std::byte> magnitude) noexcept {
        natural_number number;
        for (std::size_t i = 0; i < magnitude.size(); ++i) {
            number.limbs_[i / 4] |= std::to_integer<std::uint32_t>(magnitude[i]) << 8 * (i % 4);
        }
        number.size_ = (magnitude.size() + 3) / 4;
        number.drop_zeros();
        return number;
    }

    static natural_number of_digits(std::span<const std::byte> digits) noexcept {
        natural_number number;
        for (const std::byte digit : digits) {
            number.multiply_by_ten(std::to_integer<std::uint32_t>(digit));
        }
        return number;
    }

    bool is_zero() const noexcept { return size_ == 0; }

    std::size_t bits() const noexcept {
        return size_ == 0
                   ? 0
                   : 32 * size_ - static_cast<std::size_t>(std::countl_zero(limbs_[size_ - 1]));
    }

    // Divides it if it is a multiple. Returns whether it was.
    bool divide(std::uint32_t divisor) noexcept {
        std::array<std::uint32_t, max_limbs> quotient;
        std::uint64_t rest = 0;
        for (std::size_t i = size_; i-- > 0;) {
            rest = rest << 32 | limbs_[i];
            quotient[i] = static_cast<std::uint32_t>(rest / divisor);
            rest %= divisor;
        }
        if (rest != 0) return false;
        std::copy_n(quotient.begin(), size_, limbs_.begin());
        drop_zeros();
        return true;
    }

    void multiply_by_ten(std::uint32_t plus = 0) noexcept {
        std::uint64_t carry = plus;
        for (std::size_t i = 0; i < size_; ++i) {
            carry += std::uint64_t{limbs_[i]} * 10;
            limbs_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry != 0) limbs_[size_++] = static_cast<std::uint32_t>(carry);
    }

    // Precondition: it has no more bits.
    std::uint64_t low_word() const noexcept {
        return std::uint64_t{size_ > 1 ? limbs_[1] : 0} << 32 | (size_ > 0 ? limbs_[0] : 0);
    }

    // Calls use(magnitude) with its bytes, little-endian.
    template <class Use>
    auto with_bytes(Use use) const noexcept {
        std::array<std::byte, 4 * max_limbs> bytes;
        for (std::size_t i = 0; i < size_; ++i) store_le(bytes.data() + 4 * i, limbs_[i]);
        return use(std::span<const std::byte>(bytes.data(), 4 * size_));
    }

  private:
    // For double_digits of them.
    static constexpr std::size_t max_limbs = 80;

    void drop_zeros() noexcept {
        while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
    }

    std::array<std::uint32_t, max_limbs> limbs_{};
    std::size_t size_ = 0;
};

struct odd_divisor {
    std::uint64_t inverse;  // modulo 2**64
    std::uint64_t most;     // the largest quotient of a word

    // Finds the quotient of a word. Returns whether the word is a multiple.
    constexpr bool divides(std::uint64_t word, std::uint64_t& quotient) const noexcept {
        quotient = word * inverse;
        return quotient <= most;
    }
};

constexpr std::array<odd_divisor, 28> powers_of_five = [] {
    constexpr std::uint64_t inverse_of_five = 0xcccccccccccccccdU;
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    std::array<odd_divisor, 28> powers{{{1, largest}}};
    for (std::size_t i = 1; i < powers.size(); ++i) {
        powers[i] = {powers[i - 1].inverse * inverse_of_five, powers[i - 1].most / 5};
    }
    return powers;
}();

// A number that is neither a 64-bit integer nor a double.
std::uint64_t identify_ratio(const natural_number& coefficient, bool negative,
                             std::int64_t exponent, const identity_hash& hash) noexcept {
    return coefficient.with_bytes([&](std::span<const std::byte> magnitude) {
        const auto residues = number_residues::of_integer(magnitude, negative);
        return hash.of_rational(residues.times_power_of_ten(exponent));
    });
}

std::uint64_t identify_natural(natural_number coefficient, bool negative, std::int64_t exponent,
                               const identity_hash& hash) noexcept {
    if (coefficient.is_zero()) return hash.of_integer(0);
    while (exponent < 0 && coefficient.divide(10)) ++exponent;
    if (exponent >= 0) {
        // A double is less than 2**1024, and ten is more than 2**3.
        constexpr std::int64_t most_bits = 1100;
        if (exponent > most_bits ||
            static_cast<std::int64_t>(coefficient.bits()) + 3 * exponent > most_bits) {
            return identify_ratio(coefficient, negative, exponent, hash);
        }
        while (exponent-- > 0) coefficient.multiply_by_ten();
        return coefficient.with_bytes(
            [&](std::span<const std::byte> bytes) { return hash.of_big_integer(bytes, negative); });
    }
    // No multiple of ten, so once divided by 5 it is odd.
    if (exponent < -double_fraction_bits) {
        return identify_ratio(coefficient, negative, exponent, hash);
    }
    natural_number odd = coefficient;
    std::int64_t fives = exponent;
    while (fives < 0 && odd.divide(5)) ++fives;
    if (fives < 0 || odd.bits() > double_bits) {
        return identify_ratio(coefficient, negative, exponent, hash);
    }
    const double size = std::ldexp(static_cast<double>(odd.low_word()), static_cast<int>(exponent));
    return hash.of_real(negative ? -size : size);
}

}  // namespace

bool divide_by_power_of_ten(std::uint64_t coefficient, std::int64_t scale,
                            std::uint64_t& whole) noexcept {
    if (scale < 0 || scale >= static_cast<std::int64_t>(powers_of_five.size())) return false;
    const auto power = static_cast<std::size_t>(scale);
    std::uint64_t quotient = 0;
    const bool is_multiple = powers_of_five[power].divides(coefficient, quotient);
    whole = quotient >> power;
    return is_multiple && whole << power == quotient;
}

bool identify_short_decimal(std::uint64_t coefficient, bool negative, std::int64_t scale,
                            const identity_hash& hash, std::uint64_t& identity) noexcept {
    constexpr std::uint64_t largest = std::uint64_t{1} << 63;
    constexpr std::uint64_t largest_exact = std::uint64_t{1} << double_bits;
    if (coefficient >= largest || scale < 0 ||
        scale >= static_cast<std::int64_t>(powers_of_five.size())) {
        return false;
    }
    const auto power = static_cast<std::size_t>(scale);
    std::uint64_t quotient = 0;
    if (!powers_of_five[power].divides(coefficient, quotient)) {
        identity = hash.of_rational(number_residues::of_decimal(coefficient, negative, power));
        return true;
    }
    const std::uint64_t whole = quotient >> power;
    if (whole << power == quotient) {
        const auto value = static_cast<std::int64_t>(whole);
        identity = hash.of_integer(negative ? -value : value);
        return true;
    }
    if (quotient >= largest_exact) return false;
    const double size =
        static_cast<double>(quotient) / static_cast<double>(std::uint64_t{1} << power);
    identity = hash.of_real(negative ? -size : size);
    return true;
}

std::uint64_t identify_decimal(std::span<const std::byte> magnitude, bool negative,
                               std::int64_t scale, const identity_hash& hash) noexcept {
    const auto head = magnitude.first(std::min<std::size_t>(magnitude.size(), 8));
    const auto rest = magnitude.subspan(head.size());
    if (std::all_of(rest.begin(), rest.end(),
                    [](std::byte byte) { return byte == std::byte{0}; })) {
        std::array<std::byte, 8> word{};
        std::copy(head.begin(), head.end(), word.begin());
        std::uint64_t identity = 0;
        const auto short_coefficient = load_le<std::uint64_t>(word.data());
        if (identify_short_decimal(short_coefficient, negative, scale, hash, identity)) {
            return identity;
        }
    }
    return identify_natural(natural_number::of_bytes(magnitude), negative, -scale, hash);
}

std::uint64_t identify_decimal_digits(std::span<const std::byte> digits, bool negative,
                                      std::int64_t exponent, const identity_hash& hash) noexcept {
    constexpr std::size_t digits_of_a_word = 18;
    while (!digits.empty() && digits.front() == std::byte{0}) digits = digits.subspan(1);
    while (!digits.empty() && digits.back() == std::byte{0}) {
        digits = digits.first(digits.size() - 1);
        ++exponent;
    }
    if (digits.empty()) return hash.of_integer(0);
    if (digits.size() <= digits_of_a_word) {
        std::uint64_t coefficient = 0;
        for (const std::byte digit : digits) {
            coefficient = 10 * coefficient + std::to_integer<std::uint64_t>(digit);
        }
        std::uint64_t identity = 0;
        if (identify_short_decimal(coefficient, negative, -exponent, hash, identity)) {
            return identity;
        }
    }
    if (digits.size() > double_digits) {
        const auto residues = number_residues::of_digits(digits, negative);
        return hash.of_rational(residues.times_power_of_ten(exponent));
    }
    return identify_natural(natural_number::of_digits(digits), negative, exponent, hash);
}

}  // namespace cvmcount
