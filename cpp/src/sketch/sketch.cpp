#include "cvmcount/sketch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

#include "sketch/parts.hpp"
#include "sketch/saved_sketch.hpp"

namespace cvmcount {
namespace {

// It is written so that a NaN is an error, too.
void require_fraction(const char* name, double value) {
    if (value > 0.0 && value < 1.0) return;
    throw_invalid(std::string(name) + " must lie strictly between 0 and 1, not " +
                  std::to_string(value));
}

// Finding a capacity takes up to a millisecond, and programs make many sketches with few accuracy
// targets.
std::size_t sized_capacity_once(coins kind, double epsilon, double delta) {
    struct answer {
        coins kind;
        double epsilon = 0.0, delta = 0.0;
        std::size_t capacity = 0;
    };
    constexpr std::size_t most_answers = 16;
    thread_local std::array<answer, most_answers> answers;
    thread_local std::size_t next = 0;
    for (const answer& known : answers) {
        if (known.kind == kind && known.epsilon == epsilon && known.delta == delta) {
            return known.capacity;
        }
    }
    const std::size_t capacity = sized_capacity(kind, epsilon, delta);
    answers[next++ % most_answers] = {kind, epsilon, delta, capacity};
    return capacity;
}

std::size_t capacity_of(const sketch_settings& settings) {
    require_fraction("delta", settings.delta);
    if (settings.capacity == 0) {
        require_fraction("epsilon", settings.epsilon);
        const std::size_t capacity =
            sized_capacity_once(settings.coins, settings.epsilon, settings.delta);
        if (capacity <= max_capacity) return capacity;
        throw_invalid("epsilon with this delta needs more than the " +
                      std::to_string(max_capacity) +
                      " elements that a buffer may hold: ask for a larger epsilon");
    }
    if (settings.capacity < min_capacity || settings.capacity > max_capacity) {
        throw_invalid("capacity must lie in " + std::to_string(min_capacity) + " ... " +
                      std::to_string(max_capacity) + ", not " + std::to_string(settings.capacity));
    }
    return settings.capacity;
}

// The keys of a seed take more memory than a sketch of a few elements, and programs make many
// sketches of one seed: those that a thread makes one after the other share them.
std::shared_ptr<const identity_hash> hash_of_seed(std::uint64_t seed) {
    thread_local std::uint64_t last_seed = 0;
    thread_local std::weak_ptr<const identity_hash> last;
    auto hash = last.lock();
    if (hash == nullptr || seed != last_seed) {
        hash = std::make_shared<const identity_hash>(seed);
        last = hash;
        last_seed = seed;
    }
    return hash;
}

std::optional<boxed<kept_items>> nothing_kept(enum keep keep) {
    if (keep == keep::nothing) return std::nullopt;
    return boxed(kept_items());
}

}  // namespace

sketch::sketch(const sketch_settings& settings) {
    const std::size_t capacity = capacity_of(settings);
    if (settings.keep == keep::summaries && settings.coins == coins::fresh) {
        throw_invalid(
            "keep='summaries' needs coins='hashed': with fresh coins an element may have left the "
            "buffer before, and those occurrences are lost");
    }
    const saved_settings own = {.seed = settings.seed,
                                .epsilon = settings.capacity == 0 ? settings.epsilon : 0.0,
                                .delta = settings.delta,
                                .dropna = settings.dropna,
                                .keep = settings.keep};
    parts_.reset(new parts{own, hash_of_seed(settings.seed),
                           sampler(settings.coins, capacity, settings.seed),
                           nothing_kept(settings.keep)});
}

sketch::sketch(parts&& from) : parts_(new parts(std::move(from))) {}
sketch::sketch(const sketch& other) : parts_(new parts(*other.parts_)) {}
sketch::sketch(sketch&&) noexcept = default;
sketch& sketch::operator=(sketch&&) noexcept = default;
sketch::~sketch() = default;

sketch& sketch::operator=(const sketch& other) {
    return *this = sketch(other);
}

sketch sketch::empty_copy() const {
    const auto& [settings, hash, sample, kept] = *parts_;
    parts empty = {settings, hash, sampler(sample.kind(), sample.capacity(), settings.seed),
                   nothing_kept(settings.keep)};
    empty.settings.hashes.reset();
    return sketch(std::move(empty));
}

// The hash stays where it is: readers hold on to it.
void sketch::clear() {
    auto& [settings, hash, sample, kept] = *parts_;
    sample = sampler(sample.kind(), sample.capacity(), settings.seed);
    kept = nothing_kept(settings.keep);
    settings.hashes.reset();
}

// ---- answers ------------------------------------------------------------------------------------

double sketch::estimate() const noexcept {
    return parts_->sample.estimate();
}

std::uint64_t sketch::count() const noexcept {
    return parts_->sample.count();
}

interval sketch::confidence_interval(double confidence) const {
    require_fraction("confidence", confidence);
    if (is_misled()) return {retained(), items_seen()};
    interval result = parts_->sample.confidence_interval(confidence);
    if (parts_->may_collide()) result.high = items_seen();
    return result;
}

// The smaller the sample, the more often it is far off by chance: of the smallest nothing is said.
// Of others, 12/sqrt(k) is 12 standard errors after a merge, and 17 before.
bool sketch::is_misled() const noexcept {
    constexpr std::size_t least_capacity = 64;
    if (capacity() < least_capacity || parts_->sample.is_exact()) return false;
    const double most = 1.0 + 12.0 / std::sqrt(static_cast<double>(capacity()));
    return estimate() > most * static_cast<double>(items_seen());
}

bool sketch::is_exact() const noexcept {
    return parts_->sample.is_exact() && !parts_->may_collide();
}

std::uint64_t sketch::items_seen() const noexcept {
    return parts_->sample.items_seen();
}

std::size_t sketch::retained() const noexcept {
    return parts_->sample.retained();
}

double sketch::sampling_rate() const noexcept {
    return parts_->sample.sampling_rate();
}

std::size_t sketch::memory_bytes() const noexcept {
    return sizeof(*this) + sizeof(parts) - sizeof(sampler) + parts_->sample.memory_bytes() +
           (parts_->kept ? (**parts_->kept).memory_bytes() : 0);
}

std::size_t sketch::capacity() const noexcept {
    return parts_->sample.capacity();
}

double sketch::epsilon() const noexcept {
    const double epsilon = parts_->settings.epsilon;
    return epsilon > 0.0 ? epsilon : achieved_epsilon(coins(), capacity(), delta());
}

double sketch::delta() const noexcept {
    return parts_->settings.delta;
}

enum coins sketch::coins() const noexcept {
    return parts_->sample.kind();
}

std::uint64_t sketch::seed() const noexcept {
    return parts_->settings.seed;
}

enum keep sketch::keep() const noexcept {
    return parts_->settings.keep;
}

bool sketch::dropna() const noexcept {
    return parts_->settings.dropna;
}

bool operator==(const sketch& a, const sketch& b) {
    if (a.parts_->settings != b.parts_->settings || a.parts_->sample != b.parts_->sample) {
        return false;
    }
    if (a.keep() == keep::nothing) return true;
    const auto ids = a.retained_ids();
    return a.kept().number_form() == b.kept().number_form() &&
           std::all_of(ids.begin(), ids.end(), [&](std::uint64_t id) {
               const kept_item* const first = a.kept().find(id);
               const kept_item* const second = b.kept().find(id);
               return first != nullptr && second != nullptr ? *first == *second : first == second;
           });
}

// ---- bytes --------------------------------------------------------------------------------------

std::vector<std::byte> sketch::to_bytes() const {
    return save(parts_->sample, parts_->settings, kept());
}

sketch sketch::from_bytes(std::span<const std::byte> bytes, bool objects_allowed) {
    saved_settings settings;
    kept_items kept;
    const auto sample = load(bytes, objects_allowed, settings, kept);
    parts loaded = {settings, hash_of_seed(settings.seed), std::move(*sample)};
    if (settings.keep != keep::nothing) loaded.kept = boxed(std::move(kept));
    return sketch(std::move(loaded));
}

}  // namespace cvmcount
