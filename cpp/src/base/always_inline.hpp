// Makes a compiler inline a lambda that it would rather call: a loop which calls one keeps its
// counters in memory.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define CVMCOUNT_ALWAYS_INLINE __attribute__((always_inline))
#else
#define CVMCOUNT_ALWAYS_INLINE
#endif
