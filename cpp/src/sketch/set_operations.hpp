// Intersection, difference and similarity of what two samplers with hashed coins have seen.
//
// Both retain every one of their elements whose coin lies below the smaller of their thresholds. So
// below it each element is known to be in the one, the other or both, and those are a sample of the
// union, drawn at a rate that is the threshold. Capacities may differ; the seed must not.
#pragma once

#include <cstdint>

#include "sampler/hashed_sampler.hpp"
#include "sampler/interval.hpp"
#include "sampler/sampler.hpp"

namespace cvmcount {

// A number of elements that is known by so many of them, each retained with the same probability.
struct sampled_count {
    std::uint64_t retained = 0;
    double sampling_rate = 1.0;  // that probability
    bool exact = true;           // whether all of them are
    std::uint64_t at_most = 0;   // as is known for certain

    // Unbiased, so it may lie outside of what is known for certain.
    double estimate() const noexcept { return static_cast<double>(retained) / sampling_rate; }

    // The estimate as a whole number that can be, as it is shown beside an interval.
    std::uint64_t count() const noexcept;

    // Approximate interval of a confidence strictly between 0 and 1.
    interval confidence_interval(double confidence) const noexcept;

    friend bool operator==(const sampled_count&, const sampled_count&) = default;
};

// A share of the elements, known by a sample of them.
struct sampled_share {
    std::uint64_t retained = 0;  // in the share
    std::uint64_t of = 0;        // in all
    double sampling_rate = 1.0;  // the probability of being among them
    bool exact = true;           // whether all are

    // Of nothing it is 1.
    double estimate() const noexcept;

    // Approximate interval of a confidence strictly between 0 and 1.
    fraction_interval confidence_interval(double confidence) const noexcept;

    friend bool operator==(const sampled_share&, const sampled_share&) = default;
};

// What two samplers have in common and what they have not.
class overlap {
  public:
    overlap() = default;
    // Precondition: hashed coins, of one seed. Throws std::bad_alloc.
    overlap(const sampler& first, const sampler& second);

    sampled_count in_both() const noexcept;
    sampled_count in_first_only() const noexcept;
    sampled_count in_one_only() const noexcept;
    sampled_share jaccard() const noexcept;  // of those in either, those in both

  private:
    double sampling_rate_ = 1.0;
    bool exact_ = true;
    std::uint64_t both_ = 0, only_first_ = 0, only_second_ = 0;  // below the threshold
    std::uint64_t most_first_ = 0, most_second_ = 0;             // elements there can be
};

}  // namespace cvmcount
