// How many slots an error bound needs, and which error bound a number of slots gives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace cvmcount {

// A sketch cannot be smaller: with fewer slots the merged estimate (k-1)/U_k has no variance.
inline constexpr std::size_t min_capacity = 3;

// A capacity that follows from an error bound is never below this: smaller sketches save nothing.
inline constexpr std::size_t min_sized_capacity = 1024;

// Larger ones are an error, before memory is asked for.
inline constexpr std::size_t max_capacity = std::size_t{1} << 31;

// No stream is longer. Numbers of items stay there, so that none comes out small again whatever a
// saved sketch claims to have seen.
inline constexpr std::uint64_t max_items = (std::uint64_t{1} << 63) - 1;

constexpr std::uint64_t add_items(std::uint64_t seen, std::uint64_t more) noexcept {
    return seen + std::min(more, max_items - seen);
}

// The probability that the bottom-k estimate of a merged sketch is off by more than a fraction
// epsilon, for the worst number of distinct elements:
//
//     GammaP(k, (k-1)/(1+epsilon)) + GammaQ(k, (k-1)/(1-epsilon))
//
// A sketch that was never merged does better. Both are tails of Poisson distributions, as k is an
// integer. epsilon may exceed 1: then only the first term is left.
double hashed_failure_probability(std::size_t capacity, double epsilon) noexcept;

// The smallest capacity, at least min_sized_capacity, whose failure probability is at most delta;
// max_capacity + 1 where there is none. epsilon and delta lie strictly between 0 and 1.
std::size_t hashed_capacity(double epsilon, double delta) noexcept;

// The epsilon that a capacity achieves at delta.
double hashed_epsilon(std::size_t capacity, double delta) noexcept;

// The same for the sampler with fresh coins and any stream of up to 2**63 items, which an adversary
// may have fixed in advance:
//
//     min over eta > 0 of (1+eta) * lambda, where
//     exp(-lambda phi(epsilon)) + exp(-lambda phi(-epsilon)) + 2**63 exp(-lambda phi(eta)) = delta
//     and phi(x) = (1+x) ln(1+x) - x
//
// Failures are far rarer than delta in practice: the last term allows for a sampling rate that
// falls too low at any of the 2**63 items.
std::size_t fresh_capacity(double epsilon, double delta) noexcept;
double fresh_epsilon(std::size_t capacity, double delta) noexcept;

}  // namespace cvmcount
