// A red run means that a C++ program counts other elements than Python does, that an error changes
// a sketch, or that a setting is believed which no sketch can have.
#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cvmcount/sketch.hpp"
#include "identity/identity.hpp"
#include "reading/rules.hpp"
#include "sampler/sampler.hpp"
#include "support/arrow_tree.hpp"

namespace cvmcount::testing {
namespace {

std::vector<std::int64_t> range(std::int64_t begin, std::int64_t end) {
    std::vector<std::int64_t> numbers;
    for (; begin < end; ++begin) numbers.push_back(begin);
    return numbers;
}

sketch fed(std::int64_t begin, std::int64_t end, const sketch_settings& settings = {}) {
    sketch result(settings);
    result.update(range(begin, end));
    return result;
}

TEST_CASE("settings out of range name the setting") {
    const double nan = std::nan("");
    for (const double wrong : {0.0, 1.0, -1.0, nan}) {
        CHECK_THROWS_WITH_AS(sketch({.epsilon = wrong}), doctest::Contains("epsilon"),
                             std::invalid_argument);
        CHECK_THROWS_WITH_AS(sketch({.delta = wrong}), doctest::Contains("delta"),
                             std::invalid_argument);
        CHECK_THROWS_WITH_AS(sketch().confidence_interval(wrong), doctest::Contains("confidence"),
                             std::invalid_argument);
    }
    CHECK_THROWS_WITH_AS(sketch({.epsilon = 1e-9}), doctest::Contains("larger epsilon"),
                         std::invalid_argument);
    for (const std::size_t wrong : {std::size_t{1}, std::size_t{2}, max_capacity + 1}) {
        CHECK_THROWS_WITH_AS(sketch({.capacity = wrong}), doctest::Contains("capacity"),
                             std::invalid_argument);
    }
    const sketch by_target({.epsilon = 0.1, .delta = 0.01, .seed = 7, .dropna = false});
    CHECK(by_target.capacity() == sized_capacity(coins::hashed, 0.1, 0.01));
    CHECK(by_target.epsilon() == 0.1);
    CHECK(by_target.seed() == 7);
    CHECK(!by_target.dropna());
    const sketch by_capacity({.capacity = 500, .coins = coins::fresh});
    CHECK(by_capacity.capacity() == 500);
    CHECK(by_capacity.epsilon() == achieved_epsilon(coins::fresh, 500, 0.001));
}

TEST_CASE("a capacity is found once and stays right for many accuracy targets") {
    for (int turn = 0; turn < 2; ++turn) {
        for (int i = 1; i <= 40; ++i) {
            const double epsilon = 0.01 * i;
            CHECK(sketch({.epsilon = epsilon}).capacity() ==
                  sized_capacity(coins::hashed, epsilon, 0.001));
        }
    }
}

TEST_CASE("an element is the same by every way in") {
    sketch sketch;
    for (int turn = 0; turn < 2; ++turn) {
        sketch.update(std::vector<double>{1.0, 2.0, 0.5, std::nan("")});
        sketch.update(std::array<std::uint8_t, 3>{1, 2, 3});
        sketch.add(3);
        sketch.add(2.0F);
        sketch.add(true);
        sketch.add(std::numeric_limits<double>::quiet_NaN());
        sketch.update(std::vector<std::string>{"a", "b", ""});
        sketch.update(std::vector<std::string_view>{"b", "c"});
        sketch.add("c");
        sketch.add(18446744073709551615U);
        CHECK(sketch.count() == 4 + 4 + 1);  // 0.5 1 2 3, "" a b c, 2**64 - 1
    }
    CHECK(sketch.is_exact());
    CHECK(sketch.items_seen() == 2 * (3 + 3 + 3 + 3 + 2 + 1 + 1));
    const identity_hash hash(0);
    std::uint64_t identity = hash.of_bytes(std::as_bytes(std::span("\xff", 1)));
    sketch.add("\xff");  // not UTF-8
    sketch.take({.identities = &identity, .room = 1, .kept = 1, .item_count = 1});
    CHECK(sketch.count() == 10);
}

TEST_CASE("missing values count as one element if they are kept") {
    sketch keeps({.dropna = false});
    keeps.add(std::nan(""));
    keeps.update(std::vector<float>{1.0F, std::nanf("")});
    std::vector<std::int32_t> values = {1, 2, 3};
    const layout where = {reinterpret_cast<const std::byte*>(values.data()), 4, 3};
    const std::uint8_t valid = 0b011;
    keeps.update(column_view::numbers(number_type::int32, where).with_validity(&valid));
    const std::array<std::uint8_t, 3> mask = {0, 1, 0};
    const layout mask_where = {reinterpret_cast<const std::byte*>(mask.data()), 1, 3};
    keeps.update(column_view::numbers(number_type::int32, where).with_mask(mask_where));
    CHECK(keeps.count() == 1 + 3);
    CHECK(keeps.items_seen() == 9);
}

TEST_CASE("columns of text, bytes and times") {
    sketch sketch;
    const char bytes[] = "ab\0cd\0ab";
    const layout three = {reinterpret_cast<const std::byte*>(bytes), 3, 3};
    sketch.update(column_view::fixed_bytes(3, three));
    CHECK(sketch.count() == 2);
    const char32_t text[] = U"ab\0cd\0ab";
    const layout units = {reinterpret_cast<const std::byte*>(text), 12, 3};
    sketch.update(column_view::fixed_text(3, units));
    CHECK(sketch.count() == 4);
    sketch.add("cd");
    CHECK(sketch.count() == 4);
    const std::array<std::int64_t, 2> seconds = {1, 2}, milliseconds = {2000, 3000};
    const auto view = [](const auto& counts, std::int64_t nanoseconds) {
        return column_view::times(
            nanoseconds, {reinterpret_cast<const std::byte*>(counts.data()), 8, counts.size()});
    };
    sketch.update(view(seconds, 1'000'000'000));
    sketch.update(view(milliseconds, 1'000'000));
    CHECK(sketch.count() == 4 + 3);
    // A code point beyond Unicode is no text.
    const std::array<std::uint32_t, 2> wrong = {65, 0x110000};
    CHECK_THROWS_WITH_AS(
        sketch.update(column_view::fixed_text(
            1, {reinterpret_cast<const std::byte*>(wrong.data()), 4, wrong.size()})),
        doctest::Contains("beyond value 0"), std::invalid_argument);
}

TEST_CASE("Arrow data is released, whatever happens") {
    number_producer source;
    sketch sketch;
    ArrowArrayStream stream = source.stream();
    sketch.update(stream);
    CHECK(sketch.count() == 1);
    CHECK(sketch.items_seen() == 2);
    CHECK(source.all_released_once());
    CHECK_THROWS_AS(sketch.update(stream), std::invalid_argument);

    number_producer fails;
    fails.error = EINVAL;
    stream = fails.stream();
    CHECK_THROWS_WITH_AS(sketch.update(stream), "no more", std::runtime_error);
    CHECK(sketch.items_seen() == 4);  // what came before the error is counted
    CHECK(fails.all_released_once());

    arrow_tree tree("i", 3);
    tree.without_buffer().with(std::vector<std::int32_t>{1, 7, 8});
    sketch.update(tree.schema, tree.array);
    CHECK(sketch.count() == 3);
    CHECK(tree.released == 2);

    arrow_tree unknown("?", 1);
    CHECK_THROWS_WITH_AS(sketch.update(unknown.schema, unknown.array),
                         doctest::Contains("cannot count"), std::invalid_argument);
    CHECK(unknown.released == 2);
}

TEST_CASE("large inputs: one by one, in spans and in parts, to the same state") {
    const auto numbers = range(0, 60'000);
    sketch at_once, one_by_one, in_parts;
    at_once.update(numbers);
    for (const std::int64_t number : numbers) one_by_one.add(number);
    for (std::size_t begin = 0; begin < numbers.size(); begin += 7'000) {
        const std::size_t size = std::min<std::size_t>(7'000, numbers.size() - begin);
        in_parts.update(std::span(numbers).subspan(begin, size));
    }
    CHECK(at_once == one_by_one);
    CHECK(at_once == in_parts);
    CHECK(!at_once.is_exact());
    const interval bounds = at_once.confidence_interval();
    CHECK(bounds.low < at_once.count());
    CHECK(at_once.count() < bounds.high);
    CHECK(std::abs(at_once.estimate() / 60'000 - 1) < 0.05);
    CHECK(at_once.retained() == at_once.capacity());
    CHECK(at_once.sampling_rate() < 0.1);
    CHECK(at_once.memory_bytes() > 8 * at_once.retained());
}

TEST_CASE("a copy lives its own life, and a cleared sketch is as new") {
    sketch original = fed(0, 5000);
    sketch copy = original;
    CHECK(copy == original);
    copy.add(-1);
    CHECK(copy != original);
    original = copy;
    CHECK(copy == original);
    const identity_hash* const hash = copy.rules().hash;
    copy.clear();
    CHECK(copy == sketch());
    CHECK(copy.rules().hash == hash);  // readers hold on to it
    CHECK(original.empty_copy() == sketch());
    const sketch moved = std::move(original);
    CHECK(moved.items_seen() == 5001);
}

TEST_CASE("merging and set operations") {
    const sketch a = fed(0, 60'000), b = fed(40'000, 90'000, {.capacity = 2000});
    const sketch both = a | b;
    CHECK(both == (b | a));
    CHECK(both.capacity() == 2000);
    CHECK(both.epsilon() == b.epsilon());
    sketch grown = a;
    grown |= b;
    CHECK(grown == both);
    const auto contains = [](const sampled_count& count, std::uint64_t truth) {
        const interval bounds = count.confidence_interval(0.999);
        return bounds.low <= truth && truth <= bounds.high && bounds.low <= count.count() &&
               count.count() <= bounds.high;
    };
    CHECK(contains(a & b, 20'000));
    CHECK(contains(a - b, 40'000));
    CHECK(contains(b - a, 30'000));
    CHECK(contains(a ^ b, 70'000));
    const fraction_interval share = a.jaccard(b).confidence_interval(0.999);
    CHECK(share.low < 2.0 / 9);
    CHECK(share.high > 2.0 / 9);

    sketch_merge all;
    for (const sketch* part : {&a, &b}) all.add(*part);
    sketch target;
    all.merge_into(target);
    CHECK(target == both);
}

TEST_CASE("the accuracy target of a merge is that of the smallest, then the weakest") {
    sketch target({.epsilon = 0.05});
    target.merge(sketch({.epsilon = 0.1}));
    CHECK(target.epsilon() == 0.1);
    REQUIRE(sketch({.epsilon = 0.2}).capacity() == sketch({.epsilon = 0.3}).capacity());
    target.merge(sketch({.epsilon = 0.2}));
    CHECK(target.epsilon() == 0.2);
    target.merge(sketch({.epsilon = 0.3}));
    CHECK(target.epsilon() == 0.3);
    target.merge(sketch({.epsilon = 0.2}));
    CHECK(target.epsilon() == 0.3);
    target.merge(sketch({.epsilon = 0.1, .delta = 0.01, .capacity = 1024}));
    CHECK(target.delta() == 0.01);
}

TEST_CASE("sketches that do not go together") {
    const sketch plain = fed(0, 10);
    for (const sketch& other :
         {sketch({.seed = 1}), sketch({.dropna = false}), sketch({.coins = coins::fresh})}) {
        sketch target = plain;
        CHECK_THROWS_AS(target.merge(other), std::invalid_argument);
        CHECK_THROWS_AS(plain | other, std::invalid_argument);
        CHECK_THROWS_AS(plain & other, std::invalid_argument);
        CHECK_THROWS_AS(other - plain, std::invalid_argument);
        CHECK_THROWS_AS(plain.jaccard(other), std::invalid_argument);
        CHECK_THROWS_AS(plain.containment(other), std::invalid_argument);
        CHECK(target == plain);
    }
    CHECK_THROWS_WITH_AS(plain & sketch({.seed = 1}),
                         "sketches cannot be compared if they differ in seed",
                         std::invalid_argument);
    CHECK_THROWS_AS(sketch({.coins = coins::fresh}).forget_history(), std::invalid_argument);
    sketch up = fed(0, 50'000), forgotten = up;
    forgotten.forget_history();
    CHECK(up != forgotten);
    CHECK(up.count() != forgotten.count());
}

TEST_CASE("the salt of a process goes along, and two do not go together") {
    sketch salted = fed(0, 10);
    salted.add_process_hashes(5, 1);
    sketch plain = fed(5, 20);
    CHECK((plain | salted).salt() == 5U);
    CHECK(salted != fed(0, 10));
    sketch other = plain;
    other.add_process_hashes(6, 1);
    CHECK_THROWS_WITH_AS(salted.merge(other), doctest::Contains("their own hash()"),
                         std::invalid_argument);
    CHECK_THROWS_AS(salted & other, std::invalid_argument);
    CHECK(salted.items_seen() == 10);
    CHECK_THROWS_AS(salted.require_salt(6), std::invalid_argument);
    salted.require_salt(5);
    plain.require_salt(6);
    CHECK(sketch::from_bytes(salted.to_bytes()).salt() == 5U);
    CHECK(!salted.empty_copy().salt());
    salted.clear();
    CHECK(!salted.salt());
}

TEST_CASE("two elements that are known by hashes of their own are never exact") {
    const auto with_hashes = [](std::uint64_t items) {
        sketch result = fed(0, 10);
        result.add_process_hashes(5, items);
        return result;
    };
    const sketch one = with_hashes(1), two = with_hashes(2);
    CHECK(one.is_exact());
    CHECK(one.confidence_interval() == interval{10, 10});
    CHECK(!two.is_exact());
    CHECK((two.count() == 10 && two.estimate() == 10.0));
    sketch later = two;
    later.update(std::vector<int>(7, 3));
    CHECK(later.confidence_interval(0.5) == interval{10, 17});
    CHECK(sketch::from_bytes(two.to_bytes()) == two);
    CHECK(two != one);
    CHECK((one | fed(0, 3)).is_exact());
    CHECK(!(one | one).is_exact());
    CHECK((one | one) == (fed(0, 10) | two));
    CHECK((one & fed(0, 3)).exact);
    CHECK(!(one & one).exact);
    CHECK((one & one).count() == 10);
    sketch added = one;
    added.add_process_hashes(5, 1);
    CHECK(added == two);
    added.clear();
    CHECK(added.is_exact());
}

TEST_CASE("bytes bring back the whole sketch") {
    for (const coins kind : {coins::hashed, coins::fresh}) {
        const sketch original = fed(0, 30'000, {.epsilon = 0.1, .coins = kind, .seed = 3});
        const sketch loaded = sketch::from_bytes(original.to_bytes());
        CHECK(loaded == original);
        CHECK(loaded.epsilon() == 0.1);
        CHECK(loaded.to_bytes() == original.to_bytes());
    }
    CHECK_THROWS_AS(sketch::from_bytes({}), std::invalid_argument);
}

}  // namespace
}  // namespace cvmcount::testing
