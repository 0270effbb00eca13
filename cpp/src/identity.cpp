#include "cvmcount/identity.hpp"

#include <array>

#include "cvmcount/bytes.hpp"
#include "cvmcount/mix.hpp"

namespace cvmcount {
namespace {

// Keys from a seed: a SplitMix64 sequence that starts at a mixed seed, so that neither neighbouring
// seeds nor seeds one step of the sequence apart share a key.
class key_sequence {
  public:
    explicit key_sequence(std::uint64_t seed) noexcept : state_(mix64(~mix64(seed))) {}

    std::uint64_t next() noexcept { return mix64(state_ += 0x9e3779b97f4a7c15U); }

    word_key next_word_key() noexcept {
        const std::uint64_t whitening = next();
        return {whitening, next()};
    }

  private:
    std::uint64_t state_;
};

std::uint64_t low_word(std::span<const std::byte> magnitude) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = magnitude.size(); i-- > 0;) {
        word = (word << 8) | std::to_integer<std::uint64_t>(magnitude[i]);
    }
    return word;
}

std::span<const std::byte> without_leading_zeros(std::span<const std::byte> magnitude) noexcept {
    while (!magnitude.empty() && magnitude.back() == std::byte{0}) {
        magnitude = magnitude.first(magnitude.size() - 1);
    }
    return magnitude;
}

// Whether an integer of more than 64 bits is a double: its significant bits span at most 53, and it
// is below 2**1024. `value` is then that double.
bool is_double(std::span<const std::byte> magnitude, double& value) noexcept {
    if (magnitude.size() > 128) return false;
    std::size_t low = 0;
    while (magnitude[low] == std::byte{0}) ++low;
    if (magnitude.size() - low > 8) return false;
    const std::uint64_t significant = low_word(magnitude.subspan(low));
    const auto width =
        static_cast<int>(std::bit_width(significant)) - std::countr_zero(significant);
    if (width > 53) return false;
    value = std::ldexp(static_cast<double>(significant), static_cast<int>(8 * low));
    return true;
}

}  // namespace

identity_hash::identity_hash(std::uint64_t seed) noexcept {
    key_sequence keys(seed);  // the order is part of the identity
    integer_ = keys.next_word_key();
    unsigned_ = keys.next_word_key();
    real_ = keys.next_word_key();
    residues_ = keys.next();
    text_ = keys.next();
    bytes_ = keys.next();
    missing_ = keys.next();
}

std::uint64_t identity_hash::of_big_integer(std::span<const std::byte> magnitude,
                                            bool negative) const noexcept {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.size() <= 8) {
        const std::uint64_t word = low_word(magnitude);
        if (!negative) return of_unsigned(word);
        if (word <= std::uint64_t{1} << 63) return of_integer(static_cast<std::int64_t>(0 - word));
    }
    if (double value; is_double(magnitude, value)) return of_real(negative ? -value : value);
    return of_residues(number_residues::of_integer(magnitude, negative));
}

std::uint64_t identity_hash::of_residues(const number_residues& number) const noexcept {
    std::array<std::byte, 4 * number_residues::primes.size()> bytes;
    for (std::size_t i = 0; i < number_residues::primes.size(); ++i) {
        store_le(bytes.data() + 4 * i, number[i]);
    }
    return xxh3::hash(bytes, residues_);
}

}  // namespace cvmcount
