// Confidence intervals for a number of distinct elements.
#pragma once

#include <cstdint>

#include "cvmcount/results.hpp"

namespace cvmcount {

// The two-sided quantile z of the standard normal distribution: P(|Z| <= z) = confidence, which
// lies strictly between 0 and 1.
double normal_quantile(double confidence) noexcept;

// The bounds that are known for certain.
struct certain_bounds {
    std::uint64_t at_least, at_most;

    // The value, cut to a whole number, or the bound that it passes.
    std::uint64_t clamp(double value) const noexcept;
};

// Log-normal interval of a martingale estimate with this standard deviation, rounded outward.
interval log_normal_interval(double estimate, double deviation, double z,
                             certain_bounds bounds) noexcept;

// Interval from the k-th smallest coin, rounded outward: the gamma quantiles of Wilson and Hilferty
// ("The distribution of chi-square", 1931), narrowed by the factor sqrt(1 - coin) of a sample
// without replacement.
interval order_statistic_interval(std::uint64_t k, double coin, double z,
                                  certain_bounds bounds) noexcept;

// Interval from `below` distinct coins strictly below a threshold in (0, 1], rounded outward: low
// as if the largest of them lay at the threshold, high as if the next one did.
interval threshold_interval(std::uint64_t below, double threshold, double z,
                            certain_bounds bounds) noexcept;

// The same without rounding, and without bounds that are certain.
fraction_interval threshold_bounds(std::uint64_t below, double threshold, double z) noexcept;

// The same where `by_chance` more were counted on average than there are, as a Poisson variable,
// and were taken off again: so `elements` may be negative.
interval corrected_interval(double elements, double by_chance, double threshold, double z,
                            certain_bounds bounds) noexcept;

// Interval for a fraction of which so many out of a sample were seen (Wilson, "Probable inference,
// the law of succession, and statistical inference", 1927). Of an empty sample: 0 to 1.
fraction_interval wilson_interval(std::uint64_t seen, std::uint64_t sample, double z) noexcept;

}  // namespace cvmcount
