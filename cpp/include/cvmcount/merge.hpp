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

#include "cvmcount/hashed_sampler.hpp"
#include "cvmcount/sampler.hpp"
#include "cvmcount/sizing.hpp"

namespace cvmcount {

// Where memory runs out, the sum is as before.
void merge(hashed_state& sum, const hashed_sampler& part);

// A union in the making: of nothing at first, which leaves every sampler as it is.
class merger {
  public:
    // Precondition of both: hashed coins. Throws std::bad_alloc, and then nothing has changed.
    void add(const sampler& part) { merge(sum_, part.hashed()); }

    // The target becomes the union of itself and all that was added.
    void merge_into(sampler& target) const {
        hashed_state all = sum_;
        merge(all, target.hashed());
        target = sampler(hashed_sampler(std::move(all)));
    }

  private:
    hashed_state sum_ = {max_capacity};
};

}  // namespace cvmcount
