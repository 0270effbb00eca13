#include "cvmcount/hashed_sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace cvmcount {
namespace {

constexpr double coins = 18446744073709551616.0;  // 2**64: a coin is an identity over this

}  // namespace

// Of a stream with repeats nearly everything that passes the ceiling is retained already. So that
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
            count += retained_.is_at_home(batch[i]) ? 0 : 1;
        }
        for (std::size_t i = 0; i < count; ++i) {
            items_seen_ = items_before + begin + others[i];  // in case memory runs out
            offer_one(batch[others[i]]);
        }
    }
    items_seen_ = items_before + items;
}

void hashed_sampler::offer_one(std::uint64_t identity) {
    if (!full()) {
        if (!retained_.insert(identity)) return;
        estimate_ += 1.0;
        ++changes_;
        return;
    }
    if (identity > ceiling() || retained_.contains(identity)) return;
    exact_ = false;
    if (identity < retained_.largest()) replace_largest(identity);
}

void hashed_sampler::replace_largest(std::uint64_t identity) noexcept {
    const double one_over_p = coins / static_cast<double>(retained_.largest());
    estimate_ += one_over_p;
    variance_ += one_over_p * (one_over_p - 1.0);
    ++changes_;
    retained_.replace_largest(identity);
}

double hashed_sampler::sampling_rate() const noexcept {
    return full() ? static_cast<double>(retained_.largest()) / coins : 1.0;
}

// Every change was a new element; an element turned away is one more than the buffer holds; and no
// item is more than one element.
certain_bounds hashed_sampler::bounds() const noexcept {
    const std::uint64_t at_least =
        exact_ ? changes_ : std::max<std::uint64_t>(changes_, capacity_ + 1);
    return {at_least, items_seen_};
}

std::uint64_t hashed_sampler::count() const noexcept {
    return bounds().clamp(std::round(estimate_));
}

interval hashed_sampler::confidence_interval(double confidence) const noexcept {
    return log_normal_interval(estimate_, std::sqrt(variance_), normal_quantile(confidence),
                               bounds());
}

std::size_t hashed_sampler::memory_bytes() const noexcept {
    return sizeof *this + retained_.memory_bytes();
}

std::vector<std::uint64_t> hashed_sampler::sorted_identities() const {
    std::vector<std::uint64_t> identities;
    identities.reserve(retained());
    retained_.for_each([&](std::uint64_t id) { identities.push_back(id); });
    return identities;
}

bool operator==(const hashed_sampler& a, const hashed_sampler& b) {
    return a.capacity_ == b.capacity_ && a.exact_ == b.exact_ && a.changes_ == b.changes_ &&
           a.items_seen_ == b.items_seen_ && a.estimate_ == b.estimate_ &&
           a.variance_ == b.variance_ && a.sorted_identities() == b.sorted_identities();
}

}  // namespace cvmcount
