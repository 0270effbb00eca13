// A sorted set of identities that loses its largest again and again: what a bottom-k sampler keeps.
//
// Identities are hashes, so where one belongs in sorted order follows from its share of the
// largest: each lies at that place of a table or, where others came before it, a few places further
// on. So one table is at once a hash table (is it there?), a priority queue (which is the largest?)
// and a sorted list. As the largest falls, the others come to lie closely together at the
// beginning; then they are spread again.
//
// Identities that are no hashes, or were chosen to lie close together, make long runs. Where one
// was put so many places behind its home, or moved so many, as most_steps, all go to a tree:
// whatever the identities, an update looks at no more than three times as many places, or goes one
// way down a tree. Only growing, spreading again (at most 125 times in all, since the largest has
// fallen by 30 percent each time) and going to the tree (once) look at every element; and the free
// places before the largest are passed once between two spreads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "base/boxed.hpp"
#include "base/mix.hpp"
#include "base/prefetch.hpp"

namespace cvmcount {

class smallest_ids {
  public:
    // capacity: the most that it will hold at any time.
    explicit smallest_ids(std::size_t capacity) noexcept : capacity_(capacity) {}

    // With these in it, in ascending order, each once, and no more than the capacity.
    smallest_ids(std::size_t capacity, std::vector<std::uint64_t> ascending);

    static constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

    // The longest run of neighbours. Hashes make none that long in 2**31 places, with a probability
    // of one to 10**13, until memory is too short to spread them again.
    static constexpr std::size_t most_steps = 1024;

    std::size_t size() const noexcept { return in_slots_ + (holds_free_ ? 1 : 0); }
    std::size_t memory_bytes() const noexcept {
        return slots_.capacity() * sizeof slots_[0] +
               (in_tree() ? (*tree_).size() * tree_node_bytes : 0);
    }

    bool contains(std::uint64_t id) const noexcept {
        if (id == free_slot) return holds_free_;
        if (in_tree()) return (*tree_).contains(id);
        return in_slots_ > 0 && slots_[lower_bound(id)] == id;
    }

    // Returns whether the identity was found at a first look: true for nearly all of those that are
    // there, never for others. Without a branch on what is found, for loops over many.
    bool is_near_home(std::uint64_t id) const noexcept {
        constexpr std::size_t slots_seen = 4;
        if (slots_.size() < slots_seen) return false;
        const std::size_t home = std::min(home_of(id), slots_.size() - slots_seen);
        bool found = false;
        for (std::size_t i = 0; i < slots_seen; ++i) found |= slots_[home + i] == id;
        return found & (id != free_slot);
    }

    // Adds it. Returns whether it was new. Precondition: it is there, or there are fewer than the
    // capacity, and none was ever replaced. Where memory runs out the set is as before.
    bool insert(std::uint64_t id);

    // Precondition of both: not empty.
    std::uint64_t largest() const noexcept { return in_slots_ > 0 ? slots_[last_] : free_slot; }

    // Takes this identity instead of the largest. Returns whether it was new. Precondition: it is
    // smaller. Where memory runs out the set is as before.
    bool replace_largest(std::uint64_t id);

    // Asks for the memory of the smallest: the first two cache lines.
    void prefetch_smallest() const noexcept {
        prefetch(slots_.data());
        prefetch(slots_.data() + std::min<std::size_t>(8, slots_.size()));
    }

    // In ascending order, up to this one.
    std::vector<std::uint64_t> ascending(std::uint64_t threshold = all) const;

  private:
    // Marks a free slot. It is an identity like any other, so it is kept aside.
    static constexpr std::uint64_t free_slot = 0;

    static constexpr std::size_t tree_node_bytes = 48;  // with what the heap adds

    friend struct longest_run;  // of the tests

    bool in_tree() const noexcept { return static_cast<bool>(tree_); }

    // Below homes_ for every identity up to the largest that there was when they were spread.
    std::size_t home_of(std::uint64_t id) const noexcept {
        return static_cast<std::size_t>(multiply_high(id, scale_));
    }

    // The slot of the identity, or of the first that is larger, or a free one where it belongs. A
    // free slot less 1 is larger than any identity less 1, so one comparison ends the search.
    std::size_t lower_bound(std::uint64_t id) const noexcept {
        return lower_bound(id, first_slot(id));
    }
    std::size_t lower_bound(std::uint64_t id, std::size_t first) const noexcept {
        while (slots_[first] - 1 < id - 1) ++first;
        return first;
    }
    std::size_t first_slot(std::uint64_t id) const noexcept {
        return std::min(home_of(id), slots_.size() - 1);
    }

    std::size_t put(std::uint64_t id, std::size_t slot) noexcept;
    // After an identity was put: between its first slot and the end of its run.
    void mind_steps(std::size_t first, std::size_t end) noexcept {
        if (end - first >= most_steps) go_to_tree();
    }
    void go_to_tree() noexcept;
    bool insert_in_tree(std::uint64_t id);
    bool replace_in_tree(std::uint64_t id) noexcept;
    void make_room_behind();
    void grow();
    void spread_again() noexcept;
    std::vector<std::uint64_t> slotted() const;  // all but the one that is kept aside
    void spread(const std::vector<std::uint64_t>& sorted, std::size_t homes, std::uint64_t most);

    // homes_ places, and room behind for those that the last ones push on; the last one stays free.
    // A run of neighbours is in ascending order. Of a tree, only the largest is here.
    std::vector<std::uint64_t> slots_;
    boxed<std::set<std::uint64_t>> tree_;  // all but the one that is kept aside, or none
    std::size_t capacity_;
    std::size_t homes_ = 0;
    std::uint64_t scale_ = 0;         // homes for an identity, times 2**64
    std::uint64_t spread_below_ = 0;  // once the largest is as small, they are spread again
    std::size_t last_ = 0;            // the slot of the largest
    std::uint32_t in_slots_ = 0;      // or in the tree
    bool holds_free_ = false;
};

}  // namespace cvmcount
