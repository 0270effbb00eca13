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
// Revisited", 2015; Ting, "Streamed Approximate Counting of Distinct Elements", 2014). What was
// merged has no such history: its estimate is (k-1)/U_k, with U_k the largest retained coin.
//
// cpp/tests/support/reference_hashed_sampler.hpp is the same in the slowest and plainest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sampler/interval.hpp"
#include "sampler/smallest_ids.hpp"

namespace cvmcount {

// The martingale estimate: sums over all changes of the retained set, p from before each.
struct martingale {
    double estimate = 0.0;  // of 1/p
    double variance = 0.0;  // of (1-p)/p**2
    std::uint64_t changes = 0;

    friend bool operator==(const martingale&, const martingale&) = default;
};

// All that a sampler knows, laid open: what is merged, saved and compared.
struct hashed_state {
    std::size_t capacity;
    std::uint64_t items_seen = 0;
    bool exact = true;
    std::optional<martingale> history = {};    // of what is neither exact nor merged
    std::vector<std::uint64_t> retained = {};  // in ascending order

    friend bool operator==(const hashed_state&, const hashed_state&) = default;
};

class hashed_sampler {
  public:
    static constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

    // capacity: min_capacity to max_capacity (sizing.hpp).
    explicit hashed_sampler(std::size_t capacity) noexcept
        : capacity_(capacity), retained_(capacity) {}

    // Precondition: a state that there can be (see validate.hpp).
    explicit hashed_sampler(hashed_state state);
    hashed_state state() const;

    // Takes items in stream order; the state is the same however a stream is cut into calls. Where
    // memory runs out, the items before the one at fault have been taken.
    void offer(std::span<const std::uint64_t> identities) {
        offer_filtered(identities, identities.size());
    }

    // Readers filter by it: an identity above the threshold would change nothing but
    // items_seen(). It only ever falls, so one of some time ago is as right as that of now.
    std::uint64_t threshold() const noexcept {
        return exact_ ? everything : retained_.largest() - 1;
    }

    // Does what offer() does, for a number of items of which only the identities up to an earlier
    // threshold() are still there.
    void offer_filtered(std::span<const std::uint64_t> identities, std::uint64_t items);

    // Makes it what a merge makes: a sample alone, which does not depend on the order of the
    // stream.
    void forget_history() noexcept;

    double estimate() const noexcept;

    // The estimate as a count: rounded, and never outside what is known for certain.
    std::uint64_t count() const noexcept;

    // Approximate interval of a confidence strictly between 0 and 1. Its source is the variance of
    // the martingale; after a merge, the distribution of U_k.
    interval confidence_interval(double confidence) const noexcept;

    // Returns whether nothing was ever turned away: the estimate is then the count itself.
    bool is_exact() const noexcept { return exact_; }

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t retained() const noexcept { return retained_.size(); }
    bool full() const noexcept { return retained() == capacity_; }
    std::uint64_t items_seen() const noexcept { return items_seen_; }

    // It rises whenever an element enters the buffer, and is not part of the state.
    std::uint64_t entries() const noexcept { return entries_; }

    // Those up to this one, in ascending order.
    std::vector<std::uint64_t> retained_ids(std::uint64_t threshold = everything) const {
        return retained_.ascending(threshold);
    }

    // Asks for the memory of the smallest of them.
    void prefetch_smallest() const noexcept { retained_.prefetch_smallest(); }

    // p: the probability that an element never seen would be retained.
    double sampling_rate() const noexcept;

    // The coin strictly below which every element that ever came is retained: 1 while exact. Those
    // are the identities up to threshold().
    double sampled_fraction() const noexcept { return exact_ ? 1.0 : sampling_rate(); }

    std::size_t memory_bytes() const noexcept;

    // Nothing for an exact or merged sampler.
    std::optional<martingale> history() const noexcept {
        return exact_ || merged_ ? std::nullopt : std::optional(history_);
    }

    // The same answers now and after any further items.
    friend bool operator==(const hashed_sampler& a, const hashed_sampler& b) {
        return a.state() == b.state();
    }

  private:
    certain_bounds bounds() const noexcept;
    void offer_one(std::uint64_t identity);
    void record_change(std::uint64_t largest_before) noexcept;

    std::size_t capacity_;
    smallest_ids retained_;
    martingale history_;  // of a merged sampler: nothing
    std::uint64_t items_seen_ = 0;
    std::uint64_t entries_ = 0;
    bool exact_ = true;
    bool merged_ = false;  // and not exact: an exact one is as if it never had been
};

}  // namespace cvmcount
