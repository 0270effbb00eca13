// A red run means that a retained element is lost or counted twice. Every operation runs on the
// real set and on std::set.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>

#include "cvmcount/id_set.hpp"
#include "random_words.hpp"

namespace cvmcount::testing {
namespace {

void check_against_std(std::uint64_t seed, std::uint64_t mask, int operations) {
    random_words random(seed);
    id_set real;
    std::set<std::uint64_t> model;
    for (int i = 0; i < operations; ++i) {
        const std::uint64_t id = random.next() & mask;
        if (random.below(3) == 0) {
            REQUIRE(real.erase(id) == (model.erase(id) == 1));
        } else {
            REQUIRE(real.insert(id) == model.insert(id).second);
        }
        const std::uint64_t other = random.next() & mask;
        REQUIRE(real.contains(other) == model.contains(other));
        REQUIRE(real.size() == model.size());
    }
    std::set<std::uint64_t> visited;
    real.for_each([&](std::uint64_t visit) { CHECK(visited.insert(visit).second); });
    CHECK(visited == model);
}

TEST_CASE("the set agrees with std::set") {
    check_against_std(1, ~0ULL, 20000);
    check_against_std(2, 0xff, 20000);         // dense: runs that wrap around the end
    check_against_std(3, 0xffULL << 32, 600);  // one home slot for all: the longest runs
    check_against_std(4, 0x7, 2000);           // often 0, the identity that marks a free slot
}

TEST_CASE("an empty set holds nothing") {
    id_set set;
    CHECK_FALSE(set.contains(0));
    CHECK_FALSE(set.contains(1));
    CHECK_FALSE(set.erase(0));
    CHECK_FALSE(set.erase(1));
    CHECK(set.memory_bytes() == 0);
}

}  // namespace
}  // namespace cvmcount::testing
