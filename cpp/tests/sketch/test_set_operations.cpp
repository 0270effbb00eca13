// A red run means that an intersection, a difference or a similarity counts the wrong elements.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <vector>

#include "sketch/set_operations.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

using ids = std::set<std::uint64_t>;

struct model {
    ids elements;
    sampler sketch;
};

model random_model(random_words& random, const std::vector<std::uint64_t>& elements) {
    model made{{}, sampler(coins::hashed, 3 + random.below(20), 0)};
    const std::size_t items = random.below(30);
    for (std::size_t i = 0; i < items; ++i) {
        const std::uint64_t id = elements[random.below(elements.size())];
        made.sketch.offer_filtered({&id, 1}, 1);
        made.elements.insert(id);
    }
    return made;
}

TEST_CASE("below the smaller threshold every element of both is known") {
    random_words random(1);
    for (int round = 0; round < 5000; ++round) {
        std::vector<std::uint64_t> elements(1 + random.below(40));
        for (auto& element : elements) element = random.next();
        elements.push_back(random.below(2) == 0 ? 0 : ~0ULL);
        const model a = random_model(random, elements);
        const model b = random_model(random, elements);
        const double threshold =
            std::min(a.sketch.hashed().sampled_fraction(), b.sketch.hashed().sampled_fraction());
        const bool exact = a.sketch.is_exact() && b.sketch.is_exact();
        std::uint64_t both = 0;
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        for (const std::uint64_t id : elements) {
            if (!exact && static_cast<double>(id) / 18446744073709551616.0 >= threshold) continue;
            const bool in_a = a.elements.contains(id);
            const bool in_b = b.elements.contains(id);
            both += in_a && in_b ? 1 : 0;
            first += in_a && !in_b ? 1 : 0;
            second += in_b && !in_a ? 1 : 0;
        }
        const overlap found(a.sketch, b.sketch);
        REQUIRE(found.in_both().retained == both);
        REQUIRE(found.in_first_only().retained == first);
        REQUIRE(found.in_one_only().retained == first + second);
        REQUIRE(found.in_both().sampling_rate == threshold);
        REQUIRE(found.in_both().exact == exact);
        REQUIRE(found.in_both().estimate() == static_cast<double>(both) / threshold);
        REQUIRE(found.jaccard().retained == both);
        REQUIRE(found.jaccard().of == both + first + second);
        REQUIRE(found.containment().retained == both);
        REQUIRE(found.containment().of == both + first);
        const auto most = [](const sampler& one) {
            return one.is_exact() ? one.retained() : one.items_seen();
        };
        const std::uint64_t most_a = most(a.sketch), most_b = most(b.sketch);
        REQUIRE(found.in_both().at_most == std::min(most_a, most_b));
        REQUIRE(found.in_first_only().at_most == most_a);
        REQUIRE(found.in_one_only().at_most == most_a + most_b);
        for (const auto& count : {found.in_both(), found.in_first_only(), found.in_one_only()}) {
            const interval bounds = count.confidence_interval(0.9);
            REQUIRE(bounds.low >= count.retained);
            REQUIRE(bounds.low <= bounds.high);
            REQUIRE(bounds.high <= a.sketch.items_seen() + b.sketch.items_seen());
            if (exact) REQUIRE(bounds == interval{count.retained, count.retained});
        }
        const fraction_interval share = found.jaccard().confidence_interval(0.9);
        REQUIRE(0.0 <= share.low);
        REQUIRE(share.low <= found.jaccard().estimate());
        REQUIRE(found.jaccard().estimate() <= share.high);
        REQUIRE(share.high <= 1.0);
    }
}

TEST_CASE("a sampler and itself") {
    random_words random(2);
    std::vector<std::uint64_t> items(1000);
    for (auto& item : items) item = random.next();
    sampler a(coins::hashed, 50, 0);
    a.offer_filtered(items, items.size());
    const overlap self(a, a);
    CHECK(self.in_both().retained == 49);
    CHECK(self.in_first_only().estimate() == 0.0);
    CHECK(self.in_one_only().confidence_interval(0.95).low == 0);
    CHECK(self.in_one_only().confidence_interval(0.95).high > 0);
    CHECK(self.jaccard().estimate() == 1.0);
    CHECK(self.jaccard().confidence_interval(0.95).low > 0.9);
    CHECK(self.jaccard().confidence_interval(0.95).low < 1.0);
}

TEST_CASE("nothing and nothing are alike") {
    const sampler empty(coins::hashed, 50, 0);
    const overlap none(empty, empty);
    CHECK(none.jaccard().estimate() == 1.0);
    CHECK(none.containment().estimate() == 1.0);
    CHECK(none.jaccard().confidence_interval(0.95) == fraction_interval{1.0, 1.0});
    CHECK(none.in_both().confidence_interval(0.95) == interval{0, 0});
}

}  // namespace
}  // namespace cvmcount::testing
