// A red run means that the sampler with fresh coins is not the published algorithm's total variant,
// bit for bit or in distribution.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "sampler/fresh_sampler.hpp"
#include "support/reference_fresh_sampler.hpp"
#include "support/streams.hpp"

namespace cvmcount::testing {
namespace {

constexpr order orders[] = {order::once, order::passes, order::shuffled, order::halves,
                            order::zipf};

using bitwise_reference = reference_fresh_sampler<shared_coins>;
using plain_reference = reference_fresh_sampler<coin_for_each_item>;

// The formula for the variance as it is written in its source.
double plain_variance(const bitwise_reference& reference) {
    std::vector<std::uint64_t> stamps;
    for (const auto& member : reference.members) stamps.push_back(member.stamp);
    std::sort(stamps.begin(), stamps.end());
    const auto k = static_cast<double>(reference.capacity);
    const double r = 1.0 - 1.0 / (k * k);
    const double p = reference.sampling_rate();
    double sum = 0.0;
    for (std::size_t i = 0; i < stamps.size(); ++i) {
        const auto survived = static_cast<double>(reference.evictions - stamps[i]);
        sum += static_cast<double>(i) * (std::pow(r, -survived) - 1.0);
    }
    return static_cast<double>(stamps.size()) * (1.0 - p) / (p * p) - 2.0 / (p * p) * sum;
}

TEST_CASE("the sampler agrees with the reference bit for bit") {
    random_words random(1);
    std::uint64_t seed = 0;
    for (const std::size_t capacity : {3U, 5U, 40U, 300U}) {
        for (const order how : orders) {
            const auto items = make_stream(how, 900, random);
            fresh_sampler sampler(capacity, ++seed);
            bitwise_reference reference{capacity, {random_sequence(seed)}};
            for (const std::uint64_t identity : items) {
                sampler.offer({&identity, 1});
                reference.offer(identity);
                REQUIRE(sampler.retained() == reference.members.size());
                REQUIRE(sampler.estimate() == reference.estimate());
            }
            CHECK(sampler.is_exact() == (reference.evictions == 0));
            CHECK(sampler.items_seen() == items.size());
            CHECK(sampler.variance() == doctest::Approx(plain_variance(reference)).epsilon(1e-6));
        }
    }
}

TEST_CASE("however a stream is cut, the state is the same") {
    random_words random(2);
    const auto items = make_stream(order::shuffled, 1000, random);
    fresh_sampler whole(50, 9);
    whole.offer(items);
    fresh_sampler pieces(50, 9);
    for (std::span<const std::uint64_t> rest = items; !rest.empty();) {
        const auto size = std::min<std::size_t>(rest.size(), random.below(70));
        pieces.offer(rest.first(size));
        rest = rest.subspan(size);
    }
    CHECK(pieces == whole);
    CHECK_FALSE(whole == fresh_sampler(50, 9));
}

TEST_CASE("exact up to the capacity, and every identity counts") {
    fresh_sampler sampler(4, 1);
    const std::vector<std::uint64_t> items = {0, UINT64_MAX, 0, 1, UINT64_MAX, 2, 0, 1};
    sampler.offer(items);
    CHECK(sampler.is_exact());
    CHECK(sampler.estimate() == 4.0);
    CHECK(sampler.confidence_interval(0.99) == interval{4, 4});
    const std::uint64_t fifth = 3;
    sampler.offer({&fifth, 1});
    CHECK_FALSE(sampler.is_exact());
    CHECK(sampler.estimate() == 5.0);
    CHECK(sampler.count() == 5);
}

TEST_CASE("the sampling rate is a power, to rounding") {
    for (const std::size_t capacity : {3U, 1024U, 1000000U}) {
        for (const std::uint64_t evictions : {0ULL, 1ULL, 2ULL, 1023ULL, 40000ULL}) {
            const auto k = static_cast<double>(capacity);
            const double expected = std::exp(static_cast<double>(evictions) * -std::log1p(1.0 / k));
            CHECK(fresh_sampling_rate(capacity, evictions) ==
                  doctest::Approx(expected).epsilon(1e-9));
        }
    }
}

// The largest distance of two empirical distributions, in units in which its law is Kolmogorov's:
// P(distance > 2.6) = 2 exp(-2 * 2.6**2) = 3e-6; less for discrete values.
double kolmogorov_distance(std::vector<double> a, std::vector<double> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    double largest = 0.0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const double value = std::min(a[i], b[j]);
        while (i < a.size() && a[i] <= value) ++i;
        while (j < b.size() && b[j] <= value) ++j;
        largest = std::max(largest,
                           std::abs(double(i) / double(a.size()) - double(j) / double(b.size())));
    }
    return largest * std::sqrt(double(a.size()) * double(b.size()) / double(a.size() + b.size()));
}

// 20 comparisons of 3000 seeds each: false alarm 6e-5 in all.
TEST_CASE("skips and filter have the law of a coin for each item") {
    for (const order how : orders) {
        for (const std::size_t capacity : {3U, 8U, 30U, 100U}) {
            random_words random(capacity);
            const auto items = make_stream(how, 150, random);
            std::vector<double> fast, plain;
            for (std::uint64_t seed = 0; seed < 3000; ++seed) {
                fresh_sampler sampler(capacity, seed);
                sampler.offer(items);
                fast.push_back(sampler.estimate());
                plain_reference reference{capacity, {random_words(seed)}};
                for (const std::uint64_t item : items) reference.offer(item);
                plain.push_back(reference.estimate());
            }
            CAPTURE(static_cast<int>(how));
            CAPTURE(capacity);
            CHECK(kolmogorov_distance(fast, plain) < 2.6);
        }
    }
}

// The two laws differ (a buffer that halves is on average three quarters full), but given how often
// p was lowered both buffers are uniform samples: both are unbiased, and a full buffer is the
// better. 5 x 2 means against 4.5 standard errors: false alarm 7e-5.
TEST_CASE("beside CVM as published") {
    for (const order how : orders) {
        random_words random(11);
        const auto items = make_stream(how, 400, random);
        error_summary fast(400), published(400);
        for (std::uint64_t seed = 0; seed < 4000; ++seed) {
            fresh_sampler sampler(60, seed);
            sampler.offer(items);
            fast.add(sampler.estimate());
            published_cvm original{60, random_words(seed)};
            for (const std::uint64_t item : items) original.offer(item);
            published.add(original.estimate());
        }
        CAPTURE(static_cast<int>(how));
        CHECK(std::abs(fast.z()) < 4.5);
        CHECK(std::abs(published.z()) < 4.5);
        CHECK(fast.variance() < published.variance());
    }
}

TEST_CASE("CVM as published, with its buffer: far larger than it need be") {
    CHECK(published_buffer_size(0.05, 0.001, 1000000) == 157907);
    published_cvm original{published_buffer_size(0.5, 0.001, 3000), random_words(1)};
    for (std::uint64_t item = 0; item < 3000; ++item) original.offer(item * item);
    CHECK_FALSE(original.failed);
    CHECK(std::abs(original.estimate() - 3000) < 0.5 * 3000);
    // A tiny buffer fails now and then; the total variant has no such branch.
    int failures = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        published_cvm tiny{3, random_words(seed)};
        for (std::uint64_t item = 0; item < 200; ++item) tiny.offer(item);
        failures += tiny.failed;
    }
    CHECK(failures > 100);
}

// 1,000 passes over 2,000 elements, 100 times: a mean against 4.5 standard errors (7e-6), and the
// variance, whose relative standard error is sqrt(2/100) = 0.14, against 0.6 (2e-5).
TEST_CASE("a thousand passes") {
    error_summary errors(2000);
    double predicted = 0.0;
    int covered = 0;
    for (std::uint64_t trial = 0; trial < 100; ++trial) {
        std::vector<std::uint64_t> elements(2000);
        for (std::uint64_t i = 0; i < 2000; ++i) elements[i] = mix64(i + 1);
        fresh_sampler sampler(1024, trial);
        for (int pass = 0; pass < 1000; ++pass) sampler.offer(elements);
        errors.add(sampler.estimate());
        predicted += sampler.variance() / 2000 / 2000 / 100;
        const interval bounds = sampler.confidence_interval(0.95);
        covered += bounds.low <= 2000 && 2000 <= bounds.high;
    }
    CHECK(std::abs(errors.z()) < 4.5);
    CHECK(std::abs(errors.variance() / predicted - 1.0) < 0.6);
    // 1/sqrt(k - sqrt(2 k ln T)) bounds the error; here most elements are in the buffer.
    CHECK(std::sqrt(errors.variance()) <
          1.0 / std::sqrt(1024 - std::sqrt(2 * 1024 * std::log(1000))));
    CHECK(covered >= 85);
}

}  // namespace
}  // namespace cvmcount::testing
