// When the next coin shows heads: coins of probability p tossed in bulk.
//
// Instead of one random number for each item, the number of failures before the next success is
// drawn: geometric, by inversion. Everything is integer arithmetic (and IEEE multiplications, which
// have one right result), so the same seed gives the same successes on every platform; a logarithm
// would hang on the last bit of a libm.
#pragma once

#include <array>
#include <cstdint>

#include "base/mix.hpp"

namespace cvmcount {

// SplitMix64: one word of state, and strong enough for sampling.
class random_sequence {
  public:
    explicit random_sequence(std::uint64_t seed) noexcept : state_(mix64(mix64(seed) + 1)) {}

    // The sequence that goes on from what state() was.
    static random_sequence in_state(std::uint64_t state) noexcept {
        random_sequence sequence(0);
        sequence.state_ = state;
        return sequence;
    }
    std::uint64_t state() const noexcept { return state_; }

    std::uint64_t next() noexcept { return mix64(state_ += 0x9e3779b97f4a7c15U); }

    // Uniform below the bound, without bias (Lemire, "Fast random integer generation in an
    // interval", 2019).
    std::uint64_t below(std::uint64_t bound) noexcept {
        const std::uint64_t unfair = (0 - bound) % bound;
        for (;;) {
            const std::uint64_t word = next();
            if (word * bound >= unfair) return multiply_high(word, bound);
        }
    }

    friend bool operator==(const random_sequence&, const random_sequence&) = default;

  private:
    std::uint64_t state_;
};

class success_skips {
  public:
    // The probability of a success, in (0, 1].
    void set_probability(double p) noexcept;

    // The number of failures before the next success.
    std::uint64_t draw(random_sequence& random) const noexcept;

    friend bool operator==(const success_skips&, const success_skips&) = default;

  private:
    // The probability of 2**i failures in a row, in units of 2**-64, as far as it is not zero.
    std::array<std::uint64_t, 64> failures_ = {};
    int doublings_ = 0;
};

}  // namespace cvmcount
