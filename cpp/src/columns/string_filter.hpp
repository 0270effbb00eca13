// As a word_filter, for text and bytes of any length that lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cvmcount/column.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

static_assert(column::block_values <= piece_list::capacity);

// there: the values of a block that are not missing, all of this kind.
filter_output filter_pieces(const piece_list& there, std::size_t size, const std::uint8_t* missing,
                            const column_rules& rules, kind which, std::uint64_t* out) noexcept;

// piece(i) gives the bytes of value i, which is not missing.
template <class Piece>
filter_output filter_pieces(std::size_t size, const std::uint8_t* missing,
                            const column_rules& rules, kind which, std::uint64_t* out,
                            Piece piece) {
    piece_list there;
    if (missing == nullptr) {  // which a compiler may do for several values at once
        for (std::size_t i = 0; i < size; ++i) there.put(i, piece(i));
        there.count = size;
    } else {
        std::size_t count = 0;
        for_each_there(missing, size, [&](std::size_t i) { there.put(count++, piece(i)); });
        there.count = count;
    }
    return filter_pieces(there, size, missing, rules, which, out);
}

}  // namespace cvmcount
