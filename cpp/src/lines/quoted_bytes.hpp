// Which bytes of a block stand within quotes, where every quote opens or closes a field.
//
// That is so in nearly all CSV. Then every other quote opens one, the two of a doubled quote close
// and open it again, and no quote need be looked at by itself.
#pragma once

#include <bit>
#include <cstdint>

namespace cvmcount {

struct quoted_bytes {
    std::uint64_t inside;    // from the quote that opens on, without the one that closes
    std::uint64_t closings;  // quotes that close, or that are the first of two
    bool regular;            // every quote opens or closes; otherwise the rest says nothing

    // `separators` are the bytes before which a field ends, or a row. What came before the block
    // tells whether a quote had opened, and where else one may open.
    quoted_bytes(std::uint64_t quotes, std::uint64_t separators, bool in_quotes,
                 std::uint64_t may_open) noexcept {
        inside = quotes;
        for (int shift = 1; shift < 64; shift *= 2) inside ^= inside << shift;
        if (in_quotes) inside = ~inside;
        closings = quotes & ~inside;
        const std::uint64_t openings = quotes & inside;
        const std::uint64_t places = (separators | closings) << 1 | may_open;
        regular = (openings & ~places) == 0;
    }

    bool ends_inside() const noexcept { return inside >> 63 != 0; }

    // Behind the last quote that closes; 0 where none does.
    unsigned after_closing() const noexcept {
        return static_cast<unsigned>(std::bit_width(closings));
    }
};

}  // namespace cvmcount
