#include "groups/groups.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "cvmcount/sketch.hpp"
#include "identity/identity.hpp"
#include "sampler/sampler.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/saved_sketch.hpp"

namespace cvmcount {
namespace {

// A sketch finds the settings that are wrong.
std::size_t checked_capacity(const sketch_settings& settings) {
    const std::size_t capacity = sketch(settings).capacity();
    if (capacity < least_group_capacity) {
        throw std::invalid_argument("capacity must be at least " +
                                    std::to_string(least_group_capacity) + " for groups, not " +
                                    std::to_string(capacity));
    }
    return capacity;
}

saved_settings saved_settings_of(const sketch_settings& settings) {
    return {.seed = settings.seed,
            .epsilon = settings.capacity == 0 ? settings.epsilon : 0.0,
            .delta = settings.delta,
            .dropna = settings.dropna};
}

}  // namespace

groups::groups(const sketch_settings& settings, bool drops_missing_keys)
    : settings_(settings),
      capacity_(checked_capacity(settings)),
      drops_missing_keys_(drops_missing_keys),
      missing_(identity_hash(settings.seed).of_missing()) {
    for (unsigned i = 0; i < 1U << table_bits; ++i) tables_.emplace_back(capacity_);
}

std::uint32_t groups::table_of(std::uint64_t key) noexcept {
    return static_cast<std::uint32_t>(spread(key) >> (64 - table_bits));
}

// ---- items --------------------------------------------------------------------------------------

void groups::take(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> values) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (drops_missing_keys_ && keys[i] == missing_) continue;
        tables_[table_of(keys[i])].waiting.push_back(
            {keys[i], values[i], add_items(items_seen_, i)});
    }
    items_seen_ = add_items(items_seen_, keys.size());
    waiting_ += keys.size();
}

void groups::flush(thread_team* team) {
    struct work {
        std::vector<table>& tables;
        std::size_t workers;
        std::optional<std::uint64_t> skipped;
        std::atomic<bool> has_failed = false;
    } shared = {tables_, team == nullptr ? 1 : team->size(),
                settings_.dropna ? std::optional(missing_) : std::nullopt};
    const thread_team::job take_slice = [](void* context, std::size_t slice) {
        auto& job = *static_cast<work*>(context);
        try {
            for (std::size_t i = slice; i < job.tables.size(); i += job.workers) {
                table& each = job.tables[i];
                each.groups.take(each.waiting, job.skipped);
                each.waiting.clear();
            }
        } catch (const std::exception&) {
            job.has_failed = true;
        }
    };
    team == nullptr ? take_slice(&shared, 0) : team->run(take_slice, &shared);
    size_ = 0;
    for (const table& each : tables_) size_ += each.groups.size();
    waiting_ = 0;
    next_to_name_ = 0;
    if (!shared.has_failed) return;
    for (table& each : tables_) each.waiting.clear();
    throw std::bad_alloc();
}

void groups::release_memory() noexcept {
    for (table& each : tables_) std::vector<keyed_item>().swap(each.waiting);
}

// ---- keys ---------------------------------------------------------------------------------------

std::vector<groups::unnamed_group> groups::unnamed() const {
    std::vector<unnamed_group> all;
    for (const table& each : tables_) {
        for (auto i = static_cast<std::uint32_t>(each.name_ends.size()); i < each.groups.size();
             ++i) {
            all.push_back({each.groups.key(i), each.groups.order(i)});
        }
    }
    return all;
}

void groups::table::name(std::span<const std::byte> item) {
    name_ends.reserve(groups.size());
    names.insert(names.end(), item.begin(), item.end());
    name_ends.push_back(names.size());
}

void groups::name(std::span<const std::byte> item) {
    while (tables_[next_to_name_].name_ends.size() == tables_[next_to_name_].groups.size()) {
        next_to_name_ = (next_to_name_ + 1) % tables_.size();
    }
    tables_[next_to_name_].name(item);
}

std::span<const std::byte> groups::name(place of) const noexcept {
    const table& in = tables_[of.table];
    if (of.in_table >= in.name_ends.size()) return {};  // memory ran out before it was named
    const std::uint64_t begin = of.in_table == 0 ? 0 : in.name_ends[of.in_table - 1];
    return std::span(in.names).subspan(static_cast<std::size_t>(begin),
                                       static_cast<std::size_t>(in.name_ends[of.in_table] - begin));
}

// ---- groups -------------------------------------------------------------------------------------

std::vector<groups::place> groups::in_order() const {
    std::vector<place> places;
    places.reserve(size_);
    for (std::uint32_t t = 0; t < tables_.size(); ++t) {
        for (std::uint32_t i = 0; i < tables_[t].groups.size(); ++i) places.push_back({t, i});
    }
    const auto order = [this](place of) { return tables_[of.table].groups.order(of.in_table); };
    std::sort(places.begin(), places.end(), [&](place a, place b) { return order(a) < order(b); });
    return places;
}

std::optional<groups::place> groups::find(std::uint64_t key) const noexcept {
    const std::uint32_t t = table_of(key);
    const auto found = tables_[t].groups.find(key);
    return found ? std::optional(place{t, *found}) : std::nullopt;
}

groups::answer groups::ask(place of, double confidence) const {
    const group_table& in = tables_[of.table].groups;
    if (const auto count = in.small_count(of.in_table)) return {*count, *count, *count, true};
    const hashed_sampler sampler(in.state(of.in_table));
    if (sampler.is_exact()) {
        const std::uint64_t count = sampler.count();
        return {count, count, count, true};
    }
    const interval bounds = sampler.confidence_interval(confidence);
    return {sampler.count(), bounds.low, bounds.high, false};
}

std::vector<std::byte> groups::saved_sketch(place of) const {
    return save(sampler(hashed_sampler(state(of))), saved_settings_of(settings_), {});
}

std::vector<std::byte> groups::saved_total() const {
    sample_merge all;
    for (const table& each : tables_) {
        for (std::uint32_t i = 0; i < each.groups.size(); ++i) {
            all.add(sampler(hashed_sampler(each.groups.state(i))));
        }
    }
    sampler total(hashed_sampler{capacity_});
    all.merge_into(total);
    return save(total, saved_settings_of(settings_), {});
}

// ---- several ------------------------------------------------------------------------------------

void groups::require_like(const groups& other) const {
    const auto differ = [](const std::string& how) {
        throw std::invalid_argument("groups cannot be merged: they differ in " + how);
    };
    if (capacity_ != other.capacity_) {
        differ("capacity: " + std::to_string(capacity_) + " and " +
               std::to_string(other.capacity_));
    }
    if (settings_.seed != other.settings_.seed) differ("seed");
    if (settings_.dropna != other.settings_.dropna) differ("dropna");
    if (drops_missing_keys_ != other.drops_missing_keys_) differ("dropna_keys");
}

void groups::merge(const groups& other) {
    for (const place from : other.in_order()) {
        const std::uint64_t key = other.key(from);
        table& to = tables_[table_of(key)];
        hashed_state added = other.state(from);
        const auto found = to.groups.find(key);
        if (!found) {
            const std::uint64_t order =
                add_items(items_seen_, other.tables_[from.table].groups.order(from.in_table));
            const std::uint32_t place = to.groups.find_or_add(key, order);
            to.name(other.name(from));
            to.groups.set_state(place, std::move(added));
            ++size_;
            continue;
        }
        // Where all of both is known, to take the elements is to merge.
        const auto known = to.groups.small_count(*found);
        if (known && added.exact && *known + added.retained.size() <= capacity_) {
            to.groups.add_elements(*found, added.retained, added.items_seen);
            continue;
        }
        sample_merge both;
        both.add(sampler(hashed_sampler(added)));
        sampler merged(hashed_sampler(to.groups.state(*found)));
        both.merge_into(merged);
        if (merged.is_exact()) {
            to.groups.add_elements(*found, added.retained, added.items_seen);
        } else {
            to.groups.set_state(*found, merged.hashed().state());
        }
    }
    items_seen_ = add_items(items_seen_, other.items_seen_);
}

groups groups::only(std::span<const place> kept) const {
    groups left(settings_, drops_missing_keys_);
    for (const place of : kept) {
        table& to = left.tables_[of.table];
        const std::uint64_t order = tables_[of.table].groups.order(of.in_table);
        const std::uint32_t place = to.groups.find_or_add(key(of), order);
        to.name(name(of));
        to.groups.set_state(place, state(of));
        ++left.size_;
    }
    left.items_seen_ = items_seen_;
    return left;
}

bool groups::add(std::uint64_t key, hashed_state state, std::span<const std::byte> name) {
    table& to = tables_[table_of(key)];
    if (to.groups.find(key)) return false;
    const std::uint32_t place = to.groups.find_or_add(key, size_);
    to.name(name);
    to.groups.set_state(place, std::move(state));
    ++size_;
    return true;
}

bool operator==(const groups& a, const groups& b) {
    const auto& x = a.settings_;
    const auto& y = b.settings_;
    if (a.size_ != b.size_ || a.items_seen_ != b.items_seen_ || a.capacity_ != b.capacity_ ||
        x.seed != y.seed || x.dropna != y.dropna || x.capacity != y.capacity ||
        x.delta != y.delta || (x.capacity == 0 && x.epsilon != y.epsilon) ||
        a.drops_missing_keys_ != b.drops_missing_keys_) {
        return false;
    }
    const auto places_a = a.in_order();
    const auto places_b = b.in_order();
    return std::equal(places_a.begin(), places_a.end(), places_b.begin(), places_b.end(),
                      [&](groups::place p, groups::place q) {
                          const auto name = a.name(p), other = b.name(q);
                          return a.key(p) == b.key(q) && a.state(p) == b.state(q) &&
                                 std::equal(name.begin(), name.end(), other.begin(), other.end());
                      });
}

std::size_t groups::memory_bytes() const noexcept {
    std::size_t bytes = sizeof(*this);
    for (const table& each : tables_) {
        bytes += sizeof(each) + each.groups.memory_bytes() + each.names.capacity() +
                 each.name_ends.capacity() * sizeof(each.name_ends[0]) +
                 each.waiting.capacity() * sizeof(each.waiting[0]);
    }
    return bytes;
}

}  // namespace cvmcount
