#include "sampler/validate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/mix.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {
namespace {

constexpr double coins = two_to_64;

// Long sums are off by their rounding errors.
constexpr double slack = 1e-6;

bool at_most(double value, double bound) noexcept {  // false for NaN
    return value <= bound + slack * std::abs(bound);
}

const char* error_in_counts(std::size_t capacity, std::size_t retained, std::uint64_t items_seen,
                            bool exact) noexcept {
    if (capacity < min_capacity || capacity > max_capacity) return "capacity is out of range";
    if (retained > capacity) return "it retains more elements than its capacity";
    if (items_seen > max_items) return "items_seen is out of range";
    if (items_seen < retained) return "it retains more elements than it has seen items";
    if (exact && retained == 0 && items_seen > 0) return "it has seen items but retains no element";
    if (!exact && items_seen <= capacity) return "it has seen too few items to be full";
    return nullptr;
}

}  // namespace

// The first k changes are those of a buffer that fills, each with p = 1. With x = 1/p, each of the
// m others has added x to the estimate and x(x-1) to the variance, and x was never more than it is
// now. So the sum of x lies between m and m times the largest x, and that of x**2 between what
// equal ones make (Cauchy and Schwarz) and the largest times the sum.
bool is_plausible(const martingale& history, std::size_t capacity, std::uint64_t largest) noexcept {
    if (history.changes < capacity || std::signbit(history.variance)) return false;
    const double later = static_cast<double>(history.changes - capacity);
    if (later == 0.0) {
        return history.estimate == static_cast<double>(capacity) && history.variance == 0.0;
    }
    const double most = coins / static_cast<double>(largest);
    const double sum = history.estimate - static_cast<double>(capacity);
    const double of_squares = history.variance + sum;
    return at_most(later, sum) && at_most(sum, later * most) &&
           at_most(sum * (sum / later), of_squares) && at_most(of_squares, most * sum);
}

const char* error_in(const hashed_state& state) noexcept {
    const auto& retained = state.retained;
    if (const char* error =
            error_in_counts(state.capacity, retained.size(), state.items_seen, state.exact)) {
        return error;
    }
    if (!state.exact && retained.size() < state.capacity) {
        return "it has turned elements away before it was full";
    }
    if (std::adjacent_find(retained.begin(), retained.end(), std::greater_equal<>()) !=
        retained.end()) {
        return "the identities are not in ascending order";
    }
    if (!state.history) return nullptr;
    if (state.exact) return "an exact sketch has no sums";
    if (state.history->changes > state.items_seen)
        return "it has changed more often than items came";
    if (!is_plausible(*state.history, state.capacity, retained.back())) {
        return "the sums of its estimate contradict its sample";
    }
    return nullptr;
}

const char* error_in(const fresh_state& state) noexcept {
    const bool exact = state.evictions == 0;
    if (const char* error =
            error_in_counts(state.capacity, state.identities.size(), state.items_seen, exact)) {
        return error;
    }
    if (state.stamps.size() != state.identities.size())
        return "elements and stamps differ in number";
    if (exact && state.failures_left > 0) return "an exact sketch skips no item";
    if (!exact && state.evictions > state.items_seen - state.capacity) {
        return "it has evicted more elements than items came";
    }
    // 2**-63: more than a stream of max_items leads to; success_skips cannot do with much less.
    if (!(fresh_sampling_rate(state.capacity, state.evictions) * coins > 2.0)) {
        return "its sampling rate is too low";
    }
    if (std::any_of(state.stamps.begin(), state.stamps.end(),
                    [&](std::uint64_t stamp) { return stamp > state.evictions; })) {
        return "a stamp lies in the future";
    }
    return nullptr;
}

}  // namespace cvmcount
