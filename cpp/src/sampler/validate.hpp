// Finds what is wrong with a sampler's state that came from outside.
//
// A state is taken only if some stream of items leads there, as far as that can be said without the
// stream. So no later step has to expect numbers that would make it fail or overflow.
#pragma once

#include "sampler/fresh_sampler.hpp"
#include "sampler/hashed_sampler.hpp"

namespace cvmcount {

// The first error found, as words that go on after "the saved sketch is not valid: "; or null.
const char* error_in(const hashed_state& state) noexcept;

// Returns whether a buffer of this capacity whose largest identity is this one can have such sums.
bool is_plausible(const martingale& history, std::size_t capacity, std::uint64_t largest) noexcept;

// Two identities that are alike are found by the sampler itself, when it makes its index.
const char* error_in(const fresh_state& state) noexcept;

}  // namespace cvmcount
