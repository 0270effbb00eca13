#include "sampler/interval.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cvmcount {
namespace {

// A bound that is an integer up to rounding errors stays that integer.
constexpr double slack = 1e-9;

double wilson_hilferty(double shape, double threshold, double q) noexcept {
    const double root = 1.0 - 1.0 / (9.0 * shape) + q / (3.0 * std::sqrt(shape));
    return root > 0.0 ? shape / threshold * root * root * root : 0.0;
}

}  // namespace

std::uint64_t certain_bounds::clamp(double value) const noexcept {
    if (!(value > static_cast<double>(at_least))) return at_least;
    if (!(value < static_cast<double>(at_most))) return at_most;
    return static_cast<std::uint64_t>(value);
}

double normal_quantile(double confidence) noexcept {
    // Newton's method on the tail erfc(z/sqrt(2)) = 1 - confidence. The tail is convex, so from
    // z = 0 the steps only ever grow z towards the solution.
    const double tail = 1.0 - confidence;
    double z = 0.0;
    for (int step = 0; step < 200; ++step) {
        const double density = std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * z * z);
        const double next = z + (std::erfc(z / std::numbers::sqrt2) - tail) / density;
        if (!(next > z)) break;
        z = next;
    }
    return z;
}

interval log_normal_interval(double estimate, double deviation, double z,
                             certain_bounds bounds) noexcept {
    if (!(deviation > 0.0)) {
        const std::uint64_t value = bounds.clamp(estimate);
        return {value, value};
    }
    const double factor = std::exp(z * deviation / estimate);
    return {bounds.clamp(std::floor(estimate / factor * (1.0 + slack))),
            bounds.clamp(std::ceil(estimate * factor * (1.0 - slack)))};
}

interval order_statistic_interval(std::uint64_t k, double coin, double z,
                                  certain_bounds bounds) noexcept {
    const double q = z * std::sqrt(1.0 - coin);
    const auto shape = static_cast<double>(k);
    return {bounds.clamp(std::floor(wilson_hilferty(shape, coin, -q) * (1.0 + slack))),
            bounds.clamp(std::ceil(wilson_hilferty(shape, coin, q) * (1.0 - slack)))};
}

fraction_interval threshold_bounds(std::uint64_t below, double threshold, double z) noexcept {
    const double q = z * std::sqrt(1.0 - threshold);
    const auto count = static_cast<double>(below);
    return {below == 0 ? 0.0 : wilson_hilferty(count, threshold, -q),
            wilson_hilferty(count + 1.0, threshold, q)};
}

interval threshold_interval(std::uint64_t below, double threshold, double z,
                            certain_bounds bounds) noexcept {
    const auto [low, high] = threshold_bounds(below, threshold, z);
    return {bounds.clamp(std::floor(low * (1.0 + slack))),
            bounds.clamp(std::ceil(high * (1.0 - slack)))};
}

interval corrected_interval(double elements, double by_chance, double threshold, double z,
                            certain_bounds bounds) noexcept {
    const double counted = std::max(elements + by_chance, 0.0);
    const double variance = std::max(elements, 0.0) * (1.0 - threshold) + by_chance;
    const double q = z * (variance < counted ? std::sqrt(variance / counted) : 1.0);
    const double low = counted < 0.5 ? 0.0 : wilson_hilferty(counted, threshold, -q);
    const double high = wilson_hilferty(counted + 1.0, threshold, q);
    const double excess = by_chance / threshold;
    return {bounds.clamp(std::floor(low * (1.0 + slack) - excess)),
            bounds.clamp(std::ceil(high * (1.0 - slack) - excess))};
}

fraction_interval wilson_interval(std::uint64_t seen, std::uint64_t sample, double z) noexcept {
    if (sample == 0) return {0.0, 1.0};
    const auto n = static_cast<double>(sample);
    const double share = static_cast<double>(seen) / n;
    const double square = z * z / n;
    const double centre = share + square / 2.0;
    const double half = z * std::sqrt((share * (1.0 - share) + square / 4.0) / n);
    // At the ends the formula is right, but for its last bits.
    const double low = seen == 0 ? 0.0 : (centre - half) / (1.0 + square);
    const double high = seen == sample ? 1.0 : (centre + half) / (1.0 + square);
    return {std::max(low, 0.0), std::min(high, 1.0)};
}

}  // namespace cvmcount
