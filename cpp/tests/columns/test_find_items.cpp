// A red run means that an element of a column is kept as another value than the column has.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/calendar.hpp"
#include "columns/array_columns.hpp"
#include "columns/find_items.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

constexpr std::size_t size = 3000;

// The identities of the values that are not missing, each once, having been read as a sketch does.
std::vector<std::uint64_t> identities_of(const column& values, const reading_rules& rules) {
    std::vector<std::uint64_t> identities(values.size() + filter_slack);
    identity_cache cache;
    reading_output output = {.identities = identities.data(), .room = identities.size()};
    REQUIRE(values.read(0, values.size(), rules, cache, output) == values.size());
    identities.resize(output.kept);
    std::sort(identities.begin(), identities.end());
    identities.erase(std::unique(identities.begin(), identities.end()), identities.end());
    return identities;
}

struct counts {
    std::size_t elements, told;
};

// How many elements there are, and how many their identities tell: as what the column has there.
counts told_values(const column& values) {
    const identity_hash hash(3);
    const reading_rules rules = {.hash = &hash, .threshold = ~std::uint64_t{0}, .dropna = true};
    const auto identities = identities_of(values, rules);
    lacking_items told(identities);
    lacking_items found(identities);
    give_told_items(values, rules, told);  // of which others may have added some
    REQUIRE(told.left() == identities.size());
    told.only_of_reader = true;
    give_told_items(values, rules, told);
    identity_cache cache;
    REQUIRE(find_items(values, 0, values.size(), rules, cache, found) == values.size());
    REQUIRE(found.left() == 0);
    for (const std::uint64_t identity : identities) {
        if (told.lacks(identity)) continue;
        const auto a = told.value_of(identity), b = found.value_of(identity);
        REQUIRE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
    return {identities.size(), identities.size() - told.left()};
}

template <class Value, class Next>
std::vector<Value> made(Next next) {
    std::vector<Value> values(size);
    for (auto& value : values) value = next();
    return values;
}

template <class Value>
layout layout_of(const std::vector<Value>& values) {
    return {reinterpret_cast<const std::byte*>(values.data()), sizeof(Value), values.size()};
}

template <class Integer>
void check_integers(number_type type, bool are_told) {
    random_words random(1);
    const auto values = made<Integer>([&] { return static_cast<Integer>(random.next()); });
    const counts found = told_values(number_column(type, layout_of(values)));
    CHECK(found.told == (are_told ? found.elements : 0));
}

TEST_CASE("integers are told by their identities") {
    check_integers<std::int8_t>(number_type::int8, true);
    check_integers<std::int16_t>(number_type::int16, true);
    check_integers<std::int32_t>(number_type::int32, true);
    check_integers<std::int64_t>(number_type::int64, true);
    check_integers<std::uint8_t>(number_type::uint8, true);
    check_integers<std::uint16_t>(number_type::uint16, true);
    check_integers<std::uint32_t>(number_type::uint32, true);
    check_integers<std::uint64_t>(number_type::uint64, false);
    check_integers<std::uint8_t>(number_type::boolean, false);
}

// Of those that are whole, none: each has the identity of an integer.
TEST_CASE("most floats are told by their identities") {
    random_words random(2);
    const auto cents =
        made<double>([&] { return static_cast<double>(random.below(100'000)) / 100; });
    const auto whole = made<double>([&] { return static_cast<double>(random.next() >> 12); });
    const auto any = made<double>([&] { return bit_cast<double>(random.next()); });
    const auto narrow =
        made<float>([&] { return static_cast<float>(random.below(1000)) / 8 + 0.0625F; });
    const counts of_cents = told_values(number_column(number_type::real64, layout_of(cents)));
    CHECK(of_cents.told > of_cents.elements * 98 / 100);
    CHECK(of_cents.told < of_cents.elements);
    CHECK(told_values(number_column(number_type::real64, layout_of(whole))).told == 0);
    CHECK(told_values(number_column(number_type::real64, layout_of(any))).told > size / 2);
    const counts of_narrow = told_values(number_column(number_type::real32, layout_of(narrow)));
    CHECK(of_narrow.told > of_narrow.elements * 98 / 100);
}

TEST_CASE("times are told unless one is no 64-bit number of nanoseconds") {
    random_words random(3);
    const auto amounts = made<std::int64_t>(
        [&] { return static_cast<std::int64_t>(random.below(10'000'000'000)) - 5'000'000'000; });
    const auto all_are_told = [](const counts& found) { return found.told == found.elements; };
    for (const kind which : {kind::datetime, kind::aware_datetime, kind::duration}) {
        for (const std::int64_t factor :
             {std::int64_t{1}, std::int64_t{1000}, nanoseconds_a_second}) {
            const time_form form = {.which = which, .factor = factor};
            CHECK(all_are_told(told_values(time_column(form, layout_of(amounts)))));
        }
    }
    const time_form milliseconds = {.which = kind::date, .divisor = 86'400'000};
    CHECK(all_are_told(told_values(time_column(milliseconds, layout_of(amounts)))));
    auto one_is_far = amounts;
    one_is_far[2000] = std::numeric_limits<std::int64_t>::max() / 5;
    const time_form microseconds = {.which = kind::datetime, .factor = 1000};
    CHECK(told_values(time_column(microseconds, layout_of(one_is_far))).told == 0);
}

TEST_CASE("a missing value is not told") {
    const identity_hash hash(3);
    const reading_rules rules = {.hash = &hash, .threshold = ~std::uint64_t{0}, .dropna = false};
    const std::vector<std::int64_t> values = {1, 2, 3};
    number_column column(number_type::int64, layout_of(values));
    const std::uint8_t validity = 0b101;
    column.set_validity(&validity, 0);
    lacking_items lacking(identities_of(column, rules));
    lacking.only_of_reader = true;
    give_told_items(column, rules, lacking);
    CHECK(lacking.left() == 1);
    CHECK(lacking.lacks(hash.of_missing()));
}

}  // namespace
}  // namespace cvmcount::testing
