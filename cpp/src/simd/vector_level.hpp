// The kernels that exist once for each level of the CPU's vector instructions. All levels give the
// same results as the plain one; which to use is chosen at run time.
#pragma once

#include <span>
#include <string_view>

#include "simd/word_filter.hpp"

namespace cvmcount {

struct vector_level {
    const char* name;  // "avx512", "avx2" or "plain"
    word_filter filter_words;
};

// Those that this machine can run, the fastest first.
std::span<const vector_level> vector_levels() noexcept;

// The one that all columns are read with: the fastest, until another was chosen.
const vector_level& level_in_use() noexcept;

// Chooses the level of this name for the whole process. Returns false where the machine cannot run
// it.
bool use_level(std::string_view name) noexcept;

}  // namespace cvmcount
