#include "sketch/operands.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/mix.hpp"
#include "sampler/sizing.hpp"
#include "sketch/owned_elements.hpp"

namespace cvmcount {
double elements_of_cells(double taken, double cells) noexcept {
    return -cells * std::log1p(-taken / cells);
}

// What the elements of all operands add up to.
struct operands::sums {
    double estimate = 0.0;
    double variance = 0.0;
    std::uint64_t elements = 0;  // strictly below a threshold
    std::uint64_t distinct = 0;  // retained by any
    // Of each operand: how much of its d belongs to the union, and how much of that others hold.
    std::vector<double> share, overlap;
};

// The elements between two thresholds, which the same operands know.
struct operands::region {
    double begin = 0.0;
    std::uint64_t elements = 0;
    double estimate = 0.0;  // what they add to that of the union
};

void operands::add(const sampler& from, bool is_certain) {
    const hashed_sampler& sample = from.hashed();
    hashed_state state = sample.state();
    certain_bounds bounds = {state.retained.size(), sample.items_seen()};
    if (!state.exact) bounds.at_least = sample.capacity() + 1;
    if (state.history) bounds.at_least = std::max(bounds.at_least, state.history->changes);
    if (is_certain && state.exact) bounds.at_most = state.retained.size();
    add(std::move(state), sample.sampled_fraction(), bounds);
    all_.back().alone.exact = sample.is_exact() && is_certain;
    all_.back().alone.is_floor = !is_certain;
}

void operands::add(hashed_state state, double theta, certain_bounds bounds) {
    operand added{};
    added.threshold = theta;
    added.capacity = static_cast<double>(state.capacity);
    added.exact = state.exact;
    added.has_history = state.history.has_value();
    added.retained = std::move(state.retained);
    added.below = added.retained.size() - (state.exact ? 0 : 1);
    added.at_least = bounds.at_least;
    added.at_most = bounds.at_most;
    added.alone = {
        .retained = added.below, .sampling_rate = theta, .exact = false, .at_most = bounds.at_most};
    // The estimate of the sample alone.
    const double coin = state.exact ? 1.0 : static_cast<double>(added.retained.back()) / two_to_64;
    const double of_sample = (added.capacity - 1.0) / coin;
    if (state.history) {
        added.beyond_sample = state.history->estimate - of_sample;
        added.variance = std::max(of_sample * (1.0 - coin) / coin - state.history->variance, 0.0);
        added.alone.refined = {state.history->estimate, state.history->variance, bounds.at_least,
                               0};
    } else if (!state.exact) {
        added.alone.refined = {of_sample, 0.0, bounds.at_least, state.capacity};
    }
    added.alone.is_refined = !state.exact;
    all_.push_back(std::move(added));
}

bool operands::all_exact() const noexcept {
    return std::all_of(all_.begin(), all_.end(), [](const operand& each) { return each.exact; });
}

// Every element once, with its owners by falling threshold.
operands::sums operands::add_elements() {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const operand& a, const operand& b) { return a.threshold > b.threshold; });
    owned_elements elements;
    struct inverse {
        double once, square;
    };
    std::vector<inverse> thresholds;
    for (const operand& each : all_) {
        elements.add(each.retained, each.below);
        thresholds.push_back({1.0 / each.threshold, 1.0 / (each.threshold * each.threshold)});
    }

    sums total;
    total.share.resize(all_.size());
    total.overlap.resize(all_.size());
    const auto has_history = [this](const owned& each) {
        return each.below && all_[each.owner].has_history;
    };
    region within;
    std::size_t known_by = all_.size();  // so many have elements that are as large
    elements.for_each([&](auto begin, auto end) {
        if (bits_ < 64) {
            const double coin = static_cast<double>(begin->identity) / two_to_64;
            while (known_by > 0 && coin >= all_[known_by - 1].threshold) {
                correct(total, within, all_[--known_by].threshold);
            }
        }
        ++total.distinct;
        const auto first = std::find_if(begin, end, [](const owned& each) { return each.below; });
        if (first == end) return;
        const double largest = all_[first->owner].threshold;
        const inverse over = thresholds[first->owner];
        ++total.elements;
        total.estimate += over.once;
        ++within.elements;
        within.estimate += over.once;
        total.variance += (1.0 - largest) * over.square;
        auto left = static_cast<double>(std::count_if(first, end, has_history));
        double before = 0.0;  // of the owners of larger thresholds
        for (auto each = first; each != end; ++each) {
            if (!has_history(*each)) continue;
            const double square = thresholds[each->owner].square;
            total.share[each->owner] += over.square;
            total.overlap[each->owner] += before + left * square;
            before += square;
            left -= 1.0;
        }
    });
    while (bits_ < 64 && known_by > 0) correct(total, within, all_[--known_by].threshold);
    return total;
}

// Adds what shares cells with the elements of a region, which ends here, and begins the next one.
void operands::correct(sums& total, region& within, double end) const {
    const double cells = std::ldexp(end - within.begin, static_cast<int>(bits_));
    const auto taken = static_cast<double>(within.elements);
    // Where a region is narrow chance may take most of its cells: then they tell little.
    if (taken > 0.0 && 2.0 * taken < cells) {
        const double shared = elements_of_cells(taken, cells) - taken;
        const double weight = within.estimate / taken;
        total.estimate += shared * weight;
        total.variance += shared * weight * weight;
    }
    within = {.begin = end};
}

void operands::use_history(sums& total) const {
    const auto histories = static_cast<double>(std::count_if(
        all_.begin(), all_.end(), [](const operand& each) { return each.has_history; }));
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const operand& each = all_[i];
        if (!each.has_history) continue;
        const double scale = each.threshold * each.threshold / (each.capacity - 1.0);
        const double share = total.share[i] * scale;
        const double others = total.overlap[i] * scale - 1.0;
        // The largest that the covariances with the others' d may add up to, over that of its own.
        const double row =
            histories > 1.0 ? 1.0 + others * (2.0 - others / (histories - 1.0)) : 1.0;
        const double weight = share * share / row;
        total.estimate += weight * each.beyond_sample;
        total.variance -= weight * share * share * each.variance;
    }
    total.variance = std::max(total.variance, 0.0);
}

sampled_count operands::in_any(bool is_certain) {
    if (all_.size() == 1) return all_.front().alone;
    sums total = add_elements();
    sampled_count result;
    result.retained = total.elements;
    result.exact = all_exact() && is_certain && bits_ == 64;
    result.sampling_rate = 1.0;
    result.is_floor = !is_certain;
    std::uint64_t at_least = total.distinct;
    for (const operand& each : all_) {
        result.sampling_rate = std::min(result.sampling_rate, each.threshold);
        result.at_most = add_items(result.at_most, each.at_most);
        at_least = std::max(at_least, each.at_least);
    }
    if (all_exact() && bits_ == 64) {
        if (is_certain) result.at_most = total.elements;
        return result;
    }
    use_history(total);
    result.is_refined = true;
    result.refined = {total.estimate, total.variance, at_least, 0};
    return result;
}

sampled_count operands::in_all(bool is_certain) {
    sampled_count result;
    result.exact = all_exact() && is_certain;
    result.sampling_rate = 1.0;
    result.at_most = all_.front().at_most;
    std::size_t shortest = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        result.sampling_rate = std::min(result.sampling_rate, all_[i].threshold);
        result.at_most = std::min(result.at_most, all_[i].at_most);
        if (all_[i].threshold < all_[shortest].threshold) shortest = i;
    }
    // Below the smallest threshold, every operand has all of its elements.
    const operand& sample = all_[shortest];
    for (std::size_t j = 0; j < sample.below; ++j) {
        const std::uint64_t identity = sample.retained[j];
        result.retained += std::all_of(all_.begin(), all_.end(), [identity](const operand& each) {
            return std::binary_search(each.retained.begin(), each.retained.end(), identity);
        });
    }
    return result;
}

}  // namespace cvmcount
