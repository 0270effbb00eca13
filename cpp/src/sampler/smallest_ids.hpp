// A sorted set of identities that loses its largest again and again: what a bottom-k sampler keeps.
//
// Identities are hashes, so their leading bits say nearly where they belong in sorted order: each
// lies at that place of a table or, where others came before it, a few places further on. So one
// table is at once a hash table (is it there?), a priority queue (which is the largest?) and a
// sorted list. As the largest falls, the others come to lie closely together at the beginning; then
// they are spread again, by one more bit.
//
// Identities that are no hashes, or were chosen to share their leading bits, make long runs: slow,
// but never wrong.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace cvmcount {

class smallest_ids {
  public:
    // capacity: the most that it will hold at any time.
    explicit smallest_ids(std::size_t capacity) noexcept : capacity_(capacity) {}

    // With these in it, in ascending order, each once, and no more than the capacity.
    smallest_ids(std::size_t capacity, std::vector<std::uint64_t> ascending);

    static constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

    std::size_t size() const noexcept { return in_slots_ + (holds_free_ ? 1 : 0); }
    std::size_t memory_bytes() const noexcept { return slots_.capacity() * sizeof slots_[0]; }

    bool contains(std::uint64_t id) const noexcept {
        if (id == free_slot) return holds_free_;
        return in_slots_ > 0 && slots_[lower_bound(id)] == id;
    }

    // Returns whether the identity was found at the first look: true for most of those that are
    // there, never for others. Without a branch on what is found, for loops over many.
    bool is_at_home(std::uint64_t id) const noexcept {
        if (slots_.empty()) return false;
        const auto home = std::min(home_of(id), slots_.size() - 1);
        return (slots_[home] == id) & (id != free_slot);
    }

    // Adds it. Returns whether it was new. Precondition: it is there, or there are fewer than the
    // capacity, and none was ever replaced. Where memory runs out the set is as before.
    bool insert(std::uint64_t id);

    // Precondition of both: not empty.
    std::uint64_t largest() const noexcept { return in_slots_ > 0 ? slots_[last_] : free_slot; }

    // Takes this identity instead of the largest. Precondition: it is smaller, and not there.
    void replace_largest(std::uint64_t id) noexcept;

    // In ascending order, up to this one.
    std::vector<std::uint64_t> ascending(std::uint64_t threshold = all) const;

  private:
    // Marks a free slot. It is an identity like any other, so it is kept aside.
    static constexpr std::uint64_t free_slot = 0;

    std::size_t home_of(std::uint64_t id) const noexcept {
        return static_cast<std::size_t>(id >> shift_);
    }

    // The slot of the identity, or of the first that is larger, or a free one where it belongs.
    std::size_t lower_bound(std::uint64_t id) const noexcept {
        std::size_t slot = std::min(home_of(id), slots_.size() - 1);
        while (slots_[slot] != free_slot && slots_[slot] < id) ++slot;
        return slot;
    }

    // The least shift by which this one, the largest, has one of the homes.
    int finest_shift(std::uint64_t largest) const noexcept;

    void put(std::uint64_t id, std::size_t slot) noexcept;
    void make_homes(std::size_t homes, std::vector<std::uint64_t>& slots);
    void grow();
    void spread(std::uint64_t* sorted, std::size_t size) noexcept;

    // homes_ places, a power of two, and room behind for those that the last one pushes on: as many
    // as there can be, and one that stays free. A run of neighbours is in ascending order.
    std::vector<std::uint64_t> slots_;
    std::size_t capacity_;
    std::size_t homes_ = 0;
    int shift_ = 64;        // home_of(largest()) < homes_
    std::size_t last_ = 0;  // the slot of the largest
    std::size_t in_slots_ = 0;
    bool holds_free_ = false;
};

}  // namespace cvmcount
