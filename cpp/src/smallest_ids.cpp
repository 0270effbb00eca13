#include "cvmcount/smallest_ids.hpp"

#include <bit>
#include <utility>

namespace cvmcount {

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

    const int finest = static_cast<int>(std::bit_width(slots_[last_])) - std::countr_zero(homes_);
    if (shift_ == 0 || finest >= shift_) return;
    // They would find place by more bits. Gathered at the end first, from where spread() takes
    // them: it never writes beyond what it has read, because the room behind the homes has a place
    // for each.
    std::size_t end = slots_.size();
    for (std::size_t slot = last_ + 1; slot-- > 0;) {
        const std::uint64_t moved = std::exchange(slots_[slot], free_slot);
        if (moved != free_slot) slots_[--end] = moved;
    }
    shift_ = std::max(finest, 0);
    spread(slots_.data() + end, in_slots_);
}

void smallest_ids::grow() {
    const std::size_t homes = std::max<std::size_t>(16, 2 * homes_);
    std::vector<std::uint64_t> larger(homes + std::min(homes / 2, capacity_) + 1, free_slot);
    larger.swap(slots_);
    homes_ = homes;
    shift_ = 64 - std::countr_zero(homes);
    std::erase(larger, free_slot);
    spread(larger.data(), larger.size());
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
