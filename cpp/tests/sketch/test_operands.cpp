// A red run means that a C++ program gets another union or intersection from its sketches than the
// formulas give; tests/test_union.py has the slow twin and the statistics.
#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "cvmcount/sketch.hpp"
#include "sampler/sampler.hpp"
#include "sketch/operands.hpp"

namespace cvmcount::testing {
namespace {

sketch sketch_of(std::int64_t begin, std::int64_t end, std::size_t capacity = 256) {
    std::vector<std::int64_t> items(static_cast<std::size_t>(end - begin));
    std::iota(items.begin(), items.end(), begin);
    sketch made({.capacity = capacity, .seed = 1});
    made.update(items);
    return made;
}

sampled_count union_of(const std::vector<sketch>& sketches) {
    sketch_operands operands;
    for (const sketch& each : sketches) operands.add(each);
    return operands.in_any();
}

sampled_count intersection_of(const std::vector<sketch>& sketches) {
    sketch_operands operands;
    for (const sketch& each : sketches) operands.add(each);
    return operands.in_all();
}

TEST_CASE("a union by its operands") {
    const sketch a = sketch_of(0, 5000), b = sketch_of(4000, 9000), c = sketch_of(8000, 20000, 64);
    const sampled_count found = union_of({a, b});
    CHECK(found.estimate() == doctest::Approx(9271.575111645132).epsilon(1e-12));
    CHECK(found.refined.variance == doctest::Approx(104125.99235272239).epsilon(1e-12));
    CHECK(union_of({b, a}) == found);
    const sampled_count mixed = union_of({a | b, c});
    CHECK(mixed.estimate() == doctest::Approx(19253.247081623755).epsilon(1e-12));
    CHECK(mixed.refined.variance == doctest::Approx(1483087.4570217682).epsilon(1e-12));
}

TEST_CASE("one operand answers for itself") {
    for (const sketch& one :
         {sketch_of(0, 5000), sketch_of(0, 100), sketch_of(0, 5000) | sketch_of(4000, 9000)}) {
        const sampled_count alone = union_of({one});
        CHECK(alone.estimate() == one.estimate());
        CHECK(alone.count() == one.count());
        CHECK(alone.confidence_interval(0.95) == one.confidence_interval(0.95));
    }
}

TEST_CASE("exact operands have an exact union, however large") {
    const sampled_count found =
        union_of({sketch_of(0, 200), sketch_of(150, 350), sketch_of(340, 540)});
    CHECK(found.exact);
    CHECK(found.count() == 540);
}

TEST_CASE("a union of few elements, and of elements that are no hashes") {
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    const auto sampler_of = [](const std::vector<std::uint64_t>& identities) {
        sampler made(coins::hashed, 1000, 0);
        made.offer_filtered(identities, identities.size());
        return made;
    };
    std::vector<std::uint64_t> few = {0, largest, largest - 1}, crowded = {largest};
    for (std::uint64_t i = 0; i < 900; ++i) crowded.push_back(i);
    operands all;
    all.add(sampler_of(few));
    all.add(sampler_of(crowded));
    all.add(sampler_of({}));
    CHECK(all.in_any().count() == 902);
    operands two;
    two.add(sampler_of(few));
    two.add(sampler_of({largest}));
    CHECK(two.in_any().count() == 3);
}

TEST_CASE("an intersection of two is that of the operator, and of more is counted") {
    const sketch a = sketch_of(0, 5000), b = sketch_of(2000, 7000), c = sketch_of(3000, 90000);
    CHECK(intersection_of({a, b}) == (a & b));
    const interval bounds = intersection_of({a, b, c}).confidence_interval(0.999);
    CHECK(bounds.low <= 2000);
    CHECK(bounds.high >= 2000);
    CHECK(intersection_of({sketch_of(0, 100), sketch_of(50, 150), sketch_of(60, 70)}).count() ==
          10);
}

TEST_CASE("operands that do not go together") {
    sketch_operands none;
    CHECK_THROWS_AS(none.in_any(), std::invalid_argument);
    sketch_operands operands;
    operands.add(sketch_of(0, 10));
    CHECK_THROWS_AS(operands.add(sketch({.seed = 2})), std::invalid_argument);
    CHECK_THROWS_AS(operands.add(sketch({.coins = coins::fresh, .seed = 1})),
                    std::invalid_argument);
    CHECK(operands.in_any().count() == 10);
}

}  // namespace
}  // namespace cvmcount::testing
