// Asks for memory before it is read, so that it is in the cache by then.
#pragma once

#include "base/always_inline.hpp"

namespace cvmcount {

// Always inlined, and so must be what calls it and does nothing else: GCC drops the calls of a
// function that only prefetches.
CVMCOUNT_ALWAYS_INLINE inline void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
#endif
}

}  // namespace cvmcount
