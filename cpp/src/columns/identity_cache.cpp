#include "columns/identity_cache.hpp"

#include <algorithm>
#include <bit>

#include "columns/column.hpp"

namespace cvmcount {
namespace {

// More than a sampler of the usual size retains: fewer were up to a third slower where there are
// thousands of different values, more hardly faster.
constexpr std::size_t most_places = 8192;

}  // namespace

void identity_cache::clear() noexcept {
    invalidate_column();
    rows_ = 0;
    recent_.clear();
}

void identity_cache::invalidate_column() noexcept {
    of_ = nullptr;
    seen_.clear();
}

void identity_cache::turn_to(const column& values) {
    if (of_ == &values) return;
    invalidate_column();
    const std::size_t different = values.different_values();
    if (different / 8 <= values.size())
        seen_.resize(different);  // else it costs more than it saves
    rows_ += values.size();
    const std::size_t places = std::min(std::bit_ceil(rows_ / 8 + 2), most_places);
    if (places > recent_.size()) {
        recent_.resize(places);
        for (std::size_t i = 0; i < places; ++i) recent_[i] = i ^ 1;  // no identity of this place
    }
    of_ = &values;
}

std::size_t identity_cache::leave_out(std::uint64_t* identities, std::size_t size) noexcept {
    std::size_t left = 0;
    const std::size_t mask = recent_.size() - 1;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t identity = identities[i];
        std::uint64_t& last = recent_[identity & mask];
        identities[left] = identity;
        left += last != identity ? 1 : 0;
        last = identity;
    }
    return left;
}

}  // namespace cvmcount
