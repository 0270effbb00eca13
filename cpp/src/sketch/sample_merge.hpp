// The union of samplers with hashed coins of one seed.
//
// The k smallest coins of a union are among the k smallest of each part. So the union has exactly
// the sample that one sampler would have drawn from everything, with k the smallest of all
// capacities, and is exact whenever that one would be. What is lost is the martingale estimate: it
// depends on the order in which elements came, and to keep that of the larger part when "nothing
// was added" would favour low results. It lasts only where there is nothing to merge: one part
// holds all the elements, and its capacity is the smallest.
//
// Every order and every tree of merges of the same parts gives the same state, to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bucket_sorter.hpp"
#include "sampler/hashed_sampler.hpp"
#include "sampler/sampler.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {

// A union in the making.
class sample_merge {
  public:
    // Preconditions of both: hashed coins, of one seed. Both throw std::bad_alloc, and then the
    // union is of no use any more, but no sampler has changed.
    void add(const sampler& part);

    // The target becomes the union of itself and all that was added. To be called once, as the
    // last.
    void merge_into(sampler& target);

  private:
    void merge_ascending(const std::vector<std::uint64_t>& ascending);
    void merge_waiting();

    std::size_t capacity_ = max_capacity;
    std::uint64_t items_seen_ = 0;
    bool exact_ = true;
    std::vector<std::uint64_t> smallest_;  // in ascending order
    std::vector<std::uint64_t> waiting_;   // what else may belong there, in no order
    std::vector<std::uint64_t> merged_;    // room for both
    bucket_sorter<std::uint64_t> sorter_;
    std::size_t filled_parts_ = 0;
    // Both are those of the last part that was not empty.
    std::size_t part_capacity_ = 0;
    std::optional<martingale> part_history_;
};

}  // namespace cvmcount
