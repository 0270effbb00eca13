// The identity of an element: a 64-bit keyed hash of its canonical form.
//
// This is the stage that decides what counts as one element. Each kind of value has keys of its
// own, derived from the seed, so that 0.5 never meets the integer with the same bits, nor "a" b"a".
// Numbers take the first of these forms that holds the value exactly:
//
//     int64 | uint64 | double | residues of the rational number
//
// so 1, 1.0 and True are one element, and 2**64 and float(2**64), but never 2**64 + 1. Points in
// time and durations take the first of
//
//     nanoseconds as int64 | whole seconds, and attoseconds within the second
//
// whatever unit they were stored in. Composite values are hashed by the identities of their
// members.
//
// Identities are stored in saved sketches. Whatever changes one of them must raise
// identity_version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bit_cast.hpp"
#include "base/mix.hpp"
#include "identity/number_residues.hpp"
#include "identity/rapidhash.hpp"
#include "identity/word_hash.hpp"

namespace cvmcount {

inline constexpr int identity_version = 1;

// A double that is no integer is m * 2**-k with an odd m of so many bits and k at most so many,
// which takes so many decimal digits.
inline constexpr int double_bits = 53;
inline constexpr int double_fraction_bits = 1074;
inline constexpr std::size_t double_digits = 767;

// The order is part of every identity: new kinds go to the end.
enum class kind : std::size_t {
    missing,
    integer,           // int64
    unsigned_integer,  // 2**63 to 2**64 - 1
    real,              // other doubles
    rational,          // other numbers
    complex,
    text,
    bytes,
    tuple,
    frozenset,
    date,
    datetime,
    aware_datetime,
    time,
    aware_time,
    duration,
    uuid,
    instance,      // of a class, by its name and what the class compares; a member of an Enum, too
    process_hash,  // values known only by a hash that may differ from process to process
    count
};

class identity_hash {
  public:
    explicit identity_hash(std::uint64_t seed) noexcept;

    // All missing values together, where they count at all.
    std::uint64_t of_missing() const noexcept { return keys_of(kind::missing).bytes; }

    std::uint64_t of_integer(std::int64_t value) const noexcept {
        return of_word(kind::integer, static_cast<std::uint64_t>(value));
    }

    std::uint64_t of_unsigned(std::uint64_t value) const noexcept {
        return of_word(value >> 63 ? kind::unsigned_integer : kind::integer, value);
    }

    // The integer with this magnitude (little-endian bytes) and sign, whatever its size.
    std::uint64_t of_big_integer(std::span<const std::byte> magnitude,
                                 bool negative) const noexcept;

    // Precondition: not a NaN, which is missing.
    std::uint64_t of_real(double value) const noexcept {
        if (value >= -two_to_63 && value < two_to_63) {
            const auto whole = static_cast<std::int64_t>(value);
            if (static_cast<double>(whole) == value) return of_integer(whole);
        } else if (value >= two_to_63 && value < two_to_64) {
            return of_unsigned(static_cast<std::uint64_t>(value));
        }
        return of_word(kind::real, bit_cast<std::uint64_t>(value));
    }

    // Precondition: the number is neither a 64-bit integer, signed or not, nor a double.
    std::uint64_t of_rational(const number_residues& number) const noexcept;

    std::uint64_t of_text(std::span<const std::byte> utf8) const noexcept {
        return of_bytes(kind::text, utf8);
    }

    std::uint64_t of_bytes(std::span<const std::byte> bytes) const noexcept {
        return of_bytes(kind::bytes, bytes);
    }

    // A point in time or an amount of it: so many whole seconds (rounded down) and 0 to 10**18 - 1
    // attoseconds. The zero of the scale is 1970-01-01 or midnight.
    std::uint64_t of_time(kind which, std::int64_t seconds,
                          std::int64_t attoseconds) const noexcept;

    // A complex number is known by the identities of its parts, neither of which is missing. One
    // without an imaginary part is the real number.
    std::uint64_t of_complex(std::uint64_t real, bool is_real,
                             std::uint64_t imaginary) const noexcept {
        if (is_real) return real;
        std::array<std::uint64_t, 2> parts = {real, imaginary};
        return of_members(kind::complex, parts);
    }

    // One word, or some bytes, that are the canonical form of a value of this kind.
    std::uint64_t of_word(kind which, std::uint64_t word) const noexcept {
        return hash_word(word, keys_of(which).word);
    }

    std::uint64_t of_bytes(kind which, std::span<const std::byte> bytes) const noexcept {
        return rapidhash::hash(bytes, bytes_key_of(which));
    }

    // A composite value by the identities of its members. They are scratch memory afterwards.
    std::uint64_t of_members(kind which, std::span<std::uint64_t> identities) const noexcept;

    // The bytes that of_members() hashes, for whoever has them in pieces. The identities are
    // scratch memory afterwards.
    static std::span<const std::byte> bytes_of_members(
        std::span<std::uint64_t> identities) noexcept;

    // The word that has this identity under of_word(), for whoever knows that there is one.
    std::uint64_t word_of(kind which, std::uint64_t identity) const noexcept {
        return unhash_word(identity, keys_of(which).word);
    }

    // The keys that of_word() and of_bytes() hash with, for kernels that do it themselves.
    word_key key_of(kind which) const noexcept { return keys_of(which).word; }
    rapidhash::key bytes_key_of(kind which) const noexcept {
        return {keys_of(which).bytes, secret_};
    }

  private:
    struct keys {
        word_key word;
        std::uint64_t bytes;
    };

    const keys& keys_of(kind which) const noexcept {
        return keys_[static_cast<std::size_t>(which)];
    }

    std::array<keys, static_cast<std::size_t>(kind::count)> keys_;
    rapidhash::secret_words secret_ = rapidhash::published_secret;
};

}  // namespace cvmcount
