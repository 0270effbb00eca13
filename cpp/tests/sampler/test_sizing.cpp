// A red run means that a sketch is too small for the error bound it promises, or larger than it
// needs to be.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>

#include "sampler/sizing.hpp"

namespace cvmcount::testing {
namespace {

// The same probability by adding up Poisson probabilities from zero, in long double.
double plain_failure_probability(std::size_t capacity, double epsilon) {
    const auto below = [](std::size_t count, long double mean) {
        long double sum = 0.0L;
        for (std::size_t i = 0; i < count; ++i) {
            const auto n = static_cast<long double>(i);
            sum += std::exp(n * std::log(mean) - mean - std::lgamma(n + 1.0L));
        }
        return sum;
    };
    const auto k = static_cast<long double>(capacity);
    const long double above = 1.0L - below(capacity, (k - 1.0L) / (1.0L + epsilon));
    const long double under = epsilon < 1.0 ? below(capacity, (k - 1.0L) / (1.0L - epsilon)) : 0.0L;
    return static_cast<double>(above + under);
}

TEST_CASE("the failure probability agrees with the plain sum") {
    for (const std::size_t capacity : {3U, 5U, 30U, 385U, 1024U, 4364U}) {
        for (const double epsilon : {0.03, 0.05, 0.1, 0.5, 0.9, 1.5, 4.0}) {
            const double plain = plain_failure_probability(capacity, epsilon);
            if (plain < 1e-12) continue;  // lost in the plain sum's rounding
            const double tolerance = capacity < 10 ? 1e-5 : 1e-6;  // of Stirling's series
            CAPTURE(capacity);
            CAPTURE(epsilon);
            CHECK(hashed_failure_probability(capacity, epsilon) ==
                  doctest::Approx(plain).epsilon(tolerance));
        }
    }
}

TEST_CASE("the capacities that the formula gives") {
    CHECK(hashed_capacity(0.05, 0.001) == 4364);
    CHECK(hashed_capacity(0.01, 0.05) == 38415);
    CHECK(hashed_failure_probability(385, 0.1) <= 0.05);
    CHECK(hashed_failure_probability(384, 0.1) > 0.05);
    CHECK(hashed_capacity(0.1, 0.05) == min_sized_capacity);
    CHECK(hashed_capacity(0.999, 0.999) == min_sized_capacity);
}

TEST_CASE("the capacity is the smallest that keeps the promise") {
    for (const double epsilon : {0.002, 0.01, 0.03, 0.05}) {
        for (const double delta : {1e-12, 1e-6, 0.01, 0.3}) {
            const std::size_t capacity = hashed_capacity(epsilon, delta);
            CHECK(hashed_failure_probability(capacity, epsilon) <= delta);
            if (capacity == min_sized_capacity) continue;
            CHECK(hashed_failure_probability(capacity - 1, epsilon) > delta);
        }
    }
}

TEST_CASE("a promise that no capacity keeps") {
    CHECK(hashed_capacity(1e-9, 0.001) == max_capacity + 1);
    CHECK(hashed_capacity(1e-300, 1e-300) == max_capacity + 1);
}

// The failure bound of the fresh sampler at a capacity, by trying many values of eta.
double best_fresh_bound(double capacity, double epsilon) {
    const auto phi = [](double x) { return (1 + x) * std::log1p(x) - x; };
    double best = 1.0;
    for (double eta = 0.001; eta < 3.0; eta *= 1.001) {
        const double lambda = capacity / (1 + eta);
        best = std::min(best, std::exp(-lambda * phi(epsilon)) + std::exp(-lambda * phi(-epsilon)) +
                                  std::ldexp(std::exp(-lambda * phi(eta)), 63));
    }
    return best;
}

TEST_CASE("fresh capacities keep the promise, and no smaller one does") {
    CHECK(fresh_capacity(0.05, 0.001) == 6931);
    for (const double epsilon : {0.01, 0.05, 0.1}) {
        for (const double delta : {1e-6, 0.001, 0.05}) {
            const auto capacity = static_cast<double>(fresh_capacity(epsilon, delta));
            CAPTURE(epsilon);
            CAPTURE(delta);
            CHECK(best_fresh_bound(capacity + 1, epsilon) <= delta);
            if (capacity > min_sized_capacity)
                CHECK(best_fresh_bound(capacity - 2, epsilon) > delta);
            if (capacity > min_sized_capacity) {
                CHECK(fresh_epsilon(fresh_capacity(epsilon, delta), delta) ==
                      doctest::Approx(epsilon).epsilon(1e-3));
            }
        }
    }
    CHECK(fresh_capacity(1e-9, 0.001) == max_capacity + 1);
    CHECK(std::isinf(fresh_epsilon(3, 0.001)));
}

TEST_CASE("epsilon of a capacity is where its promise ends") {
    for (const std::size_t capacity : {3U, 10U, 1024U, 4364U, 1000000U}) {
        for (const double delta : {1e-9, 0.001, 0.05, 0.5}) {
            const double epsilon = hashed_epsilon(capacity, delta);
            CHECK(hashed_failure_probability(capacity, epsilon) <= delta);
            CHECK(hashed_failure_probability(capacity, epsilon * (1 - 1e-6)) > delta);
        }
    }
    CHECK(hashed_epsilon(4364, 0.001) == doctest::Approx(0.05).epsilon(1e-3));
}

}  // namespace
}  // namespace cvmcount::testing
