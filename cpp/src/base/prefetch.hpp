// Asks for memory before it is read, so that it is in the cache by then.
#pragma once

#include "base/always_inline.hpp"

namespace cvmcount {

// Always inlined: GCC takes a function that only prefetches for one that does nothing, and drops
// its calls.
CVMCOUNT_ALWAYS_INLINE inline void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
#endif
}

}  // namespace cvmcount
