// The sampler with hashed coins: bottom-k.
//
// An element's coin is its identity read as a number in [0, 1), drawn once for the element instead
// of once for each occurrence. The `capacity` elements with the smallest coins are retained. At a
// given sampling rate p the buffer has the law of the buffer of CVM (Chakraborty, Vinodchandran,
// Meel, "Distinct Elements in Streams: An Algorithm for the (Text) Book", ESA 2022), but repeats
// cost nothing and the retained set does not depend on the order of the stream.
//
// The estimate is the martingale (HIP) estimate: each change of the retained set adds 1/p, where p
// is the probability, just before the change, that an element never seen would cause one. It is
// unbiased for every order and every pattern of repeats (Cohen, "All-Distances Sketches,
// Revisited", 2015; Ting, "Streamed Approximate Counting of Distinct Elements", 2014).
//
// cpp/tests/reference_hashed_sampler.hpp is the same in the slowest and plainest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cvmcount/interval.hpp"
#include "cvmcount/smallest_ids.hpp"

namespace cvmcount {

class hashed_sampler {
  public:
    // capacity: min_capacity to max_capacity (sizing.hpp).
    explicit hashed_sampler(std::size_t capacity) noexcept
        : capacity_(capacity), retained_(capacity) {}

    // Takes items in stream order; the state is the same however a stream is cut into calls. Where
    // memory runs out, the items before the one at fault have been taken. Once full() it cannot.
    void offer(std::span<const std::uint64_t> identities) {
        offer_filtered(identities, identities.size());
    }

    // What readers filter by: an identity above the ceiling would change nothing but items_seen().
    // It only ever falls, so one of some time ago is as right as that of now.
    std::uint64_t ceiling() const noexcept { return exact_ ? everything : retained_.largest() - 1; }

    // As offer(), for a number of items of which only the identities up to an earlier ceiling() are
    // still there.
    void offer_filtered(std::span<const std::uint64_t> identities, std::uint64_t items);

    double estimate() const noexcept { return estimate_; }

    // The estimate as a count: rounded, and never outside what is known for certain.
    std::uint64_t count() const noexcept;

    // Approximate interval of a confidence strictly between 0 and 1. Its source is the variance of
    // the martingale, the sum over changes of (1-p)/p**2.
    interval confidence_interval(double confidence) const noexcept;

    // Whether nothing was ever turned away: the estimate is then the count itself.
    bool is_exact() const noexcept { return exact_; }

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t retained() const noexcept { return retained_.size(); }
    bool full() const noexcept { return retained() == capacity_; }
    std::uint64_t items_seen() const noexcept { return items_seen_; }

    // p: the probability that an element never seen would be retained.
    double sampling_rate() const noexcept;

    std::size_t memory_bytes() const noexcept;

    // The same answers now and after any further items.
    friend bool operator==(const hashed_sampler& a, const hashed_sampler& b);

  private:
    static constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

    certain_bounds bounds() const noexcept;
    void offer_one(std::uint64_t identity);
    void replace_largest(std::uint64_t identity) noexcept;
    std::vector<std::uint64_t> sorted_identities() const;

    std::size_t capacity_;
    smallest_ids retained_;
    double estimate_ = 0.0;
    double variance_ = 0.0;
    std::uint64_t changes_ = 0;
    std::uint64_t items_seen_ = 0;
    bool exact_ = true;
};

}  // namespace cvmcount
