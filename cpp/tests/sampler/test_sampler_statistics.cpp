// A red run means that the sampler is biased, or that its intervals lie. The seeds are fixed, so a
// run is red or green for good; the false-alarm probability of each test, had the seeds been drawn,
// is stated with it.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "sampler/hashed_sampler.hpp"
#include "support/streams.hpp"

namespace cvmcount::testing {
namespace {

// RSE**2 of the martingale estimate without repeats (Cohen 2015).
double relative_variance(double k, double n) {
    return ((n * (n - 1) - k * (k - 1)) / (2 * (k - 1)) - (n - k)) / (n * n);
}

struct size {
    unsigned k, n;
};

constexpr double levels[] = {0.68, 0.95, 0.997};

struct summary {
    double mean_error = 0.0;      // relative, in standard errors of the mean
    double variance_ratio = 0.0;  // observed over predicted
    double coverage[3] = {};
};

summary summarize(order how, std::size_t k, std::size_t n, int trials, std::uint64_t seed) {
    random_words random(seed);
    double sum = 0.0;
    double sum_of_squares = 0.0;
    summary result;
    for (int trial = 0; trial < trials; ++trial) {
        hashed_sampler sampler(k);
        sampler.offer(make_stream(how, n, random));
        const double error = sampler.estimate() / static_cast<double>(n) - 1.0;
        sum += error;
        sum_of_squares += error * error;
        for (int i = 0; i < 3; ++i) {
            const interval bounds = sampler.confidence_interval(levels[i]);
            if (bounds.low <= n && n <= bounds.high) result.coverage[i] += 1.0 / trials;
        }
    }
    const double predicted = relative_variance(static_cast<double>(k), static_cast<double>(n));
    result.mean_error = sum / trials / std::sqrt(predicted / trials);
    result.variance_ratio = sum_of_squares / trials / predicted;
    return result;
}

// 16 checks of a standard normal value against 4.5: false alarm below 2e-4. 16 checks of a variance
// over 4000 trials, whose relative standard error is sqrt(2/4000) = 0.022 (a little more with the
// estimate's own kurtosis), against 0.12: below 2e-5.
TEST_CASE("the estimate is unbiased and as precise as its formula says") {
    std::uint64_t seed = 100;
    for (const order how : {order::once, order::passes, order::shuffled, order::halves}) {
        for (const size& size : {size{16, 17}, {16, 400}, {100, 300}, {100, 3000}}) {
            const auto k = size.k, n = size.n;
            CAPTURE(static_cast<int>(how));
            CAPTURE(k);
            CAPTURE(n);
            const summary got = summarize(how, k, n, 4000, ++seed);
            CHECK(std::abs(got.mean_error) < 4.5);
            if (n > 20) CHECK(std::abs(got.variance_ratio - 1.0) < 0.12);
        }
    }
}

// Coverage over 4000 trials has a standard error of 0.0074, 0.0034 and 0.0009 at the three levels.
// The log-normal interval itself is within a point of nominal from n = 1.5 k on, so the bound is a
// point and 4.5 standard errors: false alarm below 2e-5 for each of the nine checks. Rounding
// outward admits errors that are larger by up to one, which is part of the expected coverage. Three
// passes, because without repeats no interval can reach beyond the items seen, which are the truth.
TEST_CASE("intervals cover the truth as often as they say") {
    std::uint64_t seed = 200;
    for (const size& size : {size{256, 400}, {256, 1000}, {256, 8000}}) {
        const auto k = size.k, n = size.n;
        const summary got = summarize(order::passes, k, n, 4000, ++seed);
        const double deviation = n * std::sqrt(relative_variance(k, n));
        for (int i = 0; i < 3; ++i) {
            CAPTURE(n);
            CAPTURE(levels[i]);
            const double z = normal_quantile(levels[i]) + 1.0 / deviation;
            const double expected = std::erf(z / std::sqrt(2.0));
            const double noise = std::sqrt(levels[i] * (1.0 - levels[i]) / 4000);
            CHECK(std::abs(got.coverage[i] - expected) < 0.01 + 4.5 * noise);
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
