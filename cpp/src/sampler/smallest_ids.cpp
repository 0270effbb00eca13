#include "sampler/smallest_ids.hpp"

#include <iterator>
#include <new>
#include <utility>

namespace cvmcount {
namespace {

constexpr std::size_t fewest_homes = 32;
constexpr std::size_t growth = 4;
constexpr std::size_t homes_for_each = 2;  // at least

// Once the homes in use are so few, the places that an identity is pushed on have doubled.
constexpr double crowded = 0.7;

}  // namespace

smallest_ids::smallest_ids(std::size_t capacity, std::vector<std::uint64_t> ascending)
    : capacity_(capacity) {
    if (ascending.empty()) return;
    const bool full = ascending.size() == capacity;
    const std::uint64_t most = full ? ascending.back() : all;  // what still comes is smaller
    holds_free_ = ascending.front() == free_slot;
    if (holds_free_) ascending.erase(ascending.begin());
    in_slots_ = static_cast<std::uint32_t>(ascending.size());  // as capacities, at most 2**31
    spread(ascending, std::max(fewest_homes, homes_for_each * in_slots_), most);
}

std::vector<std::uint64_t> smallest_ids::ascending(std::uint64_t threshold) const {
    if (in_tree()) {
        std::vector<std::uint64_t> found((*tree_).begin(), (*tree_).upper_bound(threshold));
        if (holds_free_) found.insert(found.begin(), free_slot);
        return found;
    }
    const std::size_t slots =
        in_slots_ == 0 ? 0 : (threshold < slots_[last_] ? lower_bound(threshold) : last_) + 1;
    // One more than there can be, for free slots are written, too.
    std::vector<std::uint64_t> found(std::min(size(), slots + 1) + 1);
    std::size_t count = holds_free_ ? 1 : 0;
    for (std::size_t slot = 0; slot < slots && slots_[slot] <= threshold; ++slot) {
        found[count] = slots_[slot];
        count += slots_[slot] != free_slot ? 1 : 0;  // no branch: nobody could predict it
    }
    found.resize(count);
    return found;
}

bool smallest_ids::insert(std::uint64_t id) {
    if (id == free_slot) return !std::exchange(holds_free_, true);
    if (slots_.empty()) grow();
    if (in_tree()) return insert_in_tree(id);
    std::size_t first = first_slot(id);
    std::size_t slot = lower_bound(id, first);
    if (slots_[slot] == id) return false;
    if (homes_for_each * (in_slots_ + 1) > homes_) {
        grow();
        if (in_tree()) return insert_in_tree(id);
        first = first_slot(id);
        slot = lower_bound(id, first);
    }
    make_room_behind();
    const std::size_t end = put(id, slot);
    ++in_slots_;
    mind_steps(first, end);
    return true;
}

// The rest of the run moves on by one. Returns where it ends now.
std::size_t smallest_ids::put(std::uint64_t id, std::size_t slot) noexcept {
    std::uint64_t* const slots = slots_.data();
    while (slots[slot] != free_slot) std::swap(slots[slot++], id);
    slots[slot] = id;
    last_ = std::max(last_, slot);
    return slot;
}

// Where memory is short they stay as they are: the runs are long, but nothing else.
void smallest_ids::go_to_tree() noexcept try {
    const std::vector<std::uint64_t> ids = slotted();
    boxed tree(std::set<std::uint64_t>(ids.begin(), ids.end()));
    std::vector<std::uint64_t>(1, ids.back()).swap(slots_);
    tree_ = std::move(tree);
    last_ = 0;
} catch (const std::bad_alloc&) {
}

bool smallest_ids::insert_in_tree(std::uint64_t id) {
    if (!(*tree_).insert(id).second) return false;
    slots_[0] = std::max(slots_[0], id);
    ++in_slots_;
    return true;
}

// Takes the node of the largest, so that no memory is needed.
bool smallest_ids::replace_in_tree(std::uint64_t id) noexcept {
    if (contains(id)) return false;
    std::set<std::uint64_t>& tree = *tree_;
    auto largest = tree.extract(std::prev(tree.end()));
    if (id == free_slot) {
        holds_free_ = true;
        --in_slots_;
    } else {
        largest.value() = id;
        tree.insert(std::move(largest));
    }
    slots_[0] = *tree.rbegin();
    return true;
}

bool smallest_ids::replace_largest(std::uint64_t id) {
    if (in_tree()) return replace_in_tree(id);
    std::size_t first = 0;
    std::size_t end = 0;
    if (id == free_slot) {
        if (std::exchange(holds_free_, true)) return false;
        slots_[last_] = free_slot;
        --in_slots_;
    } else {
        first = first_slot(id);
        const std::size_t slot = lower_bound(id, first);
        if (slots_[slot] == id) return false;
        make_room_behind();
        slots_[last_] = free_slot;
        end = put(id, slot);
    }
    const std::uint64_t* const slots = slots_.data();
    std::size_t last = last_;
    while (last > 0 && slots[last] == free_slot) --last;
    last_ = last;
    if (slots[last] <= spread_below_) {
        spread_again();
    } else {
        mind_steps(first, end);
    }
    return true;
}

// So that one more can be put, and the slot behind it stays free.
void smallest_ids::make_room_behind() {
    if (last_ + 2 >= slots_.size()) slots_.resize(slots_.size() + homes_ / 2 + 1, free_slot);
}

// The next of the sizes that end with the largest which will be needed: a step just before it would
// spread them twice.
void smallest_ids::grow() {
    std::size_t homes = std::max(fewest_homes, homes_for_each * capacity_);
    while (homes / growth >= std::max(fewest_homes, homes_ + 1)) homes /= growth;
    spread(slotted(), homes, all);
}

// Where memory is short they stay as they are: close together, and found all the same.
void smallest_ids::spread_again() noexcept try {
    spread(slotted(), homes_, slots_[last_]);
} catch (const std::bad_alloc&) {
    spread_below_ = 0;
}

std::vector<std::uint64_t> smallest_ids::slotted() const {
    std::vector<std::uint64_t> ids = ascending();
    if (holds_free_) ids.erase(ids.begin());
    return ids;
}

// Puts these, in ascending order, in so many homes, for identities up to `most`. Where memory runs
// out the set is as before.
void smallest_ids::spread(const std::vector<std::uint64_t>& sorted, std::size_t homes,
                          std::uint64_t most) {
    const std::uint64_t scale = all / (most / homes + 1);
    const auto place = [&](std::uint64_t id, std::size_t next) {
        return std::max(next, static_cast<std::size_t>(multiply_high(id, scale)));
    };
    std::size_t end = 0;
    for (const std::uint64_t id : sorted) end = place(id, end) + 1;
    const std::size_t size = std::max(homes + homes / 8, end) + 1;
    if (size > slots_.size()) {
        std::vector<std::uint64_t>(size, free_slot).swap(slots_);
    } else {
        std::fill(slots_.begin(), slots_.end(), free_slot);
    }
    homes_ = homes;
    scale_ = scale;
    spread_below_ = static_cast<std::uint64_t>(crowded * static_cast<double>(most));
    last_ = 0;
    std::size_t next = 0;
    // A run of most_steps has one of these parts in it. To look at each gap would take longer.
    constexpr std::size_t part = most_steps / 2;
    std::size_t count = 0;
    std::size_t before = 0;  // the slot of so many identities before
    bool is_long = false;
    for (const std::uint64_t id : sorted) {
        last_ = place(id, next);
        slots_[last_] = id;
        next = last_ + 1;
        if (count++ % part != 0) continue;
        is_long = is_long || (count > 1 && last_ - before == part);
        before = last_;
    }
    if (is_long) go_to_tree();
}

}  // namespace cvmcount
