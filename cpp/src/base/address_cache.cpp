#include "base/address_cache.hpp"

#include <algorithm>

namespace cvmcount {

void address_cache::record(std::size_t items, std::size_t found) noexcept {
    found_ += found;
    left_ -= std::min(left_, items);
    if (left_ > 0) return;
    if (phase_ == phase::judging && 4 * found_ < phase_items) {
        rest();
    } else if (phase_ == phase::resting) {
        enter(phase::warming_up, phase_items);
    } else {
        enter(phase::judging, phase_items);
    }
}

void address_cache::clear() noexcept {
    if (phase_ == phase::resting) return;
    std::fill(pairs_.begin(), pairs_.end(), 0);
    enter(phase::warming_up, phase_items);
}

void address_cache::rest() noexcept {
    if (phase_ == phase::resting) return;
    clear();
    enter(phase::resting, next_rest_);
    next_rest_ *= 4;
}

void address_cache::enter(phase next, std::size_t items) noexcept {
    phase_ = next;
    left_ = items;
    found_ = 0;
}

}  // namespace cvmcount
