// Values of any integer or real type, stride and byte order to the 64-bit words that a word_filter
// reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "columns/column.hpp"
#include "simd/vector_level.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

using word_block = std::array<std::uint64_t, column::block_values>;

inline std::uint8_t reversed(std::uint8_t word) noexcept {
    return word;
}
inline std::uint16_t reversed(std::uint16_t word) noexcept {
    return static_cast<std::uint16_t>(word << 8 | word >> 8);
}
inline std::uint32_t reversed(std::uint32_t word) noexcept {
    return byte_swap(word);
}
inline std::uint64_t reversed(std::uint64_t word) noexcept {
    return byte_swap(word);
}

template <class Bits>
Bits load(const std::byte* source, bool swapped) noexcept {
    Bits bits;
    std::memcpy(&bits, source, sizeof bits);
    return swapped ? reversed(bits) : bits;
}

inline double half_to_double(std::uint16_t bits) noexcept {
    const std::uint64_t sign = std::uint64_t{bits} >> 15 << 63;
    const std::uint64_t exponent = bits >> 10 & 31;
    const std::uint64_t fraction = bits & 1023;
    if (exponent == 0) {  // fraction * 2**-24
        const double size = static_cast<double>(fraction) * 0x1p-24;
        return sign == 0 ? size : -size;
    }
    const std::uint64_t as_double = exponent == 31 ? 2047 : exponent - 15 + 1023;
    return bit_cast<double>(sign | as_double << 52 | fraction << 42);
}

// The word that stands for a value in the form that its type has.
template <class Signed>
struct integer {
    using bits = std::make_unsigned_t<Signed>;
    static std::uint64_t word(bits value) noexcept {
        return static_cast<std::uint64_t>(std::int64_t{static_cast<Signed>(value)});
    }
};
template <class Unsigned>
struct natural {
    using bits = Unsigned;
    static std::uint64_t word(bits value) noexcept { return value; }
};
struct boolean {
    using bits = std::uint8_t;
    static std::uint64_t word(bits value) noexcept { return value != 0 ? 1 : 0; }
};
struct real16 {
    using bits = std::uint16_t;
    static std::uint64_t word(bits value) noexcept {
        return bit_cast<std::uint64_t>(half_to_double(value));
    }
};
struct real32 {
    using bits = std::uint32_t;
    static std::uint64_t word(bits value) noexcept {
        return bit_cast<std::uint64_t>(double{bit_cast<float>(value)});
    }
};

template <class Type, bool Swapped>
void gather(const std::byte* first, std::ptrdiff_t stride, std::size_t size,
            std::uint64_t* words) noexcept {
    using bits = typename Type::bits;
    constexpr std::size_t in_a_line = 64 / sizeof(bits);
    std::size_t i = 0;
    if (stride == sizeof(bits)) {  // loops of constant stride and length become vector code
        for (; i + in_a_line <= size; i += in_a_line) {
            const std::byte* line = first + i * sizeof(bits);
            prefetch_ahead(line);
            for (std::size_t j = 0; j < in_a_line; ++j) {
                words[i + j] = Type::word(load<bits>(line + j * sizeof(bits), Swapped));
            }
        }
    }
    for (; i < size; ++i) {
        const std::byte* source = first + stride * static_cast<std::ptrdiff_t>(i);
        prefetch_ahead(source);
        words[i] = Type::word(load<bits>(source, Swapped));
    }
}

}  // namespace cvmcount
