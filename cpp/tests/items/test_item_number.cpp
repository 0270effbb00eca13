// A red run means that a number is added up as another than it is.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "items/item_number.hpp"
#include "items/item_writer.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

template <class Write>
item_number number_of(Write write) {
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    item_number number{number_form::real, 1};
    REQUIRE(read_number(bytes, number));
    return number;
}

template <class Write>
bool is_number(Write write) {
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    item_number number;
    return read_number(bytes, number);
}

double real_of(const item_number& number) {
    REQUIRE(number.form == number_form::real);
    return bit_cast<double>(number.bits);
}

std::array<std::byte, 16> magnitude(std::uint64_t low, std::uint64_t high = 0) {
    std::array<std::byte, 16> bytes;
    store_le(bytes.data(), low);
    store_le(bytes.data() + 8, high);
    return bytes;
}

TEST_CASE("numbers of each form") {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{23}, std::int64_t{-1},
                                     std::int64_t{-300}, least, greatest}) {
        const auto integer = number_of([=](item_writer& out) { out.integer(value); });
        CHECK(integer.form == number_form::integer);
        CHECK(static_cast<std::int64_t>(integer.bits) == value);
        const auto time =
            number_of([=](item_writer& out) { out.nanoseconds(item_tag::duration, value, 1); });
        CHECK(time.form == number_form::duration);
        CHECK(static_cast<std::int64_t>(time.bits) == value);
    }
    CHECK(number_of([](item_writer& out) { out.missing(); }).form == number_form::none);
    CHECK(number_of([](item_writer& out) { out.boolean(true); }).bits == 1);
    CHECK(real_of(number_of([](item_writer& out) { out.real(-0.1); })) == -0.1);
    CHECK(real_of(number_of([](item_writer& out) { out.natural(~std::uint64_t{0}); })) == 0x1p64);
}

TEST_CASE("decimals are the nearest double") {
    const auto decimal = [](std::uint64_t low, bool negative, std::int64_t exponent) {
        return real_of(
            number_of([=](item_writer& out) { out.decimal(magnitude(low), negative, exponent); }));
    };
    CHECK(decimal(1234, false, -2) == 12.34);
    CHECK(decimal(1, true, -1) == -0.1);
    CHECK(decimal(7, false, 3) == 7000.0);
    CHECK(decimal(0, false, -5) == 0.0);
    const auto big = magnitude(0, 1);
    CHECK(real_of(number_of([=](item_writer& out) { out.decimal(big, false, 0); })) == 0x1p64);
}

TEST_CASE("what is no number") {
    const std::array<std::byte, 16> some{};
    CHECK(!is_number([&](item_writer& out) { out.text(std::span(some).first(1)); }));
    CHECK(!is_number([&](item_writer& out) { out.bytes(some); }));
    CHECK(!is_number([&](item_writer& out) { out.uuid(some); }));
    CHECK(!is_number([](item_writer& out) { out.date(5); }));
    CHECK(!is_number([](item_writer& out) { out.complex(1.0, 0.0); }));
    CHECK(!is_number([](item_writer& out) { out.begin_tuple(0); }));
    CHECK(!is_number([](item_writer& out) { out.nanoseconds(item_tag::datetime, 5, 1); }));
    // A duration that 64 bits of nanoseconds do not hold.
    CHECK(!is_number([](item_writer& out) { out.nanoseconds(item_tag::duration, greatest, 2); }));
}

// The sum of 128 bits as four limbs would be slower, and the same.
TEST_CASE("sums of integers are exact, in any order and in any parts") {
    random_words random(1);
    for (int round = 0; round < 200; ++round) {
        number_totals all, first, second;
        double expected = 0.0;
        std::int64_t low = greatest, high = least;
        const std::uint64_t count = 1 + random.below(60);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto bits = random.next() >> random.below(64);
            const std::uint64_t value = random.below(2) ? bits : ~bits;
            const auto number = static_cast<std::int64_t>(value);
            all.add(value, number_form::integer);
            (random.below(2) ? first : second).add(value, number_form::integer);
            expected += static_cast<double>(number);
            low = std::min(low, number);
            high = std::max(high, number);
        }
        first.add(second, number_form::integer);
        CHECK(first == all);
        CHECK(all.numbers == count);
        CHECK(static_cast<std::int64_t>(all.least) == low);
        CHECK(static_cast<std::int64_t>(all.greatest) == high);
        CHECK(all.sum_as_double(number_form::integer) ==
              doctest::Approx(expected).epsilon(1e-12).scale(1e6));
    }
    number_totals huge;
    for (int i = 0; i < 4; ++i)
        huge.add(static_cast<std::uint64_t>(greatest), number_form::integer);
    CHECK(huge.sum_high == 1);
    CHECK(huge.sum_low == ~std::uint64_t{3});
    for (int i = 0; i < 8; ++i) huge.add(static_cast<std::uint64_t>(least), number_form::integer);
    CHECK(huge.sum_as_double(number_form::integer) == -0x1p65 - 4.0);
}

TEST_CASE("integers become doubles where doubles come") {
    number_totals totals;
    totals.add(static_cast<std::uint64_t>(-3), number_form::integer);
    totals.add(5, number_form::integer);
    totals.make_real();
    CHECK(bit_cast<double>(totals.sum_low) == 2.0);
    CHECK(bit_cast<double>(totals.least) == -3.0);
    CHECK(bit_cast<double>(totals.greatest) == 5.0);
    totals.add(bit_cast<std::uint64_t>(0.5), number_form::real);
    CHECK(totals.sum_as_double(number_form::real) == 2.5);
    CHECK(totals.numbers == 3);
    number_totals none;
    none.make_real();
    CHECK(none == number_totals());
}

}  // namespace
}  // namespace cvmcount::testing
