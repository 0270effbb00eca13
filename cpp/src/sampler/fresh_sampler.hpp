// The sampler with fresh coins: the coins of CVM as published, a new one for every occurrence.
//
// Every item first leaves the buffer, then enters it with probability p. When that makes one member
// too many, one of them, the newcomer included, is evicted uniformly and p falls by k/(k+1). This
// is the total and unbiased variant of CVM with a buffer of fixed size (Karayel, Watt, Khu, Meel,
// Tan, "Verification of the CVM algorithm with a functional probabilistic invariant", ITP 2025): it
// never fails, it is unbiased on any stream fixed in advance, and of the hash it asks only that
// different elements have different identities.
//
// Every occurrence counts: nothing may be skipped because it was seen a moment ago.
// cpp/tests/support/reference_fresh_sampler.hpp is the same in the slowest and plainest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sampler/interval.hpp"
#include "sampler/stamped_set.hpp"
#include "sampler/success_skips.hpp"

namespace cvmcount {

// (k/(k+1))**evictions, by squaring: multiplications only, so that it is the same everywhere.
double fresh_sampling_rate(std::size_t capacity, std::uint64_t evictions) noexcept;

// All that a sampler knows, laid open: what is saved.
struct fresh_state {
    std::size_t capacity;
    std::uint64_t items_seen = 0;
    std::uint64_t evictions = 0;
    std::uint64_t failures_left = 0;
    std::uint64_t random = 0;                    // the state of the sequence
    std::vector<std::uint64_t> identities = {};  // in the order of the buffer, which matters
    std::vector<std::uint64_t> stamps = {};
};

class fresh_sampler {
  public:
    // capacity: min_capacity to max_capacity (sizing.hpp). The seed is for the coins.
    fresh_sampler(std::size_t capacity, std::uint64_t seed) noexcept
        : capacity_(capacity), random_(seed), members_(capacity + 1) {}

    // Precondition: a state that there can be (see validate.hpp). Throws std::invalid_argument
    // where two identities are alike; std::bad_alloc.
    explicit fresh_sampler(fresh_state state);
    fresh_state state() const;

    // Takes items in stream order; the state is the same however a stream is cut into calls. Where
    // memory runs out, the items before the one at fault have been taken.
    void offer(std::span<const std::uint64_t> identities);

    // Readers can leave nothing out: every occurrence has a coin.
    std::uint64_t threshold() const noexcept { return std::numeric_limits<std::uint64_t>::max(); }
    void offer_filtered(std::span<const std::uint64_t> identities, std::uint64_t /*items*/) {
        offer(identities);
    }

    double estimate() const noexcept { return static_cast<double>(retained()) / sampling_rate_; }

    // The estimate as a count: rounded, and never outside what is known for certain.
    std::uint64_t count() const noexcept;

    // Approximate interval of a confidence strictly between 0 and 1. Throws std::bad_alloc.
    interval confidence_interval(double confidence) const;

    bool is_exact() const noexcept { return evictions_ == 0; }

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t retained() const noexcept { return members_.size(); }
    std::uint64_t items_seen() const noexcept { return items_seen_; }

    // In ascending order.
    std::vector<std::uint64_t> retained_ids() const;

    double sampling_rate() const noexcept { return sampling_rate_; }
    std::size_t memory_bytes() const noexcept { return sizeof *this + members_.memory_bytes(); }

    // Estimated variance of the estimate. Throws std::bad_alloc.
    double variance() const;

    // The same answers now and after any further items.
    friend bool operator==(const fresh_sampler&, const fresh_sampler&) = default;

  private:
    void succeed(std::uint64_t identity, std::size_t position);
    void evict_one() noexcept;
    certain_bounds bounds() const noexcept;

    std::size_t capacity_;
    random_sequence random_;
    success_skips skips_;
    stamped_set members_;              // stamped with the evictions before their last success
    std::uint64_t failures_left_ = 0;  // before the next success
    std::uint64_t evictions_ = 0;
    std::uint64_t items_seen_ = 0;
    double sampling_rate_ = 1.0;
};

}  // namespace cvmcount
