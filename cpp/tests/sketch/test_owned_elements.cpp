// A red run means that a union counts an element of several operands twice, or not at all.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "sketch/owned_elements.hpp"

namespace cvmcount::testing {
namespace {

using sample = std::vector<std::uint64_t>;
using owners = std::vector<std::pair<std::uint32_t, bool>>;

void check(const std::vector<sample>& samples) {
    owned_elements elements;
    std::map<std::uint64_t, owners> expected;
    for (std::uint32_t owner = 0; owner < samples.size(); ++owner) {
        const sample& each = samples[owner];
        const std::size_t below = each.size() - each.size() / 3;
        elements.add(each, below);
        for (std::size_t i = 0; i < each.size(); ++i) {
            expected[each[i]].emplace_back(owner, i < below);
        }
    }
    auto next = expected.begin();
    bool same = true;
    elements.for_each([&](auto first, auto last) {
        owners found;
        for (auto each = first; each != last; ++each) found.emplace_back(each->owner, each->below);
        same = same && next != expected.end() && first->identity == next->first &&
               found == next->second;
        if (next != expected.end()) ++next;
    });
    CHECK(same);
    CHECK((next == expected.end()));
}

sample draw(std::mt19937_64& random, std::size_t size, std::uint64_t below) {
    std::set<std::uint64_t> drawn;
    while (drawn.size() < size) drawn.insert(random() % below);
    return {drawn.begin(), drawn.end()};
}

TEST_CASE("the elements of several samples come in order, each with its owners") {
    std::mt19937_64 random(1);
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    check({});
    check({{}, {0, largest}, {}, {largest}});
    check({draw(random, 20'000, largest)});
    // Many that have much in common, and samples of very different thresholds together.
    std::vector<sample> samples;
    for (int i = 0; i < 20; ++i) samples.push_back(draw(random, 3'000, 5'000));
    check(samples);
    for (const unsigned shift : {0U, 10U, 40U}) {
        samples.push_back(draw(random, 4'000, largest >> shift));
    }
    check(samples);
}

}  // namespace
}  // namespace cvmcount::testing
