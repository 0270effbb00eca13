#include "sampler/hashed_sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/mix.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {
namespace {

constexpr double coins = two_to_64;  // a coin is an identity over this

}  // namespace

hashed_sampler::hashed_sampler(hashed_state state)
    : capacity_(state.capacity),
      retained_(state.capacity, std::move(state.retained)),
      items_seen_(state.items_seen),
      exact_(state.exact),
      merged_(!state.exact && !state.history) {
    if (state.history) history_ = *state.history;
    if (exact_) history_ = {static_cast<double>(retained()), 0.0, retained()};
}

hashed_state hashed_sampler::state() const {
    return {capacity_, items_seen_, exact_, history(), retained_ids()};
}

// In a stream with repeats nearly everything that passes the threshold is retained already. So that
// is found out for a whole batch before anything changes. What an earlier one of the batch evicts
// would not enter again: it lies above the threshold from then on.
void hashed_sampler::offer_filtered(std::span<const std::uint64_t> identities,
                                    std::uint64_t items) {
    std::array<std::uint16_t, 256> others;
    const std::uint64_t items_before = items_seen_;
    for (std::size_t begin = 0; begin < identities.size(); begin += others.size()) {
        const auto batch =
            identities.subspan(begin, std::min(others.size(), identities.size() - begin));
        std::size_t count = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            others[count] = static_cast<std::uint16_t>(i);
            count += retained_.is_near_home(batch[i]) ? 0 : 1;
        }
        for (std::size_t i = 0; i < count; ++i) {
            items_seen_ = add_items(items_before, begin + others[i]);  // in case memory runs out
            offer_one(batch[others[i]]);
        }
    }
    items_seen_ = add_items(items_before, items);
}

void hashed_sampler::offer_one(std::uint64_t identity) {
    if (!full()) {
        if (!retained_.insert(identity)) return;
        ++entries_;
        history_.estimate += 1.0;
        ++history_.changes;
        return;
    }
    const std::uint64_t largest = retained_.largest();
    if (identity >= largest) {
        exact_ = exact_ && identity == largest;
    } else if (retained_.replace_largest(identity)) {
        exact_ = false;
        ++entries_;
        record_change(largest);
    }
}

void hashed_sampler::record_change(std::uint64_t largest_before) noexcept {
    if (merged_) return;
    const double one_over_p = coins / static_cast<double>(largest_before);
    history_.estimate += one_over_p;
    history_.variance += one_over_p * (one_over_p - 1.0);
    ++history_.changes;
}

void hashed_sampler::forget_history() noexcept {
    if (exact_) return;
    merged_ = true;
    history_ = {};
}

// Merged: the k-1 elements below U_k are a sample at that rate. Unbiased, since 1/U_k has the mean
// n/(k-1) over all n > k.
double hashed_sampler::estimate() const noexcept {
    return merged_ ? static_cast<double>(capacity_ - 1) / sampled_fraction() : history_.estimate;
}

double hashed_sampler::sampling_rate() const noexcept {
    return full() ? static_cast<double>(retained_.largest()) / coins : 1.0;
}

// Every change was a new element; an element turned away is one more than the buffer holds; and no
// item is more than one element.
certain_bounds hashed_sampler::bounds() const noexcept {
    const std::uint64_t changes = history_.changes;
    const std::uint64_t at_least =
        exact_ ? changes : std::max<std::uint64_t>(changes, capacity_ + 1);
    return {at_least, items_seen_};
}

std::uint64_t hashed_sampler::count() const noexcept {
    return bounds().clamp(std::round(estimate()));
}

interval hashed_sampler::confidence_interval(double confidence) const noexcept {
    const double z = normal_quantile(confidence);
    if (merged_) return order_statistic_interval(capacity_, sampled_fraction(), z, bounds());
    return log_normal_interval(estimate(), std::sqrt(history_.variance), z, bounds());
}

std::size_t hashed_sampler::memory_bytes() const noexcept {
    return sizeof *this + retained_.memory_bytes();
}

}  // namespace cvmcount
