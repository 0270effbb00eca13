#include "sampler/sizing.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "base/mix.hpp"

namespace cvmcount {
namespace {

// ln(n!) less Stirling's approximation n ln n - n + ln(2 pi n)/2, for n >= 2.
double stirling_error(double n) noexcept {
    const double square = n * n;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / (1680 * square)) / square) / square) / n;
}

// P(X = count) for X ~ Poisson(mean), by the deviance from the mean (Loader, "Fast and accurate
// computation of binomial probabilities", 2000): the textbook formula subtracts numbers of the size
// of count*ln(count) and would lose the digits that decide on the smallest capacity.
double poisson_probability(double count, double mean) noexcept {
    const double excess = (count - mean) / mean;
    const double deviance = mean * ((1.0 + excess) * std::log1p(excess) - excess);
    return std::exp(-stirling_error(count) - deviance) / std::sqrt(2.0 * std::numbers::pi * count);
}

// Sums terms of a tail, each the one before times a ratio below 1, until the rest does not matter.
// (Subnormal numbers are rounded so coarsely that they may never fall: a tail ends before them.)
template <class Ratio>
double sum_tail(double first, Ratio ratio_after) noexcept {
    double sum = 0.0;
    double term = first;
    for (double i = 0; term > sum * 1e-17 && term > std::numeric_limits<double>::min(); ++i) {
        sum += term;
        term *= ratio_after(i);
    }
    return sum;
}

// P(X >= count), for a mean below count.
double upper_tail(double count, double mean) noexcept {
    return sum_tail(poisson_probability(count, mean),
                    [=](double i) { return mean / (count + i + 1.0); });
}

// P(X < count), for a mean above count - 1.
double lower_tail(double count, double mean) noexcept {
    return sum_tail(poisson_probability(count - 1.0, mean),
                    [=](double i) { return (count - 1.0 - i) / mean; });
}

// (1+x) ln(1+x) - x, the exponent of Chernoff's bound.
double phi(double x) noexcept {
    return x <= -1.0 ? 1.0 : (1.0 + x) * std::log1p(x) - x;
}

constexpr double longest_stream = two_to_63;  // items

double fresh_failure_probability(double lambda, double eta, double epsilon) noexcept {
    const double below = epsilon < 1.0 ? std::exp(-lambda * phi(-epsilon)) : 0.0;
    return std::exp(-lambda * phi(epsilon)) + below + longest_stream * std::exp(-lambda * phi(eta));
}

// The smallest argument for which a rising condition holds, to a relative 2**-50; infinity beyond
// 1e15.
template <class Condition>
double smallest(double enough, Condition holds) noexcept {
    double too_small = 0.0;
    while (!holds(enough)) {
        if (enough > 1e15) return std::numeric_limits<double>::infinity();
        too_small = enough;
        enough *= 2.0;
    }
    for (int step = 0; step < 60; ++step) {
        const double middle = too_small + (enough - too_small) / 2.0;
        (holds(middle) ? enough : too_small) = middle;
    }
    return enough;
}

// The capacity, not yet a whole number, that reaches the accuracy target with this eta.
double fresh_slots(double eta, double epsilon, double delta) noexcept {
    const double lambda = smallest(1.0, [=](double lambda) {
        return fresh_failure_probability(lambda, eta, epsilon) <= delta;
    });
    return (1.0 + eta) * lambda;
}

// The minimum over eta, which has one: by thirds, on a logarithmic scale.
double fresh_slots(double epsilon, double delta) noexcept {
    double low = std::log(1e-6);
    double high = std::log(1e6);
    for (int step = 0; step < 60; ++step) {
        const double third = (high - low) / 3.0;
        const double left = fresh_slots(std::exp(low + third), epsilon, delta);
        const double right = fresh_slots(std::exp(high - third), epsilon, delta);
        (left < right ? high : low) = left < right ? high - third : low + third;
    }
    return fresh_slots(std::exp(low), epsilon, delta);
}

}  // namespace

double hashed_failure_probability(std::size_t capacity, double epsilon) noexcept {
    const auto k = static_cast<double>(capacity);
    const double above = upper_tail(k, (k - 1.0) / (1.0 + epsilon));
    return epsilon < 1.0 ? above + lower_tail(k, (k - 1.0) / (1.0 - epsilon)) : above;
}

std::size_t hashed_capacity(double epsilon, double delta) noexcept {
    if (hashed_failure_probability(min_sized_capacity, epsilon) <= delta) return min_sized_capacity;
    std::size_t too_small = min_sized_capacity;
    std::size_t enough = max_capacity;
    if (hashed_failure_probability(enough, epsilon) > delta) return max_capacity + 1;
    while (enough - too_small > 1) {
        const std::size_t middle = too_small + (enough - too_small) / 2;
        (hashed_failure_probability(middle, epsilon) <= delta ? enough : too_small) = middle;
    }
    return enough;
}

double hashed_epsilon(std::size_t capacity, double delta) noexcept {
    return smallest(1.0, [=](double epsilon) {
        return hashed_failure_probability(capacity, epsilon) <= delta;
    });
}

std::size_t fresh_capacity(double epsilon, double delta) noexcept {
    const double slots = std::ceil(fresh_slots(epsilon, delta));
    if (slots <= static_cast<double>(min_sized_capacity)) return min_sized_capacity;
    if (slots > static_cast<double>(max_capacity)) return max_capacity + 1;
    return static_cast<std::size_t>(slots);
}

double fresh_epsilon(std::size_t capacity, double delta) noexcept {
    return smallest(1.0, [=](double epsilon) {
        return fresh_slots(epsilon, delta) <= static_cast<double>(capacity);
    });
}

}  // namespace cvmcount
