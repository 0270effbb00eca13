// A set of identities: open addressing with linear probing.
//
// Identities are hashes already, so a slot is chosen by their low bits as they are. (Not by the
// high ones: what a sampler retains are the smallest identities, whose high bits are all zero.)
// Erasing shifts the rest of the run back, so there are no tombstones and lookups never slow down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cvmcount {

class id_set {
  public:
    bool contains(std::uint64_t id) const noexcept {
        if (id == empty_slot) return holds_empty_slot_;
        return !slots_.empty() && slots_[find(id)] == id;
    }

    // Whether the identity is there, found at the first look: true for most of those that are
    // there, never for others. Without a branch on what is found, for loops over many.
    bool is_at_home(std::uint64_t id) const noexcept {
        if (slots_.empty()) return false;
        const std::size_t home = static_cast<std::size_t>(id) & (slots_.size() - 1);
        return (slots_[home] == id) & (id != empty_slot);
    }

    // Whether the identity was added. Where memory runs out the set is as before.
    bool insert(std::uint64_t id) {
        if (id == empty_slot) return !std::exchange(holds_empty_slot_, true);
        if (2 * (in_slots_ + 1) > slots_.size()) grow();
        const std::size_t slot = find(id);
        if (slots_[slot] == id) return false;
        slots_[slot] = id;
        ++in_slots_;
        return true;
    }

    // Whether the identity was there.
    bool erase(std::uint64_t id) noexcept;

    std::size_t size() const noexcept { return in_slots_ + (holds_empty_slot_ ? 1 : 0); }

    std::size_t memory_bytes() const noexcept { return slots_.capacity() * sizeof slots_[0]; }

    // Every identity once, in no particular order.
    template <class Visit>
    void for_each(Visit visit) const {
        if (holds_empty_slot_) visit(empty_slot);
        for (const std::uint64_t id : slots_) {
            if (id != empty_slot) visit(id);
        }
    }

  private:
    // Marks a free slot. It is an identity like any other, so it is kept aside.
    static constexpr std::uint64_t empty_slot = 0;

    // The slot that holds the identity, or the free one where it belongs.
    std::size_t find(std::uint64_t id) const noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = static_cast<std::size_t>(id) & mask;
        while (slots_[slot] != empty_slot && slots_[slot] != id) slot = (slot + 1) & mask;
        return slot;
    }

    void grow();

    std::vector<std::uint64_t> slots_;  // a power of two of them, at most half of them in use
    std::size_t in_slots_ = 0;
    bool holds_empty_slot_ = false;
};

}  // namespace cvmcount
