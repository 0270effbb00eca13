// Confidence intervals for a number of distinct elements.
#pragma once

#include <cstdint>

namespace cvmcount {

struct interval {
    std::uint64_t low, high;

    friend bool operator==(const interval&, const interval&) = default;
};

// The two-sided quantile z of the standard normal distribution: P(|Z| <= z) = confidence, which
// lies strictly between 0 and 1.
double normal_quantile(double confidence) noexcept;

// What is known without doubt about the count.
struct certain_bounds {
    std::uint64_t at_least, at_most;

    // The value, cut to a whole number, or the bound that it passes.
    std::uint64_t clamp(double value) const noexcept;
};

// Log-normal interval of a martingale estimate with this standard deviation, rounded outward.
interval log_normal_interval(double estimate, double deviation, double z,
                             certain_bounds bounds) noexcept;

// Interval from `below` distinct coins strictly below a threshold in (0, 1], rounded outward: the
// gamma quantiles of Wilson and Hilferty ("The distribution of chi-square", 1931), narrowed by the
// factor sqrt(1 - threshold) of a sample without replacement.
interval threshold_interval(std::uint64_t below, double threshold, double z,
                            certain_bounds bounds) noexcept;

}  // namespace cvmcount
