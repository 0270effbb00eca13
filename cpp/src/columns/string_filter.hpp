// Does what a word_filter does, for text and bytes of any length that lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "columns/column.hpp"
#include "simd/vector_level.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

static_assert(column::block_values <= string_list::capacity);

// there: the values of a block that are not missing, all of this kind.
filter_output filter_strings(const string_list& valid, std::size_t size,
                             const std::uint8_t* missing, const reading_rules& rules, kind which,
                             std::uint64_t* out) noexcept;

// string(i) gives the bytes of value i, which is not missing.
template <class String>
filter_output filter_strings(std::size_t size, const std::uint8_t* missing,
                             const reading_rules& rules, kind which, std::uint64_t* out,
                             String string) {
    string_list valid;
    if (missing == nullptr) {  // which a compiler may do for several values at once
        for (std::size_t i = 0; i < size; ++i) valid.put(i, string(i));
        valid.count = size;
    } else {
        std::size_t count = 0;
        for_each_valid(missing, size, [&](std::size_t i) { valid.put(count++, string(i)); });
        valid.count = count;
    }
    return filter_strings(valid, size, missing, rules, which, out);
}

}  // namespace cvmcount
