// A red run means that a member is lost, or found where it is not. Every operation runs on the real
// set and on a plain list.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sampler/stamped_set.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

void check_against_list(std::uint64_t seed, std::uint64_t mask, int operations) {
    random_words random(seed);
    stamped_set real(5000);
    std::vector<std::uint64_t> identities, stamps;
    for (int i = 0; i < operations; ++i) {
        const std::uint64_t identity = random.next() & mask;
        const auto at = static_cast<std::size_t>(
            std::find(identities.begin(), identities.end(), identity) - identities.begin());
        const bool present = at < identities.size();
        REQUIRE(real.find(identity) == (present ? at : stamped_set::nowhere));
        if (!present) {
            real.insert(identity, static_cast<std::uint64_t>(i));
            identities.push_back(identity);
            stamps.push_back(static_cast<std::uint64_t>(i));
        } else if (random.below(3) == 0) {
            real.set_stamp(at, static_cast<std::uint64_t>(i));
            stamps[at] = static_cast<std::uint64_t>(i);
        } else {
            real.erase(at);
            identities[at] = identities.back();
            stamps[at] = stamps.back();
            identities.pop_back();
            stamps.pop_back();
        }
        REQUIRE(real.identities() == identities);
    }
    CHECK(real.stamps() == stamps);
}

TEST_CASE("the set agrees with a list") {
    check_against_list(1, 0x3ff, 6000);
    check_against_list(2, 0xffULL << 40, 3000);  // one home slot in the index for all
    check_against_list(3, 0x1ff, 6000);          // one counter of the filter, which overflows
    check_against_list(4, 0x7ULL << 32 | 0x7, 3000);
    check_against_list(5, 0xfffULL << 40, 20000);  // a tree takes the place of the index
}

TEST_CASE("members whose low bits were chosen do not make long runs") {
    std::vector<std::uint64_t> identities;
    for (std::uint64_t i = 0; i < 1 << 16; ++i) identities.push_back(i << 40);
    const std::vector<std::uint64_t> stamps(identities.size());
    stamped_set loaded(identities.size(), identities, stamps);
    CHECK(loaded.find(identities[70]) == 70);
    CHECK(loaded.find(1) == stamped_set::nowhere);
    loaded.erase(70);
    CHECK(loaded.find(identities.back()) == 70);
    identities.push_back(identities[5]);
    CHECK_THROWS_AS(stamped_set(identities.size(), identities, std::vector<std::uint64_t>(65537)),
                    std::invalid_argument);

    // Each stands behind its home, and so has to move where the first is erased.
    stamped_set chained(1 << 16);
    chained.insert(0, 0);
    chained.insert(1ULL << 40, 0);
    for (std::uint64_t i = 1; i < 1 << 14; ++i) chained.insert(i, i);
    const std::size_t in_index = chained.memory_bytes();
    chained.erase(0);
    CHECK(chained.memory_bytes() != in_index);  // a tree, of which erasing the next takes less
    CHECK(chained.find((1 << 14) - 1) == 0);
    CHECK(chained.find(1ULL << 40) == 1);
    for (std::uint64_t i = 1; i < (1 << 14) - 1; ++i) REQUIRE(chained.find(i) == i + 1);
    while (chained.size() > 0) chained.erase(chained.size() / 2);
    CHECK(chained.find(1) == stamped_set::nowhere);
    chained.insert(1, 2);
    CHECK(chained.find(1) == 0);
}

TEST_CASE("members that share a counter of the filter are all found") {
    constexpr std::uint64_t members = 300;  // more than a counter can count
    stamped_set set(members);
    for (std::uint64_t identity = 0; identity < members; ++identity) set.insert(identity, 0);
    for (std::uint64_t identity = 0; identity < members; ++identity) {
        for (std::uint64_t left = identity; left < members; ++left) {
            REQUIRE(set.find(left) != stamped_set::nowhere);
        }
        set.erase(set.find(identity));
        REQUIRE(set.find(identity) == stamped_set::nowhere);
    }
}

TEST_CASE("an empty set") {
    const stamped_set set(10);
    CHECK(set.find(0) == stamped_set::nowhere);
    CHECK(set.memory_bytes() == 0);
}

}  // namespace
}  // namespace cvmcount::testing
