// Code points to UTF-8, one by one: lone surrogates are written as three bytes, as Python's
// "surrogatepass" writes them, so that every string has a byte form and different strings have
// different ones.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cvmcount {

// The most bytes that one code unit of this width can become.
template <class CodeUnit>
inline constexpr std::size_t utf8_bytes_per_unit = sizeof(CodeUnit) == 1   ? 2
                                                   : sizeof(CodeUnit) == 2 ? 3
                                                                           : 4;

// Writes `size` units of `text`, code points below 0x110000, to `out`, which holds at least
// utf8_bytes_per_unit<CodeUnit> bytes for each. Returns the number of bytes written.
template <class CodeUnit>
std::size_t encode_utf8(const CodeUnit* text, std::size_t size, std::byte* out) noexcept {
    std::byte* const begin = out;
    const auto put = [&out](std::uint32_t value) { *out++ = static_cast<std::byte>(value); };
    const auto put_tail = [&put](std::uint32_t bits) { put(0x80 | (bits & 0x3f)); };
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t point = text[i];
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xc0 | (point >> 6));
            put_tail(point);
        } else if (point < 0x10000) {
            put(0xe0 | (point >> 12));
            put_tail(point >> 6);
            put_tail(point);
        } else {
            put(0xf0 | (point >> 18));
            put_tail(point >> 12);
            put_tail(point >> 6);
            put_tail(point);
        }
    }
    return static_cast<std::size_t>(out - begin);
}

}  // namespace cvmcount
