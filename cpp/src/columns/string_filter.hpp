// Does what a word_filter does, for text and bytes of any length that lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/always_inline.hpp"
#include "base/missing_bits.hpp"
#include "reading/rules.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

// string(i) gives the bytes of value i, which is not missing and of this kind.
template <class String>
filter_output filter_strings(std::size_t size, const std::uint8_t* missing,
                             const reading_rules& rules, kind which, std::uint64_t* out,
                             String string) {
    const rapidhash::key key = rules.hash->bytes_key_of(which);
    if (missing != nullptr && !rules.dropna) {
        return filter_one_by_one(size, missing, rules, out,
                                 [&](std::size_t i, std::uint64_t& identity) {
                                     identity = rapidhash::hash(string(i), key);
                                     return true;
                                 });
    }
    const std::uint64_t threshold = rules.threshold;
    const auto keep = [=](std::size_t i, std::size_t kept) CVMCOUNT_ALWAYS_INLINE {
        const std::uint64_t identity = rapidhash::hash(string(i), key);
        out[kept] = identity;
        return kept + (identity <= threshold ? 1 : 0);
    };
    std::size_t kept = 0;  // in a register: a reference to it would cost a store for each value
    if (missing == nullptr) {
        for (std::size_t i = 0; i < size; ++i) kept = keep(i, kept);
        return {kept, 0};
    }
    for_each_valid(missing, size,
                   [&](std::size_t i) CVMCOUNT_ALWAYS_INLINE { kept = keep(i, kept); });
    return {kept, count_set(missing, size)};
}

}  // namespace cvmcount
