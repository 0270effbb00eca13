// A red run means that different values are counted as one, or one value as several.
// The rule in full, for every Python value, is tested from Python.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "base/calendar.hpp"
#include "identity/identity.hpp"

namespace cvmcount::testing {
namespace {

const identity_hash identity(7);

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::array<std::byte, 4> magnitude_of(std::uint32_t value) {
    std::array<std::byte, 4> magnitude;
    store_le(magnitude.data(), value);
    return magnitude;
}

// 2**exponent + add, as magnitude bytes with a few leading zeros.
std::vector<std::byte> power_of_two(unsigned exponent, unsigned add = 0) {
    std::vector<std::byte> magnitude(exponent / 8 + 3);
    magnitude[exponent / 8] = static_cast<std::byte>(1U << (exponent % 8));
    magnitude[0] |= static_cast<std::byte>(add);
    return magnitude;
}

TEST_CASE("a number is one element, whatever holds it") {
    for (const int value : {0, 1, -1, 2, 127, 128, 255, 65536, -32768}) {
        CHECK(identity.of_real(value) == identity.of_integer(value));
        const auto magnitude = magnitude_of(static_cast<std::uint32_t>(std::abs(value)));
        CHECK(identity.of_big_integer(magnitude, value < 0) == identity.of_integer(value));
    }
    CHECK(identity.of_real(-0.0) == identity.of_integer(0));
    CHECK(identity.of_unsigned(5) == identity.of_integer(5));
    for (unsigned exponent = 0; exponent < 1024; ++exponent) {
        const double value = std::ldexp(1.0, static_cast<int>(exponent));
        CHECK(identity.of_big_integer(power_of_two(exponent), false) == identity.of_real(value));
        CHECK(identity.of_big_integer(power_of_two(exponent), true) == identity.of_real(-value));
    }
    CHECK(identity.of_unsigned(1ULL << 63) == identity.of_real(std::ldexp(1.0, 63)));
    CHECK(identity.of_integer(std::numeric_limits<std::int64_t>::min()) ==
          identity.of_real(-std::ldexp(1.0, 63)));
}

TEST_CASE("neighbours around the edges of the forms are different elements") {
    std::set<std::uint64_t> seen;
    std::size_t added = 0;
    for (unsigned exponent = 60; exponent < 2100; ++exponent) {
        for (const unsigned add : {0U, 1U, 2U}) {
            for (const bool negative : {false, true}) {
                seen.insert(identity.of_big_integer(power_of_two(exponent, add), negative));
                ++added;
            }
        }
    }
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {0.5, -0.5, 5e-324, 1e-300, 0.1, infinity, -infinity}) {
        seen.insert(identity.of_real(value));
        ++added;
    }
    CHECK(seen.size() == added);
}

TEST_CASE("kinds never meet") {
    CHECK(identity.of_text(bytes_of("a")) != identity.of_bytes(bytes_of("a")));
    CHECK(identity.of_text({}) != identity.of_bytes({}));
    CHECK(identity.of_real(0.5) != identity.of_integer(bit_cast<std::int64_t>(0.5)));
    CHECK(identity.of_missing() != identity.of_integer(0));
    CHECK(identity.of_missing() != identity.of_text({}));
}

TEST_CASE("a time is one element, whatever holds it") {
    std::set<std::uint64_t> seen;
    const std::int64_t last = std::numeric_limits<std::int64_t>::max();
    const std::int64_t fits = last / 1000000000 - 1;  // in nanoseconds
    for (const std::int64_t seconds :
         {std::int64_t{0}, std::int64_t{-1}, fits, fits + 1, -fits, -fits - 1, last, -last - 1}) {
        for (const std::int64_t attoseconds :
             std::initializer_list<std::int64_t>{0, 1, 1000000000, 999999999999999999}) {
            seen.insert(identity.of_time(kind::datetime, seconds, attoseconds));
            seen.insert(identity.of_time(kind::duration, seconds, attoseconds));
        }
    }
    CHECK(seen.size() == 8 * 4 * 2);
    CHECK(identity.of_time(kind::datetime, 2, 5000000000) ==
          identity.of_word(kind::datetime, 2000000005));
}

TEST_CASE("dates of the calendar") {
    CHECK(days_since_1970(1970, 1, 1) == 0);
    CHECK(days_since_1970(1969, 12, 31) == -1);
    CHECK(days_since_1970(2000, 3, 1) == 11017);
    CHECK(days_since_1970(1, 1, 1) == -719162);
    CHECK(days_since_1970(9999, 12, 31) == 2932896);
}

TEST_CASE("residues hold a rational number, however it was reached") {
    const auto integer = [](std::uint32_t value, bool negative = false) {
        return number_residues::of_integer(magnitude_of(value), negative);
    };
    CHECK(integer(12).divided_by(integer(4)) == integer(3));
    CHECK(integer(12, true).divided_by(integer(4)) == integer(3, true));
    CHECK(integer(1).times_power_of_ten(3) == integer(1000));
    CHECK(integer(1).divided_by(integer(1000)) == integer(1).times_power_of_ten(-3));
    CHECK(integer(7).times_power_of_ten(999999999).times_power_of_ten(-999999999) == integer(7));
    CHECK(integer(1).times_power_of_ten(INT64_MIN).times_power_of_ten(INT64_MAX) ==
          integer(1).divided_by(integer(10)));
    // A denominator that one of the primes divides.
    const std::uint32_t prime = number_residues::primes[0];
    CHECK_FALSE(integer(1).divided_by(integer(prime)) == integer(2).divided_by(integer(prime)));
    CHECK(integer(1).divided_by(integer(prime))[0] == prime);
    // A multiple of one has no sign there: prime itself stands for what has no inverse.
    CHECK(integer(prime, true)[0] == 0);
}

}  // namespace
}  // namespace cvmcount::testing
