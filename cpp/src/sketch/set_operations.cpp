#include "sketch/set_operations.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sampler/sizing.hpp"

namespace cvmcount {
namespace {

std::uint64_t most_elements(const hashed_sampler& sampler, bool is_certain) noexcept {
    return is_certain && sampler.is_exact() ? sampler.retained() : sampler.items_seen();
}

certain_bounds bounds_of(const sampled_count& value) noexcept {
    const std::uint64_t at_least = value.is_refined ? value.refined.at_least : value.retained;
    return {std::min(at_least, value.at_most), value.at_most};
}

// Both in ascending order. Without a branch on which is smaller, for nobody could predict it.
std::uint64_t count_common(const std::vector<std::uint64_t>& a,
                           const std::vector<std::uint64_t>& b) noexcept {
    std::size_t i = 0;
    std::size_t j = 0;
    std::uint64_t common = 0;
    while (i < a.size() && j < b.size()) {
        const std::uint64_t x = a[i];
        const std::uint64_t y = b[j];
        common += x == y ? 1 : 0;
        i += x <= y ? 1 : 0;
        j += y <= x ? 1 : 0;
    }
    return common;
}

}  // namespace

std::uint64_t sampled_count::count() const noexcept {
    return exact ? retained : bounds_of(*this).clamp(std::round(estimate()));
}

interval sampled_count::confidence_interval(double confidence) const noexcept {
    if (exact) return {retained, retained};
    const double z = normal_quantile(confidence);
    const certain_bounds bounds = bounds_of(*this);
    interval result = {};
    if (refined.by_chance > 0.0) {
        result = corrected_interval(refined.estimate * sampling_rate, refined.by_chance,
                                    sampling_rate, z, bounds);
    } else if (!is_refined) {
        result = threshold_interval(retained, sampling_rate, z, bounds);
    } else if (refined.order > 0) {
        result = order_statistic_interval(refined.order, sampling_rate, z, bounds);
    } else {
        result = log_normal_interval(estimate(), std::sqrt(refined.variance), z, bounds);
    }
    if (is_floor) result.high = at_most;
    return result;
}

double sampled_share::estimate() const noexcept {
    return of == 0 ? 1.0 : static_cast<double>(retained) / static_cast<double>(of);
}

fraction_interval sampled_share::confidence_interval(double confidence) const noexcept {
    if (exact) return {estimate(), estimate()};
    return wilson_interval(retained, of, normal_quantile(confidence));
}

overlap::overlap(const sampler& first, const sampler& second, bool is_certain) {
    const hashed_sampler& a = first.hashed();
    const hashed_sampler& b = second.hashed();
    const std::uint64_t threshold = std::min(a.threshold(), b.threshold());
    const auto ids_a = a.retained_ids(threshold);
    const auto ids_b = b.retained_ids(threshold);
    sampling_rate_ = std::min(a.sampled_fraction(), b.sampled_fraction());
    exact_ = is_certain && a.is_exact() && b.is_exact();
    both_ = count_common(ids_a, ids_b);
    only_first_ = ids_a.size() - both_;
    only_second_ = ids_b.size() - both_;
    most_first_ = most_elements(a, is_certain);
    most_second_ = most_elements(b, is_certain);
}

sampled_count overlap::in_both() const noexcept {
    return {both_, sampling_rate_, exact_, std::min(most_first_, most_second_)};
}

sampled_count overlap::in_first_only() const noexcept {
    return {only_first_, sampling_rate_, exact_, most_first_};
}

sampled_count overlap::in_one_only() const noexcept {
    return {only_first_ + only_second_, sampling_rate_, exact_,
            add_items(most_first_, most_second_)};
}

sampled_share overlap::jaccard() const noexcept {
    return {both_, both_ + only_first_ + only_second_, sampling_rate_, exact_};
}

sampled_share overlap::containment() const noexcept {
    return {both_, both_ + only_first_, sampling_rate_, exact_};
}

}  // namespace cvmcount
