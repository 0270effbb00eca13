// What several sketches have seen together, and what they have in common.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "sketch/operands.hpp"
#include "sketch/parts.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/set_operations.hpp"
#include "sketch/truncated_sketch.hpp"

namespace cvmcount {
namespace {

// What two sketches together, or a sketch and its next items, hold of such elements.
std::optional<process_hashes> together(const std::optional<process_hashes>& a,
                                       const std::optional<process_hashes>& b) {
    if (!a || !b) return a ? a : b;
    if (a->salt != b->salt) {
        throw_invalid(
            "a sketch holds elements that are known only by their own hash(), which means nothing "
            "in any process but the one that counted them: count what tells them apart instead, "
            "such as a tuple, a number or text");
    }
    return process_hashes{a->salt, true};
}

}  // namespace

// ---- what two sketches must have in common
// -------------------------------------------------------

void sketch::require_like(const sketch& other, const char* word) const {
    const auto throw_different = [word](const char* how) {
        throw_invalid(std::string("sketches cannot be ") + word + " if they differ in " + how);
    };
    if (coins() == coins::fresh || other.coins() == coins::fresh) {
        throw_invalid(std::string("sketches with coins='fresh' cannot be ") + word +
                      ": every occurrence had a coin of its own, so they do not tell which "
                      "elements they have in common. Use coins='hashed'");
    }
    if (seed() != other.seed()) throw_different("seed");  // which may be secret
    if (dropna() != other.dropna()) {
        throw_different(dropna() ? "dropna: True and False" : "dropna: False and True");
    }
}

void sketch::require_same_keep(const sketch& other) const {
    constexpr std::array names = {"None", "'items'", "'summaries'"};
    const auto name = [&names](enum keep keep) { return names[static_cast<std::size_t>(keep)]; };
    if (keep() == other.keep()) return;
    throw_invalid(std::string("sketches cannot be merged if they differ in keep: ") + name(keep()) +
                  " and " + name(other.keep()));
}

std::optional<std::uint64_t> sketch::salt() const noexcept {
    const auto& hashes = parts_->settings.hashes;
    return hashes ? std::optional(hashes->salt) : std::nullopt;
}

void sketch::require_salt(std::uint64_t salt) const {
    together(parts_->settings.hashes, process_hashes{salt});
}

void sketch::add_process_hashes(std::uint64_t salt, std::uint64_t items) noexcept {
    auto& hashes = parts_->settings.hashes;
    hashes = process_hashes{salt, hashes || items > 1};
}

struct sketch_merge::state {
    sample_merge samples;
    std::optional<process_hashes> hashes;
    kept_items kept;
    // The accuracy target of the sketch of the smallest capacity; of equal ones the weakest. So the
    // order of merging does not matter.
    std::size_t capacity = max_capacity + 1;
    double epsilon = 0.0;
    double delta = 0.0;

    void add_settings(const sketch& part, const saved_settings& settings) {
        hashes = together(hashes, settings.hashes);
        const bool is_weaker =
            settings.delta != delta ? settings.delta > delta : settings.epsilon > epsilon;
        if (part.capacity() < capacity || (part.capacity() == capacity && is_weaker)) {
            capacity = part.capacity();
            epsilon = settings.epsilon;
            delta = settings.delta;
        }
    }
};

sketch_merge::sketch_merge() : state_(new state) {}
sketch_merge::~sketch_merge() = default;

void sketch_merge::add(const sketch& part) {
    state_->add_settings(part, part.parts_->settings);
    state_->samples.add(part.parts_->sample);
    // What is not among the smallest of all parts is in no sample of them together.
    state_->kept.merge(part.kept());
    if (state_->kept.size() > 2 * state_->capacity) state_->kept.keep_smallest(state_->capacity);
}

void sketch_merge::prefetch(const sketch& next) noexcept {
    if (next.coins() == coins::hashed) next.parts_->sample.hashed().prefetch_smallest();
}

void sketch_merge::merge_into(sketch& target) {
    auto& [settings, hash, sample, kept] = *target.parts_;
    state_->add_settings(target, settings);
    if (kept) {
        // What the target has comes first: of equal values its own stays.
        boxed<kept_items> all(*kept);
        (*all).merge(state_->kept);
        state_->samples.merge_into(sample);
        (*all).keep_only(sample.retained_ids());
        (*all).entries_given = 0;
        kept = std::move(all);
    } else {
        state_->samples.merge_into(sample);
    }
    settings.hashes = state_->hashes;
    settings.epsilon = state_->epsilon;
    settings.delta = state_->delta;
}

void sketch::merge(const sketch& other) {
    require_like(other, "merged");
    require_same_keep(other);
    sketch_merge all;
    all.add(other);
    all.merge_into(*this);
}

sketch operator|(const sketch& a, const sketch& b) {
    sketch both = a.empty_copy();
    both.merge(a);
    both.merge(b);
    return both;
}

struct sketch_operands::state {
    operands all;
    std::optional<process_hashes> hashes;
    std::unique_ptr<sketch> first;  // of the same settings, without its items

    void require_some() const {
        if (all.size() == 0) throw_invalid("sketches must be at least one, not 0");
    }
};

sketch_operands::sketch_operands() : state_(new state) {}
sketch_operands::~sketch_operands() = default;

void sketch_operands::add(const sketch& operand) {
    if (state_->first) {
        state_->first->require_like(operand, "united");
    } else {
        operand.require_like(operand, "united");
        state_->first = std::make_unique<sketch>(operand.empty_copy());
    }
    state_->hashes = together(state_->hashes, operand.parts_->settings.hashes);
    // An element of the one may collide with one of another.
    state_->all.add(operand.parts_->sample, !operand.parts_->may_collide());
}

sampled_count sketch_operands::in_any() {
    state_->require_some();
    return state_->all.in_any(!(state_->hashes && state_->hashes->several));
}

sampled_count sketch_operands::in_all() {
    state_->require_some();
    return state_->all.in_all(!(state_->hashes && state_->hashes->several));
}

overlap sketch::overlap_with(const sketch& other) const {
    require_like(other, "compared");
    const auto hashes = together(parts_->settings.hashes, other.parts_->settings.hashes);
    return {parts_->sample, other.parts_->sample, !(hashes && hashes->several)};
}

sampled_count operator&(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_both();
}

sampled_count operator-(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_first_only();
}

sampled_count operator^(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_one_only();
}

sampled_share sketch::jaccard(const sketch& other) const {
    return overlap_with(other).jaccard();
}

sampled_share sketch::containment(const sketch& other) const {
    return overlap_with(other).containment();
}

truncated_sketch sketch::truncated(unsigned bits) const {
    if (coins() == coins::fresh) {
        throw_invalid(
            "a sketch with coins='fresh' cannot be truncated: it could not be compared with any "
            "other. Use coins='hashed'");
    }
    if (parts_->settings.hashes) {
        throw_invalid(
            "the sketch holds elements that are known only by their own hash(): it cannot be "
            "truncated");
    }
    return {parts_->sample.hashed().state(), parts_->settings, bits};
}

void sketch::forget_history() {
    if (coins() == coins::fresh) {
        throw_invalid(
            "a sketch with coins='fresh' has no history to forget: its sample itself depends on "
            "the order of the items. Use coins='hashed'");
    }
    parts_->sample.forget_history();
}

}  // namespace cvmcount
