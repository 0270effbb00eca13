#include "groups/group_table.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/always_inline.hpp"
#include "base/near_slot.hpp"
#include "base/prefetch.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {
namespace {

constexpr std::size_t fewest_slots = 16;
constexpr std::size_t crowded_bytes = 48;  // of a tree's node, with what the heap adds

// Sets are fuller than tables that are half empty, so hashes stand farther from their homes.
constexpr std::size_t most_near_in_set = 1024;

// Fuller sets would save memory, and emptier ones time.
std::size_t room_in_set(std::uint32_t log_size) noexcept {
    return std::size_t{13} << log_size >> 4;
}

std::size_t home_in_set(std::uint64_t value, std::uint32_t log_size) noexcept {
    return static_cast<std::size_t>(spread(value) >> (64 - log_size));
}

// Where an element is in a set, or the empty slot where it would be; or null where there is none
// near its home. Precondition: it is not 0.
CVMCOUNT_ALWAYS_INLINE inline std::uint64_t* slot_in_set(std::uint64_t* slots,
                                                         std::uint32_t log_size,
                                                         std::uint64_t value) noexcept {
    const std::size_t found =
        near_slot(home_in_set(value, log_size), (std::size_t{1} << log_size) - 1, most_near_in_set,
                  [=](std::size_t slot) { return slots[slot] == 0 || slots[slot] == value; });
    return found == no_slot ? nullptr : slots + found;
}

}  // namespace

// ---- memory -------------------------------------------------------------------------------------

group_table::group_table(const group_table& other)
    : capacity_(other.capacity_),
      nodes_(other.nodes_),
      free_node_(other.free_node_),
      slots_(other.slots_),
      shift_(other.shift_),
      crowded_(other.crowded_) {
    try {
        for (std::uint32_t place = 0; place < other.size(); ++place) {
            group copy = other.groups_[place];
            if (copy.count <= most_chained) {
                groups_.add(copy);
                continue;
            }
            group empty = copy;
            empty.count = 0;
            group& added = groups_[groups_.add(empty)];
            if (copy.count == sampled) {
                copy.in.sampler.pointer = new hashed_sampler(*copy.in.sampler.pointer);
            } else {
                const std::size_t size = std::size_t{1} << copy.link;
                auto* const slots = new std::uint64_t[size];
                std::copy_n(copy.in.set.slots, size, slots);
                copy.in.set.slots = slots;
            }
            added = copy;
        }
        element_bytes_ = other.element_bytes_;
    } catch (...) {
        for (std::uint32_t place = 0; place < size(); ++place) free_elements(groups_[place]);
        throw;
    }
}

group_table::group_table(group_table&& other) noexcept : group_table(other.capacity_) {
    *this = std::move(other);
}

group_table& group_table::operator=(group_table&& other) noexcept {
    std::swap(capacity_, other.capacity_);
    std::swap(groups_, other.groups_);
    std::swap(nodes_, other.nodes_);
    std::swap(free_node_, other.free_node_);
    std::swap(slots_, other.slots_);
    std::swap(shift_, other.shift_);
    std::swap(crowded_, other.crowded_);
    std::swap(element_bytes_, other.element_bytes_);
    return *this;
}

group_table::~group_table() {
    for (std::uint32_t place = 0; place < size(); ++place) free_elements(groups_[place]);
}

void group_table::free_elements(group& of) noexcept {
    if (of.count == sampled) {
        element_bytes_ -= of.in.sampler.pointer->memory_bytes();
        delete of.in.sampler.pointer;
    } else if (has_set(of)) {
        element_bytes_ -= sizeof(std::uint64_t) << of.link;
        delete[] of.in.set.slots;
    } else {
        free_chain(of);
    }
    of.count = 0;
    of.link = no_node;
}

void group_table::free_chain(group& of) noexcept {
    while (of.link != no_node) {
        node& first = nodes_[of.link];
        const std::uint32_t next = first.next;
        first.next = free_node_;
        free_node_ = of.link;
        of.link = next;
    }
}

std::size_t group_table::memory_bytes() const noexcept {
    return groups_.memory_bytes() + nodes_.memory_bytes() + slots_.capacity() * sizeof(slots_[0]) +
           crowded_.size() * crowded_bytes + element_bytes_;
}

// ---- keys ---------------------------------------------------------------------------------------

std::uint64_t group_table::home(std::uint64_t key) const noexcept {
    return spread(key) << table_bits >> shift_;
}

std::size_t group_table::slot_of(std::uint64_t key) const noexcept {
    return near_slot(home(key), slots_.size() - 1, most_near, [&](std::size_t slot) {
        return slots_[slot] == 0 || groups_[slots_[slot] - 1].key == key;
    });
}

std::optional<std::uint32_t> group_table::find(std::uint64_t key) const noexcept {
    if (slots_.empty()) return std::nullopt;
    const std::size_t slot = slot_of(key);
    if (slot != no_slot) return slots_[slot] == 0 ? std::nullopt : std::optional(slots_[slot] - 1);
    const auto found = crowded_.find(key);
    return found == crowded_.end() ? std::nullopt : std::optional(found->second);
}

void group_table::reserve(std::size_t more) {
    const std::size_t wanted = 2 * (size() + more);
    if (wanted <= slots_.size()) return;
    if (size() + more >= std::numeric_limits<std::uint32_t>::max() / 2) {
        throw std::length_error("there are too many groups");
    }
    const std::size_t slots = std::bit_ceil(std::max(wanted, fewest_slots));
    std::vector<std::uint32_t> larger(slots);
    const unsigned shift = 64 - static_cast<unsigned>(std::countr_zero(slots));
    std::map<std::uint64_t, std::uint32_t> crowded;
    for (std::uint32_t place = 0; place < size(); ++place) {
        const std::uint64_t key = groups_[place].key;
        const std::size_t slot = near_slot(spread(key) << table_bits >> shift, slots - 1, most_near,
                                           [&](std::size_t at) { return larger[at] == 0; });
        if (slot == no_slot) {
            crowded.emplace(key, place);
        } else {
            larger[slot] = place + 1;
        }
    }
    shift_ = shift;
    slots_ = std::move(larger);
    crowded_ = std::move(crowded);
}

std::uint32_t group_table::find_or_add(std::uint64_t key, std::uint64_t order) {
    reserve(1);
    const std::size_t slot = slot_of(key);
    if (slot != no_slot && slots_[slot] != 0) return slots_[slot] - 1;
    group added = {};
    added.key = key;
    added.order = order;
    added.link = no_node;
    if (slot != no_slot) {
        const std::uint32_t place = groups_.add(added);
        slots_[slot] = place + 1;
        return place;
    }
    const auto [at, is_new] = crowded_.try_emplace(key, size());
    if (is_new) {
        try {
            groups_.add(added);
        } catch (...) {
            crowded_.erase(at);
            throw;
        }
    }
    return at->second;
}

// ---- items --------------------------------------------------------------------------------------

void group_table::take(std::span<const keyed_item> items, std::optional<std::uint64_t> skipped) {
    std::array<group*, batch_size> found;
    const auto prefetch_elements = [this](const group& of,
                                          std::uint64_t value) CVMCOUNT_ALWAYS_INLINE {
        if (of.count <= most_inline || of.count == sampled) return;
        prefetch(of.count > most_chained
                     ? static_cast<const void*>(of.in.set.slots + home_in_set(value, of.link))
                     : &nodes_[of.link]);
    };
    for (std::size_t begin = 0; begin < items.size(); begin += batch_size) {
        const auto batch = items.subspan(begin, std::min(batch_size, items.size() - begin));
        reserve(batch.size());
        const std::uint32_t* const slots = slots_.data();
        for (const keyed_item& item : batch) prefetch(slots + home(item.key));
        for (const keyed_item& item : batch) {
            const std::uint32_t slot = slots[home(item.key)];
            if (slot != 0) prefetch(&groups_[slot - 1]);
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            found[i] = &groups_[find_or_add(batch[i].key, batch[i].order)];
            prefetch_elements(*found[i], batch[i].value);
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (batch[i].value == skipped) continue;
            insert(*found[i], batch[i].value);
            found[i]->items_seen = add_items(found[i]->items_seen, 1);
        }
    }
}

// ---- elements -----------------------------------------------------------------------------------

void group_table::insert(group& into, std::uint64_t value) {
    if (into.count <= most_chained) return insert_few(into, value);
    if (into.count != sampled) return insert_in_set(into, value);
    auto& sampler = into.in.sampler;
    if (value > sampler.threshold) return;
    element_bytes_ -= sampler.pointer->memory_bytes();
    sampler.pointer->offer({&value, 1});
    element_bytes_ += sampler.pointer->memory_bytes();
    sampler.threshold = sampler.pointer->threshold();
}

// The nodes are full, but for the first, which has what is left.
template <class Use>
void group_table::for_each_chained(const group& of, Use use) const {
    std::uint32_t left = of.count - most_inline;
    std::uint32_t in_node = (left - 1) % node_size + 1;
    for (std::uint32_t link = of.link; link != no_node; link = nodes_[link].next) {
        for (std::uint32_t i = 0; i < in_node; ++i) use(nodes_[link].elements[i]);
        in_node = node_size;
    }
}

void group_table::insert_few(group& into, std::uint64_t value) {
    const std::uint32_t count = into.count;
    const auto* const few = into.in.few;
    if (std::find(few, few + std::min(count, most_inline), value) !=
        few + std::min(count, most_inline)) {
        return;
    }
    if (count < most_inline) {
        into.in.few[into.count++] = value;
        return;
    }
    if (count > most_inline) {
        bool is_there = false;
        for_each_chained(into, [&](std::uint64_t element) { is_there |= element == value; });
        if (is_there) return;
    }
    if (count == most_chained) {
        make_set(into, 6);
        return into.count == sampled ? insert(into, value) : insert_in_set(into, value);
    }
    const std::uint32_t in_first = (count - most_inline) % node_size;
    if (in_first == 0) {
        std::uint32_t added = free_node_;
        if (added == no_node) {
            added = nodes_.add(node{});
        } else {
            free_node_ = nodes_[added].next;
        }
        nodes_[added].next = into.link;
        into.link = added;
    }
    nodes_[into.link].elements[in_first] = value;
    ++into.count;
}

void group_table::insert_in_set(group& into, std::uint64_t value) {
    auto& set = into.in.set;
    std::uint64_t* const slot = value == 0 ? nullptr : slot_in_set(set.slots, into.link, value);
    if (slot != nullptr ? *slot == value : value == 0 && set.has_zero) return;
    if (into.count >= capacity_ || (slot == nullptr && value != 0)) {
        make_sampler(into);
        return insert(into, value);
    }
    if (into.count >= room_in_set(into.link)) {
        make_set(into, into.link + 1);
        return insert(into, value);
    }
    if (value == 0) {
        set.has_zero = true;
    } else {
        *slot = value;
    }
    ++into.count;
}

// Moves the elements to a set of this size, which must be large enough; or to a sampler.
void group_table::make_set(group& of, std::uint32_t log_size) {
    const auto all = elements(of);
    std::unique_ptr<std::uint64_t[]> slots(new std::uint64_t[std::size_t{1} << log_size]());
    bool has_zero = false;
    for (const std::uint64_t element : all) {
        if (element == 0) {
            has_zero = true;
            continue;
        }
        std::uint64_t* const slot = slot_in_set(slots.get(), log_size, element);
        if (slot == nullptr) return make_sampler(of);
        *slot = element;
    }
    const std::uint32_t count = of.count;
    free_elements(of);
    of.count = count;
    of.link = log_size;
    of.in.set = {slots.release(), has_zero};
    element_bytes_ += sizeof(std::uint64_t) << log_size;
}

// Gives a group a sampler of this state in place of what it has.
void group_table::make_sampler(group& of, hashed_state state) {
    std::unique_ptr<hashed_sampler> made(new hashed_sampler(std::move(state)));
    free_elements(of);
    of.count = sampled;
    element_bytes_ += made->memory_bytes();
    const std::uint64_t threshold = made->threshold();
    of.in.sampler = {made.release(), threshold};
}

std::vector<std::uint64_t> group_table::elements(const group& of) const {
    std::vector<std::uint64_t> all;
    all.reserve(of.count);
    const auto add = [&all](std::uint64_t element) { all.push_back(element); };
    if (of.count <= most_chained) {
        std::for_each_n(of.in.few, std::min(of.count, most_inline), add);
        if (of.count > most_inline) for_each_chained(of, add);
        return all;
    }
    if (of.in.set.has_zero) add(0);
    for (std::size_t slot = 0; slot >> of.link == 0; ++slot) {
        if (of.in.set.slots[slot] != 0) add(of.in.set.slots[slot]);
    }
    return all;
}

// ---- states -------------------------------------------------------------------------------------

hashed_state group_table::state(std::uint32_t place) const {
    return state_of(groups_[place]);
}

hashed_state group_table::state_of(const group& of) const {
    if (of.count == sampled) {
        hashed_state state = of.in.sampler.pointer->state();
        state.items_seen = of.items_seen;
        return state;
    }
    hashed_state state = {capacity_, of.items_seen};
    state.retained = elements(of);
    std::sort(state.retained.begin(), state.retained.end());
    return state;
}

void group_table::set_state(std::uint32_t place, hashed_state state) {
    group& of = groups_[place];
    const std::uint64_t items_seen = state.items_seen;
    if (state.exact) {
        for (const std::uint64_t element : state.retained) insert(of, element);
    } else {
        make_sampler(of, std::move(state));
    }
    of.items_seen = items_seen;
}

void group_table::add_elements(std::uint32_t place, std::span<const std::uint64_t> elements,
                               std::uint64_t items) {
    group& of = groups_[place];
    for (const std::uint64_t element : elements) insert(of, element);
    of.items_seen = add_items(of.items_seen, items);
}

std::optional<std::uint64_t> group_table::small_count(std::uint32_t place) const noexcept {
    const std::uint32_t count = groups_[place].count;
    return count == sampled ? std::nullopt : std::optional<std::uint64_t>(count);
}

}  // namespace cvmcount
