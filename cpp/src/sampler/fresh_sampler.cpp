#include "sampler/fresh_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sampler/sizing.hpp"

namespace cvmcount {

double fresh_sampling_rate(std::size_t capacity, std::uint64_t evictions) noexcept {
    const auto k = static_cast<double>(capacity);
    double rate = 1.0;
    double factor = k / (k + 1.0);
    for (; evictions > 0; evictions >>= 1) {
        if (evictions & 1) rate *= factor;
        factor *= factor;
    }
    return rate;
}

fresh_sampler::fresh_sampler(fresh_state state)
    : capacity_(state.capacity),
      random_(random_sequence::in_state(state.random)),
      members_(state.capacity + 1, std::move(state.identities), std::move(state.stamps)),
      failures_left_(state.failures_left),
      evictions_(state.evictions),
      items_seen_(state.items_seen),
      sampling_rate_(fresh_sampling_rate(capacity_, evictions_)) {
    skips_.set_probability(sampling_rate_);
}

fresh_state fresh_sampler::state() const {
    return {capacity_,       items_seen_,           evictions_,       failures_left_,
            random_.state(), members_.identities(), members_.stamps()};
}

void fresh_sampler::offer(std::span<const std::uint64_t> identities) {
    for (const std::uint64_t identity : identities) {
        const std::size_t position = members_.find(identity);
        if (failures_left_ == 0) {
            succeed(identity, position);
        } else {
            if (position != stamped_set::nowhere) members_.erase(position);
            --failures_left_;
        }
        items_seen_ = add_items(items_seen_, 1);
    }
}

void fresh_sampler::succeed(std::uint64_t identity, std::size_t position) {
    if (position != stamped_set::nowhere) {
        members_.set_stamp(position, evictions_);  // it left and came back
    } else {
        members_.insert(identity, evictions_);
        if (members_.size() > capacity_) evict_one();
    }
    failures_left_ = skips_.draw(random_);
}

void fresh_sampler::evict_one() noexcept {
    members_.erase(static_cast<std::size_t>(random_.below(members_.size())));
    ++evictions_;
    sampling_rate_ = fresh_sampling_rate(capacity_, evictions_);
    skips_.set_probability(sampling_rate_);
}

certain_bounds fresh_sampler::bounds() const noexcept {
    return {is_exact() ? retained() : std::uint64_t{capacity_} + 1, items_seen_};
}

std::uint64_t fresh_sampler::count() const noexcept {
    return bounds().clamp(std::round(estimate()));
}

std::vector<std::uint64_t> fresh_sampler::retained_ids() const {
    std::vector<std::uint64_t> ids = members_.identities();
    std::sort(ids.begin(), ids.end());
    return ids;
}

// V = |X| (1-p)/p**2 - (2/p**2) sum over the members, oldest first, i from 0, of
// i (r**-(J - stamp_i) - 1), with r = 1 - 1/k**2 and J evictions.
//
// The first term is the variance if the members were kept independently of each other. They are
// not: two that have both survived an eviction are less likely to, by the factor r, than if each
// had its own coin, and that holds for the evictions since the younger of the two entered.
double fresh_sampler::variance() const {
    std::vector<std::uint64_t> stamps = members_.stamps();
    std::sort(stamps.begin(), stamps.end());
    const auto k = static_cast<double>(capacity_);
    const double log_r = std::log1p(-1.0 / (k * k));
    double excess = 0.0;
    for (std::size_t i = 0; i < stamps.size(); ++i) {
        const auto survived = static_cast<double>(evictions_ - stamps[i]);
        excess += static_cast<double>(i) * std::expm1(-survived * log_r);
    }
    const double p = sampling_rate_;
    return (static_cast<double>(retained()) * (1.0 - p) - 2.0 * excess) / (p * p);
}

interval fresh_sampler::confidence_interval(double confidence) const {
    if (is_exact()) return {retained(), retained()};
    const double z = normal_quantile(confidence);
    const double p = sampling_rate_;
    const double independent = static_cast<double>(retained()) * (1.0 - p) / (p * p);
    const double estimated = variance();
    // Too few or too correlated to say: as if the members had coins of their own.
    if (!(estimated > 1e-9 * independent)) return threshold_interval(retained(), p, z, bounds());
    return log_normal_interval(estimate(), std::sqrt(estimated), z, bounds());
}

}  // namespace cvmcount
