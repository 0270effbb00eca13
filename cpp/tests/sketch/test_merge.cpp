// A red run means that a union is not what one sampler of everything would hold, or that it depends
// on the order of merging.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "sketch/sample_merge.hpp"
#include "support/random_words.hpp"
#include "support/reference_hashed_sampler.hpp"

namespace cvmcount::testing {
namespace {

using stream = std::vector<std::uint64_t>;

struct part {
    std::size_t capacity;
    stream items;
};

sampler sampled(const part& from) {
    hashed_sampler one(from.capacity);
    one.offer(from.items);
    return sampler(one);
}

std::vector<part> random_parts(random_words& random) {
    stream elements(1 + random.below(60));
    for (auto& element : elements) element = random.next() >> (random.below(4) == 0 ? 58 : 0);
    std::vector<part> parts(1 + random.below(6));
    for (auto& one : parts) {
        one.capacity = 8 + random.below(2) * random.below(20);
        const std::size_t length = random.below(3) * random.below(40);
        for (std::size_t i = 0; i < length; ++i) {
            one.items.push_back(elements[random.below(elements.size())]);
        }
    }
    return parts;
}

// Merges two of them until one is left: every tree of merges comes so.
sampler merged_by_some_tree(std::vector<sampler> samplers, random_words& random) {
    while (samplers.size() > 1) {
        random.shuffle(samplers);
        sample_merge two;
        two.add(samplers.back());
        samplers.pop_back();
        two.merge_into(samplers.back());
    }
    return samplers.front();
}

TEST_CASE("every tree gives the state of one call, and its sample is that of the whole stream") {
    random_words random(1);
    for (int round = 0; round < 3000; ++round) {
        const auto parts = random_parts(random);
        std::vector<sampler> samplers;
        sample_merge all;
        part whole = {SIZE_MAX, {}};
        for (const auto& one : parts) {
            samplers.push_back(sampled(one));
            all.add(samplers.back());
            whole.capacity = std::min(whole.capacity, one.capacity);
            whole.items.insert(whole.items.end(), one.items.begin(), one.items.end());
        }
        sampler at_once = samplers.front();
        if (samplers.size() > 1) {
            sample_merge others;
            for (std::size_t i = 1; i < samplers.size(); ++i) others.add(samplers[i]);
            others.merge_into(at_once);
        }
        for (int tree = 0; tree < 4; ++tree) {
            REQUIRE(merged_by_some_tree(samplers, random) == at_once);
        }
        const auto one = sampled(whole);
        REQUIRE(at_once.hashed().retained_ids() == one.hashed().retained_ids());
        REQUIRE(at_once.is_exact() == one.is_exact());
        REQUIRE(at_once.items_seen() == one.items_seen());
        REQUIRE(at_once.sampling_rate() == one.sampling_rate());
        REQUIRE(at_once.hashed().sampled_fraction() == one.hashed().sampled_fraction());
        if (one.is_exact()) REQUIRE(at_once == one);
    }
}

TEST_CASE("hundreds of parts, most of which add little") {
    random_words random(7);
    for (const std::size_t capacity : {40U, 300U}) {
        for (const std::uint64_t length : {1U, 30U, 1000U}) {
            part whole = {capacity, {}};
            sample_merge all;
            sampler one_by_one(coins::hashed, capacity, 0);
            for (int i = 0; i < 400; ++i) {
                part one = {capacity + static_cast<std::size_t>(random.below(2)), {}};
                for (std::uint64_t j = random.below(length); j-- > 0;) {
                    one.items.push_back(random.below(3) == 0 && !whole.items.empty()
                                            ? whole.items[random.below(whole.items.size())]
                                            : random.next());
                }
                whole.items.insert(whole.items.end(), one.items.begin(), one.items.end());
                all.add(sampled(one));
                sample_merge two;
                two.add(sampled(one));
                two.merge_into(one_by_one);
            }
            sampler at_once(coins::hashed, capacity, 0);
            all.merge_into(at_once);
            CHECK(at_once == one_by_one);
            CHECK(at_once.hashed().retained_ids() == sampled(whole).hashed().retained_ids());
        }
    }
}

TEST_CASE("without their histories parts give one state however a stream is divided and ordered") {
    random_words random(8);
    int sampled_alone = 0;
    for (int round = 0; round < 1000; ++round) {
        part whole = {8, {}};
        for (std::uint64_t i = random.below(60); i-- > 0;) {
            whole.items.push_back(random.below(40) * 0x9e3779b97f4a7c15U);
        }
        hashed_sampler expected = sampled(whole).hashed();
        const bool was_exact = expected.is_exact();
        expected.forget_history();
        REQUIRE(!expected.history());
        REQUIRE(expected.is_exact() == was_exact);
        random.shuffle(whole.items);
        std::vector<part> parts(1 + random.below(4), {8, {}});
        for (const auto item : whole.items) parts[random.below(parts.size())].items.push_back(item);
        sampled_alone += parts.size() == 1 && !was_exact ? 1 : 0;
        sampler all(coins::hashed, 8, 0);
        sample_merge others;
        for (const auto& one : parts) {
            sampler of_part = sampled(one);
            of_part.forget_history();
            others.add(of_part);
        }
        others.merge_into(all);
        REQUIRE(all.hashed() == expected);
        const stream more = {1, 2, 3, random.next()};
        all.offer_filtered(more, more.size());
        expected.offer(more);
        REQUIRE(all.hashed() == expected);
    }
    REQUIRE(sampled_alone > 0);
}

TEST_CASE("updating goes on after a merge") {
    random_words random(2);
    for (int round = 0; round < 1000; ++round) {
        auto parts = random_parts(random);
        parts.push_back({8, {}});
        const part more = {8, random_parts(random).front().items};
        std::vector<sampler> samplers;
        for (const auto& one : parts) samplers.push_back(sampled(one));
        sampler updated = merged_by_some_tree(samplers, random);
        updated.offer_filtered(more.items, more.items.size());
        samplers.push_back(sampled(more));
        const sampler expected = merged_by_some_tree(samplers, random);
        REQUIRE(updated.hashed().retained_ids() == expected.hashed().retained_ids());
        REQUIRE(updated.items_seen() == expected.items_seen());
        REQUIRE(updated.is_exact() == expected.is_exact());
    }
}

TEST_CASE("a merged sampler is one of order statistics, and stays one") {
    random_words random(3);
    stream items(5000);
    for (auto& item : items) item = random.next();
    sampler a = sampled({100, items});
    sample_merge twice;
    twice.add(a);
    twice.merge_into(a);
    CHECK(a.items_seen() == 10000);
    CHECK(a.estimate() == 99 / a.sampling_rate());
    const interval bounds = a.confidence_interval(0.95);
    CHECK(bounds.low < a.estimate());
    CHECK(bounds.high > a.estimate());
    const double before = a.estimate();
    const std::uint64_t smaller = 1;
    a.offer_filtered({&smaller, 1}, 1);
    CHECK(a.estimate() == 99 / a.sampling_rate());
    CHECK(a.estimate() > before);
}

TEST_CASE("the martingale survives nothing but empty parts, and what needs none") {
    random_words random(4);
    stream items(300);
    for (auto& item : items) item = random.next();
    const sampler counted = sampled({100, items});
    const sampler exact = sampled({400, items});
    const auto merged = [](const sampler& a, const sampler& b) {
        sampler result = b;
        sample_merge both;
        both.add(a);
        both.merge_into(result);
        return result;
    };
    for (const std::size_t capacity : {100U, 200U}) {
        const sampler empty = sampled({capacity, {}});
        CHECK(merged(counted, empty) == counted);
        CHECK(merged(empty, counted) == counted);
    }
    CHECK(merged(exact, sampled({500, {items[7]}})).estimate() == 300);
    CHECK(merged(exact, sampled({500, {items[7]}})).is_exact());
    // A smaller capacity takes elements away; else the order of merging would show.
    const sampler small = merged(exact, sampled({50, {}}));
    CHECK_FALSE(small.is_exact());
    CHECK(small.capacity() == 50);
    CHECK(small.estimate() == 49 / small.sampling_rate());
    CHECK(merged(counted, sampled({50, {}})) == small);
}

TEST_CASE("exact samplers that just fit together, and just do not") {
    const auto united = [](const stream& a, const stream& b) {
        sampler result = sampled({3, a});
        sample_merge both;
        both.add(sampled({3, b}));
        both.merge_into(result);
        return result;
    };
    for (const stream& more : {stream{}, stream{3}, stream{1, 2, 3}}) {
        CHECK(united({1, 2, 3}, more).is_exact());
        CHECK(united(more, {1, 2, 3}).is_exact());
    }
    for (const stream& more : {stream{0}, stream{9}, stream{1, 9}, stream{2, 3, 9}}) {
        CHECK_FALSE(united({1, 2, 3}, more).is_exact());
        CHECK_FALSE(united(more, {1, 2, 3}).is_exact());
    }
}

TEST_CASE("a sampler that is not exact reports more elements than it holds") {
    hashed_sampler one(5);
    one.offer(stream{~0ULL, ~0ULL - 1, ~0ULL - 2, ~0ULL - 3, ~0ULL - 4, ~0ULL - 5});
    sampler a(one);
    sample_merge twice;
    twice.add(a);
    twice.merge_into(a);
    CHECK(a.count() == 6);
    CHECK(a.confidence_interval(0.5).low == 6);
}

TEST_CASE("numbers of items do not overflow") {
    sampler a(hashed_sampler(hashed_state{3, max_items, true, {}, {1, 2}}));
    sampler b(hashed_sampler(hashed_state{3, max_items - 5, true, {}, {2}}));
    sample_merge both;
    both.add(a);
    both.merge_into(b);
    CHECK(b.items_seen() == max_items);
    b.offer_filtered({}, 7);
    CHECK(b.items_seen() == max_items);
}

}  // namespace
}  // namespace cvmcount::testing
