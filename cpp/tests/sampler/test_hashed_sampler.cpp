// A red run means that the sampler's state is not what its definition says. Every stream runs
// through the fast sampler and through the reference; their states must agree bit for bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sampler/hashed_sampler.hpp"
#include "support/random_words.hpp"
#include "support/reference_hashed_sampler.hpp"

namespace cvmcount::testing {
namespace {

using stream = std::vector<std::uint64_t>;

hashed_sampler sampled(std::size_t capacity, const stream& items) {
    hashed_sampler sampler(capacity);
    sampler.offer(items);
    return sampler;
}

void check_against_reference(std::size_t capacity, const stream& items) {
    hashed_sampler sampler(capacity);
    reference_hashed_sampler reference{capacity};
    for (const std::uint64_t identity : items) {
        sampler.offer({&identity, 1});
        reference.offer(identity);
        REQUIRE(sampler.retained() == reference.retained.size());
        REQUIRE(sampler.estimate() == reference.estimate);
        REQUIRE(sampler.sampling_rate() == reference.sampling_rate());
        REQUIRE(sampler.is_exact() == reference.exact);
        REQUIRE(sampler.items_seen() == reference.items_seen);
    }
    // Whoever holds the same identities turns all of them away as already there.
    const double before = sampler.estimate();
    const stream held(reference.retained.begin(), reference.retained.end());
    sampler.offer(held);
    CHECK(sampler.estimate() == before);
    CHECK(sampler.is_exact() == reference.exact);
}

stream random_stream(random_words& random, std::size_t length, std::uint64_t distinct,
                     std::uint64_t mask) {
    stream identities(distinct);
    for (auto& identity : identities) identity = random.next() & mask;
    stream items(length);
    for (auto& item : items) item = identities[random.below(distinct)];
    return items;
}

TEST_CASE("the sampler agrees with the reference") {
    random_words random(1);
    for (const std::size_t capacity : {3U, 4U, 7U, 16U, 100U, 1000U}) {
        for (const std::uint64_t distinct : {1U, 3U, 10U, 99U, 100U, 101U, 5000U}) {
            check_against_reference(capacity, random_stream(random, 4000, distinct, ~0ULL));
        }
    }
}

TEST_CASE("few different coins, so that many items lie at the threshold") {
    random_words random(2);
    for (int i = 0; i < 200; ++i) {
        check_against_reference(5, random_stream(random, 60, 40, 0x1f));
        check_against_reference(5, random_stream(random, 60, 40, 0xfULL << 60));
    }
}

TEST_CASE("the smallest and the largest identity are identities like any other") {
    constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
    check_against_reference(3, {0, last, 0, last, 5, last, 0, 4, 3, 0, last});
    check_against_reference(4, {last, 0, 1, last - 1, 0, 2, last});
    CHECK(sampled(10, {0, last, 0, last}).estimate() == 2.0);
}

TEST_CASE("orders that always or never change the buffer") {
    stream rising;
    for (std::uint64_t i = 1; i <= 3000; ++i) rising.push_back(i << 50);
    check_against_reference(64, rising);
    std::reverse(rising.begin(), rising.end());
    check_against_reference(64, rising);
}

TEST_CASE("however a stream is cut, the state is the same") {
    random_words random(3);
    for (int round = 0; round < 50; ++round) {
        const stream items = random_stream(random, 3000, 1 + random.below(2000), ~0ULL);
        const hashed_sampler whole = sampled(100, items);
        hashed_sampler pieces(100);
        for (std::span<const std::uint64_t> rest = items; !rest.empty();) {
            const auto size = std::min<std::size_t>(rest.size(), random.below(200));
            pieces.offer(rest.first(size));
            rest = rest.subspan(size);
        }
        REQUIRE(pieces == whole);
    }
}

TEST_CASE("identities above an earlier threshold can be left out") {
    random_words random(6);
    for (int round = 0; round < 200; ++round) {
        const stream items = random_stream(random, 3000, 1 + random.below(3000), ~0ULL);
        hashed_sampler filtered(100);
        std::uint64_t stale = filtered.threshold();
        for (std::span<const std::uint64_t> rest = items; !rest.empty();) {
            const auto size = std::min<std::size_t>(rest.size(), 1 + random.below(100));
            stream candidates;
            for (const std::uint64_t id : rest.first(size)) {
                if (id <= stale) candidates.push_back(id);
            }
            filtered.offer_filtered(candidates, size);
            if (random.below(2) == 0) stale = filtered.threshold();
            rest = rest.subspan(size);
        }
        REQUIRE(filtered == sampled(100, items));
    }
}

TEST_CASE("exact up to the capacity, and not beyond") {
    random_words random(4);
    stream items(64);
    for (auto& item : items) item = random.next();
    const hashed_sampler full = sampled(64, items);
    CHECK(full.is_exact());
    CHECK(full.full());
    CHECK(full.estimate() == 64.0);
    CHECK(full.count() == 64);
    CHECK(full.confidence_interval(0.99) == interval{64, 64});

    // The next new element is turned away: nothing changes but the knowledge that there are more.
    hashed_sampler more = full;
    const std::uint64_t above = *std::max_element(items.begin(), items.end()) + 1;
    more.offer({&above, 1});
    CHECK_FALSE(more.is_exact());
    CHECK(more.estimate() == 64.0);
    CHECK(more.count() == 65);
    CHECK(more.confidence_interval(0.95) == interval{65, 65});
    CHECK_FALSE(more == full);
}

TEST_CASE("a count lies between what is held and what was offered") {
    random_words random(5);
    for (int round = 0; round < 500; ++round) {
        const hashed_sampler sampler = sampled(3, random_stream(random, 12, 8, ~0ULL));
        CHECK(sampler.count() >= sampler.retained());
        CHECK(sampler.count() <= sampler.items_seen());
        const interval bounds = sampler.confidence_interval(0.9);
        CHECK(bounds.low <= bounds.high);
        CHECK(bounds.low >= sampler.retained());
        CHECK(bounds.high <= sampler.items_seen());
    }
}

TEST_CASE("an empty sampler") {
    const hashed_sampler sampler(10);
    CHECK(sampler.estimate() == 0.0);
    CHECK(sampler.count() == 0);
    CHECK(sampler.confidence_interval(0.95) == interval{0, 0});
    CHECK(sampler.is_exact());
    CHECK(sampler.sampling_rate() == 1.0);
}

}  // namespace
}  // namespace cvmcount::testing
