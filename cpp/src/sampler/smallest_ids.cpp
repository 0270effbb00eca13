#include "sampler/smallest_ids.hpp"

#include <bit>
#include <utility>

namespace cvmcount {

smallest_ids::smallest_ids(std::size_t capacity, std::vector<std::uint64_t> ascending)
    : capacity_(capacity) {
    if (ascending.empty()) return;
    const std::uint64_t largest = ascending.back();
    const bool full = ascending.size() == capacity;
    holds_free_ = ascending.front() == free_slot;
    in_slots_ = ascending.size() - (holds_free_ ? 1 : 0);
    make_homes(std::bit_ceil(std::max<std::size_t>(16, 2 * in_slots_)), slots_);
    if (full) shift_ = finest_shift(largest);  // what still comes is smaller
    spread(ascending.data() + (holds_free_ ? 1 : 0), in_slots_);
}

std::vector<std::uint64_t> smallest_ids::ascending(std::uint64_t threshold) const {
    std::vector<std::uint64_t> found(size() + 1);  // one more: free slots are written, too
    std::size_t count = holds_free_ ? 1 : 0;
    if (in_slots_ > 0) {
        for (std::size_t slot = 0; slot <= last_ && slots_[slot] <= threshold; ++slot) {
            found[count] = slots_[slot];
            count += slots_[slot] != free_slot ? 1 : 0;  // no branch: nobody could predict it
        }
    }
    found.resize(count);
    return found;
}

bool smallest_ids::insert(std::uint64_t id) {
    if (id == free_slot) return !std::exchange(holds_free_, true);
    if (contains(id)) return false;
    if (2 * (in_slots_ + 1) > homes_) grow();
    put(id, lower_bound(id));
    ++in_slots_;
    return true;
}

// The rest of the run moves on by one.
void smallest_ids::put(std::uint64_t id, std::size_t slot) noexcept {
    while (slots_[slot] != free_slot) std::swap(slots_[slot++], id);
    slots_[slot] = id;
    last_ = std::max(last_, slot);
}

void smallest_ids::replace_largest(std::uint64_t id) noexcept {
    slots_[last_] = free_slot;
    if (id == free_slot) {
        holds_free_ = true;
        --in_slots_;
    } else {
        put(id, lower_bound(id));
    }
    while (last_ > 0 && slots_[last_] == free_slot) --last_;

    const int finest = finest_shift(slots_[last_]);
    if (finest >= shift_) return;
    // They would find place by more bits. Gathered at the end first, from where spread() takes
    // them: it never writes beyond what it has read, because the room behind the homes has a place
    // for each.
    std::size_t end = slots_.size();
    for (std::size_t slot = last_ + 1; slot-- > 0;) {
        const std::uint64_t moved = std::exchange(slots_[slot], free_slot);
        if (moved != free_slot) slots_[--end] = moved;
    }
    shift_ = finest;
    spread(slots_.data() + end, in_slots_);
}

int smallest_ids::finest_shift(std::uint64_t largest) const noexcept {
    return std::max(static_cast<int>(std::bit_width(largest)) - std::countr_zero(homes_), 0);
}

void smallest_ids::make_homes(std::size_t homes, std::vector<std::uint64_t>& slots) {
    slots.assign(homes + std::min(homes / 2, capacity_) + 1, free_slot);
    homes_ = homes;
    shift_ = 64 - std::countr_zero(homes);  // any identity has one
}

void smallest_ids::grow() {
    std::vector<std::uint64_t> ids;
    make_homes(std::max<std::size_t>(16, 2 * homes_), ids);
    ids.swap(slots_);
    std::erase(ids, free_slot);
    spread(ids.data(), ids.size());
}

// From where they are gathered in ascending order: in other memory, or at the end of the slots.
void smallest_ids::spread(std::uint64_t* sorted, std::size_t size) noexcept {
    std::size_t next = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t id = std::exchange(sorted[i], free_slot);
        next = std::max(next, home_of(id));
        slots_[next] = id;
        last_ = next++;
    }
}

}  // namespace cvmcount
