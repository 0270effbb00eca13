// Intersection, difference and similarity of what two samplers with hashed coins have seen.
//
// Both retain every one of their elements whose coin lies below the smaller of their thresholds. So
// below it each element is known to be in the one, the other or both, and those are a sample of the
// union, drawn at a rate that is the threshold. Capacities may differ; the seed must not.
#pragma once

#include <cstdint>

#include "cvmcount/results.hpp"
#include "sampler/sampler.hpp"

namespace cvmcount {

// Counts what two samplers have in common and what they have not.
class overlap {
  public:
    overlap() = default;
    // is_certain: equal identities are equal elements, but for chance. Precondition: hashed coins,
    // of one seed. Throws std::bad_alloc.
    overlap(const sampler& first, const sampler& second, bool is_certain = true);

    sampled_count in_both() const noexcept;
    sampled_count in_first_only() const noexcept;
    sampled_count in_one_only() const noexcept;
    sampled_share jaccard() const noexcept;      // of those in either, those in both
    sampled_share containment() const noexcept;  // of those in the first, those in both

  private:
    double sampling_rate_ = 1.0;
    bool exact_ = true;
    std::uint64_t both_ = 0, only_first_ = 0, only_second_ = 0;  // below the threshold
    std::uint64_t most_first_ = 0, most_second_ = 0;             // elements there can be
};

}  // namespace cvmcount
