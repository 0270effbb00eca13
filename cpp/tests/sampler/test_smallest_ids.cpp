// A red run means that a retained element is lost or counted twice, or the wrong one evicted. Every
// operation runs on the real set and on std::set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "sampler/smallest_ids.hpp"
#include "support/random_words.hpp"

namespace cvmcount {

// How many places an update looks at: to find where it belongs, and to move what follows.
struct longest_run {
    static std::size_t steps(const smallest_ids& set, std::uint64_t id) {
        if (set.in_tree() || set.slots_.empty()) return 0;
        const std::size_t slot = set.lower_bound(id);
        std::size_t end = slot;
        while (set.slots_[end] != smallest_ids::free_slot) ++end;
        return end - std::min(set.home_of(id), set.slots_.size() - 1);
    }
    static bool is_in_tree(const smallest_ids& set) { return set.in_tree(); }
};

}  // namespace cvmcount

namespace cvmcount::testing {
namespace {

void check_against_std(std::uint64_t seed, std::uint64_t mask, std::size_t capacity,
                       int operations) {
    random_words random(seed);
    smallest_ids real(capacity);
    std::set<std::uint64_t> model;
    for (int i = 0; i < operations; ++i) {
        const std::uint64_t id = random.next() & mask;
        REQUIRE(real.contains(id) == (model.count(id) == 1));
        if (real.is_near_home(id)) REQUIRE(model.count(id) == 1);
        if (model.size() < capacity) {
            REQUIRE(real.insert(id) == model.insert(id).second);
            REQUIRE_FALSE(real.insert(id));
        } else if (id < *model.rbegin()) {
            const bool is_new = model.count(id) == 0;
            REQUIRE(real.replace_largest(id) == is_new);
            if (is_new) model.erase(std::prev(model.end()));
            model.insert(id);
        }
        REQUIRE(real.size() == model.size());
        REQUIRE(real.largest() == *model.rbegin());
        if (i % 64 != 0) continue;
        const std::vector<std::uint64_t> expected(model.begin(), model.end());
        REQUIRE(real.ascending() == expected);
        const std::uint64_t last = expected[random.below(expected.size())];
        REQUIRE(real.ascending(last) ==
                std::vector<std::uint64_t>(model.begin(), model.upper_bound(last)));
        if (i % 4096 == 0) real = smallest_ids(capacity, expected);
    }
}

TEST_CASE("the set agrees with std::set") {
    check_against_std(1, ~0ULL, 1000, 50000);
    check_against_std(2, ~0ULL, 3, 5000);
    check_against_std(3, ~0ULL, 8, 200000);  // spread again many times
}

TEST_CASE("however identities lie together") {
    check_against_std(4, 0xffff, 300, 20000);  // one run, later spread to the last bit
    check_against_std(5, 0xffffULL << 48, 300, 20000);
    check_against_std(6, 0xff00000000000007ULL, 500, 20000);
    check_against_std(7, 0xff | 1ULL << 63, 200, 5000);
    check_against_std(8, 0x7, 5, 500);  // often 0, the identity that marks a free slot
    check_against_std(9, 0x3, 4, 100);
    check_against_std(10, 0x1f, 32, 2000);
}

TEST_CASE("identities close to the largest that there is") {
    for (const std::size_t capacity : {16U, 100U, 1000U}) {
        smallest_ids real(capacity);
        std::vector<std::uint64_t> expected;
        for (std::uint64_t left = capacity; left-- > 0;) {
            REQUIRE_FALSE(real.contains(~0ULL - left));
            REQUIRE(real.insert(~0ULL - left));
            expected.push_back(~0ULL - left);
            REQUIRE(real.ascending() == expected);
        }
    }
}

TEST_CASE("a set made at once takes what still comes") {
    random_words random(11);
    constexpr std::uint64_t last = ~0ULL;
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 99U, 100U}) {
        std::set<std::uint64_t> model;
        while (model.size() < size) model.insert(model.empty() ? 0 : random.next() >> 20);
        smallest_ids real(100, {model.begin(), model.end()});
        while (model.size() < 99) {
            const std::uint64_t id = random.next();
            REQUIRE(real.insert(id) == model.insert(id).second);
        }
        if (model.size() < 100) {
            real.insert(last);
            model.insert(last);
        }
        CHECK(real.ascending() == std::vector<std::uint64_t>(model.begin(), model.end()));
        CHECK(real.largest() == *model.rbegin());
    }
}

TEST_CASE("descending and ascending identities") {
    for (const std::uint64_t step : {1ULL, 1ULL << 20, 1ULL << 50}) {
        smallest_ids real(100);
        for (std::uint64_t i = 10000; i > 9900; --i) REQUIRE(real.insert(i * step));
        for (std::uint64_t i = 9900; i > 0; --i) {
            REQUIRE(real.largest() == (i + 100) * step);
            real.replace_largest(i * step);
        }
        CHECK(real.largest() == 100 * step);
        real.replace_largest(0);
        CHECK(real.contains(0));
        CHECK(real.size() == 100);
    }
}

TEST_CASE("nearly all that it holds is found at a first look") {
    random_words random(1);
    smallest_ids set(4364);
    for (int i = 0; i < 4364; ++i) set.insert(random.next());
    for (int i = 0; i < 50'000; ++i) {
        if (const std::uint64_t id = random.next(); id < set.largest()) set.replace_largest(id);
        if (i % 10'000 != 0) continue;
        const auto all = set.ascending();
        const auto found = std::count_if(all.begin(), all.end(),
                                         [&](std::uint64_t id) { return set.is_near_home(id); });
        CHECK(static_cast<double>(found) > 0.9 * 4364);
    }
}

// Offers identities to a set and to std::set. Returns after how many updates of more steps than
// there may be the set is in a tree, where there are none.
int count_long_updates(std::size_t capacity, std::uint64_t count,
                       const std::function<std::uint64_t(std::uint64_t)>& identity) {
    smallest_ids real(capacity);
    std::set<std::uint64_t> model;
    int long_updates = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t id = identity(i);
        if (model.size() == capacity && id >= *model.rbegin()) continue;
        if (longest_run::steps(real, id) > 3 * smallest_ids::most_steps) ++long_updates;
        if (model.size() < capacity) {
            REQUIRE(real.insert(id) == model.insert(id).second);
        } else {
            const bool is_new = model.insert(id).second;
            REQUIRE(real.replace_largest(id) == is_new);
            if (is_new) model.erase(std::prev(model.end()));
        }
        REQUIRE(real.largest() == *model.rbegin());
        REQUIRE(real.size() == model.size());
    }
    const std::vector<std::uint64_t> expected(model.begin(), model.end());
    CHECK(real.ascending() == expected);
    CHECK(real.ascending(expected[7]) ==
          std::vector<std::uint64_t>(expected.begin(), expected.begin() + 8));
    CHECK(longest_run::is_in_tree(real));
    CHECK(smallest_ids(capacity, expected).ascending() == expected);
    for (const std::uint64_t id : {expected[0], expected[5], expected.back()}) {
        CHECK(real.contains(id));
        CHECK_FALSE(real.insert(id));
        CHECK_FALSE(real.contains(id + 1) != (model.count(id + 1) == 1));
    }
    CHECK_FALSE(real.is_near_home(expected.back() + 1));
    return long_updates;
}

TEST_CASE("an update takes few steps, however identities were chosen") {
    constexpr std::size_t capacity = 20000;
    constexpr std::uint64_t some = 3 * capacity;
    CHECK(count_long_updates(capacity, some, [](auto i) { return i; }) <= 1);
    CHECK(count_long_updates(capacity, some, [](auto i) { return some - i; }) <= 1);
    CHECK(count_long_updates(capacity, some, [](auto i) { return ~0ULL - i; }) <= 1);
    CHECK(count_long_updates(capacity, some, [](auto i) { return (1ULL << 63) - i; }) <= 1);
    // One to a place, in a part of the places, and then one after the other at its beginning.
    CHECK(count_long_updates(capacity, some, [](auto i) {
              return i < capacity ? (i + 10) << 48 : (7ULL << 48) - i;
          }) <= 1);
    std::vector<std::uint64_t> saved = {1ULL << 63};
    for (std::uint64_t i = capacity; i-- > 1;) saved.push_back(i);
    std::sort(saved.begin(), saved.end());
    CHECK(longest_run::is_in_tree(smallest_ids(capacity, saved)));
    // Runs that are seen only when the table grows.
    CHECK(count_long_updates(capacity, some, [](auto i) { return (i + 1) * (~0ULL / 10000); }) <=
          1);
    random_words random(12);
    CHECK(count_long_updates(capacity, some, [&](auto i) {
              return i % 2 == 0 ? random.next() : (1ULL << 40) + (i * 0x9e3779b1ULL & 0xffffff);
          }) <= 1);
}

TEST_CASE("chosen identities among hashes do not make a long run before they are spread again") {
    constexpr std::size_t capacity = 20000;
    random_words random(14);
    CHECK(count_long_updates(capacity, capacity + 5000, [&](auto i) {
              return i < capacity ? random.next() : (1ULL << 62) + i;
          }) <= 1);
}

TEST_CASE("hashes never go to the tree, nor do they take many steps") {
    random_words random(13);
    for (const std::size_t capacity : {100U, 4365U, 100000U}) {
        smallest_ids real(capacity);
        std::size_t most = 0;
        for (std::size_t i = 0; i < 20 * capacity; ++i) {
            const std::uint64_t id = random.next();
            if (real.size() < capacity) {
                real.insert(id);
            } else if (id < real.largest()) {
                most = std::max(most, longest_run::steps(real, id));
                real.replace_largest(id);
            }
        }
        CHECK(most < smallest_ids::most_steps / 4);
        CHECK_FALSE(longest_run::is_in_tree(real));
    }
}

TEST_CASE("an empty set holds nothing") {
    smallest_ids set(5);
    CHECK_FALSE(set.contains(0));
    CHECK_FALSE(set.contains(1));
    CHECK_FALSE(set.is_near_home(0));
    CHECK(set.size() == 0);
    CHECK(set.memory_bytes() == 0);
}

}  // namespace
}  // namespace cvmcount::testing
