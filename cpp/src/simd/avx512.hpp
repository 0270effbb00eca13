// The intrinsics of AVX-512 with the F and DQ instructions, and the attribute that allows them.
// Only for files that are nothing but this level.
#pragma once

// GCC 12 warns of what its own header leaves undefined on purpose (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#define CVMCOUNT_TARGET __attribute__((target("avx512f,avx512dq,popcnt")))
