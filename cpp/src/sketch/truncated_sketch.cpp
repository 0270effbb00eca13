#include "sketch/truncated_sketch.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "sampler/sizing.hpp"
#include "sketch/operands.hpp"

namespace cvmcount {
namespace {

// So many cells there must be for each that is taken: with fewer, chance says more than the sample.
constexpr double cells_for_each = 64.0;

std::vector<std::uint64_t> shifted(const std::vector<std::uint64_t>& ascending, unsigned shift) {
    std::vector<std::uint64_t> all;
    all.reserve(ascending.size());
    for (const std::uint64_t each : ascending) {
        if (const std::uint64_t cell = each >> shift; all.empty() || all.back() != cell) {
            all.push_back(cell);
        }
    }
    return all;
}

void drop_from(std::vector<std::uint64_t>& cells, std::uint64_t end) {
    cells.erase(std::lower_bound(cells.begin(), cells.end(), end), cells.end());
}

}  // namespace

truncated_sketch::truncated_sketch(const hashed_state& whole, const saved_settings& settings,
                                   unsigned bits)
    : settings_(settings),
      capacity_(whole.capacity),
      bits_(bits),
      exact_(whole.exact),
      merged_(!whole.exact && !whole.history),
      items_seen_(whole.items_seen) {
    if (bits < least_bits || bits > most_bits) {
        throw_invalid("bits must be an integer from " + std::to_string(least_bits) + " to " +
                      std::to_string(most_bits) + ", not " + std::to_string(bits));
    }
    settings_.keep = keep::nothing;
    if (whole.history) history_ = *whole.history;
    if (exact_) history_ = {static_cast<double>(whole.retained.size()), 0.0, whole.retained.size()};
    cells_ = shifted(whole.retained, 64 - bits);
    if (!exact_) {
        threshold_ = whole.retained.back();
        drop_from(cells_, threshold_cell());
    }
    require_room();
}

// ---- answers ------------------------------------------------------------------------------------

double truncated_sketch::cells_below() const noexcept {
    return exact_ ? std::ldexp(1.0, static_cast<int>(bits_))
                  : static_cast<double>(threshold_cell());
}

double truncated_sketch::sampling_rate() const noexcept {
    return std::ldexp(cells_below(), -static_cast<int>(bits_));
}

double truncated_sketch::estimate() const noexcept {
    if (!merged_) return history_.estimate;
    return elements_of_cells(static_cast<double>(cells_.size()), cells_below()) / sampling_rate();
}

certain_bounds truncated_sketch::bounds() const noexcept {
    const std::uint64_t changes = merged_ ? cells_.size() : history_.changes;
    return {exact_ ? changes : std::max<std::uint64_t>(changes, capacity_ + 1), items_seen_};
}

std::uint64_t truncated_sketch::count() const noexcept {
    return bounds().clamp(std::round(estimate()));
}

interval truncated_sketch::confidence_interval(double confidence) const noexcept {
    const double z = normal_quantile(confidence);
    if (!merged_) {
        return log_normal_interval(estimate(), std::sqrt(history_.variance), z, bounds());
    }
    if (!exact_) return order_statistic_interval(cells_.size() + 1, sampling_rate(), z, bounds());
    const double shared = estimate() - static_cast<double>(cells_.size());
    return log_normal_interval(estimate(), std::sqrt(shared), z, bounds());
}

double truncated_sketch::epsilon() const {
    return settings_.epsilon > 0.0 ? settings_.epsilon
                                   : achieved_epsilon(coins::hashed, capacity_, settings_.delta);
}

std::size_t truncated_sketch::memory_bytes() const noexcept {
    return sizeof *this + cells_.capacity() * sizeof cells_[0];
}

// ---- several ------------------------------------------------------------------------------------

void truncated_sketch::require_room() const {
    if (cells_for_each * static_cast<double>(cells_.size() + 1) <= cells_below()) return;
    throw_invalid("bits=" + std::to_string(bits_) +
                  " are too few for so many distinct elements: they must be at least 6 more than "
                  "the binary logarithm of their number");
}

void truncated_sketch::require_like(const truncated_sketch& other, const char* word) const {
    const auto require = [word](bool same, const char* name) {
        if (same) return;
        throw_invalid(std::string("sketches cannot be ") + word + " if they differ in " + name);
    };
    require(seed() == other.seed(), "seed");
    require(dropna() == other.dropna(), "dropna");
}

truncated_sketch truncated_sketch::cut_to(unsigned bits) const {
    truncated_sketch cut = *this;
    cut.bits_ = bits;
    if (bits < bits_) {
        cut.cells_ = shifted(cells_, bits_ - bits);
        if (!exact_) drop_from(cut.cells_, cut.threshold_cell());
        cut.require_room();
    }
    return cut;
}

// The k-1 smallest cells strictly below the threshold, which becomes the k-th where there are more.
void truncated_sketch::merge(const truncated_sketch& other) {
    require_like(other, "merged");
    const unsigned fewest = std::min(bits_, other.bits_);
    if (other.items_seen_ == 0 && other.capacity_ >= capacity_) {
        *this = cut_to(fewest);
        return;
    }
    truncated_sketch result = cut_to(fewest);
    const truncated_sketch part = other.cut_to(fewest);
    const std::uint64_t items = add_items(items_seen_, part.items_seen_);
    const bool is_weaker = part.settings_.delta != settings_.delta
                               ? part.settings_.delta > settings_.delta
                               : part.settings_.epsilon > settings_.epsilon;
    if (part.capacity_ < capacity_ || (part.capacity_ == capacity_ && is_weaker)) {
        result.settings_ = part.settings_;
    }
    result.capacity_ = std::min(capacity_, part.capacity_);
    result.items_seen_ = items;
    result.merged_ = true;
    result.history_ = {};
    if (result.exact_ || (!part.exact_ && part.threshold_ < result.threshold_)) {
        result.exact_ = part.exact_;
        result.threshold_ = part.threshold_;
    }
    std::vector<std::uint64_t> both;
    both.reserve(result.cells_.size() + part.cells_.size());
    std::set_union(result.cells_.begin(), result.cells_.end(), part.cells_.begin(),
                   part.cells_.end(), std::back_inserter(both));
    if (!result.exact_) drop_from(both, result.threshold_cell());
    const std::size_t most = result.capacity_ - (result.exact_ ? 0 : 1);
    if (both.size() > most) {
        result.exact_ = false;
        result.threshold_ = both[result.capacity_ - 1] << (64 - fewest);
        both.resize(result.capacity_ - 1);
    }
    result.cells_ = std::move(both);
    result.require_room();
    *this = std::move(result);
}

sampled_count truncated_sketch::alone() const noexcept {
    if (is_exact()) return {history_.changes, 1.0, true, history_.changes};
    sampled_count result = {cells_.size(), sampling_rate(), false, items_seen_};
    result.is_refined = true;
    result.refined = {estimate(), history_.variance, bounds().at_least, 0};
    if (merged_ && exact_) {
        result.refined.variance = estimate() - static_cast<double>(cells_.size());
    } else if (merged_) {
        result.refined.order = cells_.size() + 1;
    }
    return result;
}

sampled_count truncated_sketch::in_any(std::span<const truncated_sketch* const> sketches) {
    if (sketches.size() == 1) return sketches.front()->alone();
    unsigned fewest = most_bits;
    for (const truncated_sketch* each : sketches) fewest = std::min(fewest, each->bits_);
    operands all(fewest);
    for (const truncated_sketch* each : sketches) {
        sketches.front()->require_like(*each, "united");
        const truncated_sketch cut = each->cut_to(fewest);
        hashed_state state = {cut.capacity_, cut.items_seen_, cut.exact_};
        if (!cut.exact_ && !cut.merged_) state.history = cut.history_;
        state.retained = cut.cells_;
        for (std::uint64_t& cell : state.retained) cell <<= 64 - fewest;
        if (!cut.exact_) state.retained.push_back(cut.threshold_);
        all.add(std::move(state), cut.sampling_rate(), cut.bounds());
    }
    return all.in_any();
}

// Two sketches below the smaller of their thresholds, as numbers of elements.
struct truncated_sketch::comparison {
    double first, second, either;  // in the sample
    double cells;                  // below the threshold
    double sampling_rate;
    std::uint64_t most_first, most_second;

    double both() const noexcept { return first + second - either; }

    // Those in both that are different elements: so many share a cell by chance.
    double by_chance() const noexcept { return (either - first) * (either - second) / cells; }

    static std::uint64_t whole(double elements) noexcept {
        return static_cast<std::uint64_t>(std::round(std::max(elements, 0.0)));
    }

    // Those in both over so many.
    sampled_share share_of(double elements) const noexcept {
        return {std::min(whole(both()), whole(elements)), whole(elements), sampling_rate, false};
    }

    sampled_count counted(double elements, double shares, std::uint64_t at_most) const noexcept {
        sampled_count result;
        result.retained = whole(elements);
        result.sampling_rate = sampling_rate;
        result.exact = false;
        result.at_most = at_most;
        result.is_refined = true;
        result.refined.estimate = elements / sampling_rate;
        result.refined.by_chance = shares * by_chance();
        return result;
    }
};

truncated_sketch::comparison truncated_sketch::compare(const truncated_sketch& other) const {
    require_like(other, "compared");
    const unsigned fewest = std::min(bits_, other.bits_);
    truncated_sketch a = cut_to(fewest);
    truncated_sketch b = other.cut_to(fewest);
    const double cells = std::min(a.cells_below(), b.cells_below());
    if (a.cells_below() > cells) drop_from(a.cells_, b.threshold_cell());
    if (b.cells_below() > cells) drop_from(b.cells_, a.threshold_cell());
    std::vector<std::uint64_t> either;
    std::set_union(a.cells_.begin(), a.cells_.end(), b.cells_.begin(), b.cells_.end(),
                   std::back_inserter(either));
    const auto elements = [cells](const std::vector<std::uint64_t>& taken) {
        return elements_of_cells(static_cast<double>(taken.size()), cells);
    };
    return {elements(a.cells_),
            elements(b.cells_),
            elements(either),
            cells,
            std::min(a.sampling_rate(), b.sampling_rate()),
            a.items_seen_,
            b.items_seen_};
}

sampled_count operator&(const truncated_sketch& a, const truncated_sketch& b) {
    const auto found = a.compare(b);
    return found.counted(found.both(), 1.0, std::min(found.most_first, found.most_second));
}

sampled_count operator-(const truncated_sketch& a, const truncated_sketch& b) {
    const auto found = a.compare(b);
    return found.counted(found.either - found.second, 1.0, found.most_first);
}

sampled_count operator^(const truncated_sketch& a, const truncated_sketch& b) {
    const auto found = a.compare(b);
    return found.counted(found.either - found.both(), 4.0,
                         add_items(found.most_first, found.most_second));
}

sampled_share truncated_sketch::jaccard(const truncated_sketch& other) const {
    const auto found = compare(other);
    return found.share_of(found.either);
}

sampled_share truncated_sketch::containment(const truncated_sketch& other) const {
    const auto found = compare(other);
    return found.share_of(found.first);
}

}  // namespace cvmcount
