// The identity of an element: a 64-bit keyed hash of its canonical form.
//
// This is the stage that decides what counts as one element. Each kind of value has a key of its
// own, derived from the seed, so that 0.5 never meets the integer with the same bits, nor "a" b"a".
// Numbers take the first of these forms that holds the value exactly:
//
//     int64 | uint64 | double | residues of the rational number
//
// so 1, 1.0 and True are one element, and 2**64 and float(2**64), but never 2**64 + 1.
//
// Identities are stored in saved sketches. Whatever changes one of them must raise
// identity_version.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cvmcount/number_residues.hpp"
#include "cvmcount/word_hash.hpp"
#include "cvmcount/xxh3.hpp"

namespace cvmcount {

inline constexpr int identity_version = 1;

class identity_hash {
  public:
    explicit identity_hash(std::uint64_t seed) noexcept;

    // All missing values together, where they count at all.
    std::uint64_t of_missing() const noexcept { return missing_; }

    std::uint64_t of_integer(std::int64_t value) const noexcept {
        return hash_word(static_cast<std::uint64_t>(value), integer_);
    }

    std::uint64_t of_unsigned(std::uint64_t value) const noexcept {
        return hash_word(value, value >> 63 ? unsigned_ : integer_);
    }

    // The integer with this magnitude (little-endian bytes) and sign, whatever its size.
    std::uint64_t of_big_integer(std::span<const std::byte> magnitude,
                                 bool negative) const noexcept;

    // Precondition: not a NaN, which is missing.
    std::uint64_t of_real(double value) const noexcept {
        constexpr double two_to_63 = 9223372036854775808.0;
        if (value >= -two_to_63 && value < two_to_63) {
            const auto whole = static_cast<std::int64_t>(value);
            if (static_cast<double>(whole) == value) return of_integer(whole);
        } else if (value >= two_to_63 && value < 2 * two_to_63) {
            return of_unsigned(static_cast<std::uint64_t>(value));
        }
        return hash_word(std::bit_cast<std::uint64_t>(value), real_);
    }

    // Precondition: the number is neither a 64-bit integer, signed or not, nor a double.
    std::uint64_t of_residues(const number_residues& number) const noexcept;

    std::uint64_t of_text(std::span<const std::byte> utf8) const noexcept {
        return xxh3::hash(utf8, text_);
    }

    std::uint64_t of_bytes(std::span<const std::byte> bytes) const noexcept {
        return xxh3::hash(bytes, bytes_);
    }

  private:
    word_key integer_, unsigned_, real_;
    std::uint64_t residues_, text_, bytes_, missing_;
};

}  // namespace cvmcount
