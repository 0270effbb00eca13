// Where the lines in 64 bytes end, or where a mask is zero, and what else a reader of lines has to
// look at. Bit i is for byte i.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cvmcount {

struct byte_masks {
    static constexpr std::size_t bytes = 64;

    std::uint64_t ends;
    std::uint64_t special;  // a carriage return, or not ASCII
};

// Eight bytes at a time, on any machine.
inline byte_masks byte_masks_plain(const std::byte* data, std::byte end) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U, highest = 0x80 * ones;
    // The highest bit of each byte where the words are equal.
    const auto equal = [](std::uint64_t word, std::byte byte) {
        const std::uint64_t other = word ^ (ones * std::to_integer<std::uint64_t>(byte));
        return ~(((other & ~highest) + ~highest) | other) & highest;
    };
    // These bits, of the first byte the lowest.
    const auto gather = [](std::uint64_t bits) { return (bits >> 7) * 0x0102040810204080U >> 56; };
    byte_masks masks = {0, 0};
    for (unsigned i = 0; i < byte_masks::bytes; i += 8) {
        const auto word = load_le<std::uint64_t>(data + i);
        masks.ends |= gather(equal(word, end)) << i;
        masks.special |= gather(equal(word, std::byte{'\r'}) | (word & highest)) << i;
    }
    return masks;
}

inline byte_masks masks_of(const std::byte* data, std::byte end) noexcept {
#if defined(__SSE2__)  // every x86-64 has it
    const __m128i ends = _mm_set1_epi8(std::to_integer<char>(end)), crs = _mm_set1_epi8('\r');
    byte_masks masks = {0, 0};
    for (unsigned i = 0; i < byte_masks::bytes; i += 16) {
        const __m128i vector = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
        const auto bits = [i](__m128i lanes) {  // the highest of each byte
            return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(lanes))} << i;
        };
        masks.ends |= bits(_mm_cmpeq_epi8(vector, ends));
        masks.special |= bits(_mm_or_si128(_mm_cmpeq_epi8(vector, crs), vector));
    }
    return masks;
#else
    return byte_masks_plain(data, end);
#endif
}

}  // namespace cvmcount
