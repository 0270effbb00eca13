#include "cvmcount/id_set.hpp"

#include <algorithm>

namespace cvmcount {

bool id_set::erase(std::uint64_t id) noexcept {
    if (id == empty_slot) return std::exchange(holds_empty_slot_, false);
    if (slots_.empty()) return false;
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = find(id);
    if (slots_[hole] != id) return false;
    // An identity further along the run moves into the hole unless its own place lies between the
    // hole and where it is now: a search for it would then stop at the hole before it was reached.
    for (std::size_t next = (hole + 1) & mask; slots_[next] != empty_slot;
         next = (next + 1) & mask) {
        const std::size_t home = static_cast<std::size_t>(slots_[next]) & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            slots_[hole] = slots_[next];
            hole = next;
        }
    }
    slots_[hole] = empty_slot;
    --in_slots_;
    return true;
}

void id_set::grow() {
    std::vector<std::uint64_t> smaller(std::max<std::size_t>(16, 2 * slots_.size()), empty_slot);
    smaller.swap(slots_);
    for (const std::uint64_t id : smaller) {
        if (id != empty_slot) slots_[find(id)] = id;
    }
}

}  // namespace cvmcount
