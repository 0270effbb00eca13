// A red run means that a decimal number is another element than the number of the same value.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/bytes.hpp"
#include "identity/decimal.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

std::uint64_t identify(std::uint64_t magnitude, bool negative, std::int64_t scale,
                       const identity_hash& hash) {
    std::array<std::byte, 32> bytes{};
    store_le(bytes.data(), magnitude);
    return identify_decimal(bytes, negative, scale, hash);
}

TEST_CASE("integers and doubles are those elements") {
    const identity_hash hash(5);
    CHECK(identify(0, false, 3, hash) == hash.of_integer(0));
    CHECK(identify(1500, true, 2, hash) == hash.of_integer(-15));
    CHECK(identify(15, false, 1, hash) == hash.of_real(1.5));
    CHECK(identify(15, true, 1, hash) == hash.of_real(-1.5));
    CHECK(identify(7, false, -3, hash) == hash.of_integer(7000));
    CHECK(identify(1, true, -19, hash) == hash.of_real(-1e19));
    CHECK(identify(18446744073709551615U, false, 0, hash) == hash.of_unsigned(~0ULL));
    CHECK(identify(1, false, -22, hash) == hash.of_real(1e22));
    // 5 ** -60 and 2 ** -60 share ten to the minus sixty: too many digits for 64 bits.
    CHECK(identify(std::uint64_t{1} << 53, false, 0, hash) == hash.of_real(0x1p53));
    random_words random(1);
    for (int round = 0; round < 2000; ++round) {
        const auto twice = static_cast<std::int64_t>(random.next() >> random.below(64)) >> 12;
        const double half = static_cast<double>(twice) / 2;
        const auto five_times = static_cast<std::uint64_t>(std::abs(twice)) * 5;
        CHECK(identify(five_times, twice < 0, 1, hash) == hash.of_real(half));
    }
}

TEST_CASE("other numbers do not depend on how they are written") {
    const identity_hash hash(5);
    for (const std::int64_t scale : {1, 5, 76, 1000, 2000000000}) {
        CHECK(identify(3, false, scale, hash) == identify(300, false, scale + 2, hash));
        CHECK(identify(3, false, scale, hash) != identify(3, true, scale, hash));
        CHECK(identify(3, false, scale, hash) != identify(3, false, scale + 1, hash));
        CHECK(identify(300, false, -scale, hash) == identify(3, false, -scale - 2, hash));
    }
    const auto third = number_residues::of_integer(std::array{std::byte{1}}, false);
    CHECK(identify(1, false, 1, hash) == hash.of_rational(third.times_power_of_ten(-1)));
}

TEST_CASE("doubles of every size") {
    const identity_hash hash(5);
    // 2 ** -k is 5 ** k over 10 ** k, as long as 5 ** k fits.
    std::uint64_t power_of_five = 1;
    for (int k = 0; k <= 27; ++k, power_of_five *= 5) {
        CHECK(identify(power_of_five, false, k, hash) == hash.of_real(std::ldexp(1.0, -k)));
    }
    double power_of_ten = 1;
    for (int k = 0; k <= 22; ++k, power_of_ten *= 10) {  // those that are doubles
        CHECK(identify(1, false, -k, hash) == hash.of_real(power_of_ten));
    }
    CHECK(identify(1, false, -400, hash) != hash.of_real(std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace cvmcount::testing
