// Where in a block of 64 bytes a byte stands, and what else a reader of lines has to look at. Bit i
// is for byte i.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cvmcount {

inline constexpr std::size_t block_bytes = 64;

// Bytes that are a carriage return, or not ASCII, are special.

// Eight bytes at a time, on any machine.
namespace plain {

inline constexpr std::uint64_t ones = 0x0101010101010101U, highest = 0x80 * ones;

// The highest bit of each byte where the word has this byte.
inline std::uint64_t equal(std::uint64_t word, std::byte byte) noexcept {
    const std::uint64_t other = word ^ (ones * std::to_integer<std::uint64_t>(byte));
    return ~(((other & ~highest) + ~highest) | other) & highest;
}

// These bits, of the first byte the lowest.
inline std::uint64_t gather(std::uint64_t bits) noexcept {
    return (bits >> 7) * 0x0102040810204080U >> 56;
}

inline std::uint64_t mask_of(const std::byte* data, std::byte sought) noexcept {
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < block_bytes; i += 8) {
        mask |= gather(equal(load_le<std::uint64_t>(data + i), sought)) << i;
    }
    return mask;
}

inline std::uint64_t mask_of_special(const std::byte* data) noexcept {
    std::uint64_t mask = mask_of(data, std::byte{'\r'});
    for (unsigned i = 0; i < block_bytes; i += 8) {
        mask |= gather(load_le<std::uint64_t>(data + i) & highest) << i;
    }
    return mask;
}

inline bool has_special(const std::byte* data) noexcept {
    return mask_of_special(data) != 0;
}

}  // namespace plain

#if defined(__SSE2__)  // every x86-64 has it

// The highest bit of each byte.
inline std::uint64_t high_bits(__m128i lanes) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes));
}

inline std::uint64_t mask_of(const std::byte* data, std::byte sought) noexcept {
    const __m128i all = _mm_set1_epi8(std::to_integer<char>(sought));
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < block_bytes; i += 16) {
        const __m128i vector = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
        mask |= high_bits(_mm_cmpeq_epi8(vector, all)) << i;
    }
    return mask;
}

inline __m128i special_lanes(const std::byte* data) noexcept {
    const __m128i vector = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
    return _mm_or_si128(_mm_cmpeq_epi8(vector, _mm_set1_epi8('\r')), vector);
}

inline std::uint64_t mask_of_special(const std::byte* data) noexcept {
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < block_bytes; i += 16) mask |= high_bits(special_lanes(data + i)) << i;
    return mask;
}

// In a third of the time.
inline bool has_special(const std::byte* data) noexcept {
    __m128i any = _mm_setzero_si128();
    for (unsigned i = 0; i < block_bytes; i += 16) any = _mm_or_si128(any, special_lanes(data + i));
    return high_bits(any) != 0;
}

// Where either of two bytes stands.
inline std::uint64_t mask_of(const std::byte* data, std::byte one, std::byte other) noexcept {
    const __m128i ones = _mm_set1_epi8(std::to_integer<char>(one));
    const __m128i others = _mm_set1_epi8(std::to_integer<char>(other));
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < block_bytes; i += 16) {
        const __m128i vector = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
        mask |=
            high_bits(_mm_or_si128(_mm_cmpeq_epi8(vector, ones), _mm_cmpeq_epi8(vector, others)))
            << i;
    }
    return mask;
}

#else

using plain::has_special;
using plain::mask_of;
using plain::mask_of_special;

inline std::uint64_t mask_of(const std::byte* data, std::byte one, std::byte other) noexcept {
    return mask_of(data, one) | mask_of(data, other);
}

#endif

// A block of a text, which has fewer bytes at its end. Those that lack are 0.
class text_block {
  public:
    text_block(std::span<const std::byte> text, std::size_t at) noexcept
        : data_(text.data() + at), size_(text.size() - at) {
        if (size_ >= block_bytes) return;
        last_.fill(std::byte{0});
        std::memcpy(last_.data(), data_, size_);
        data_ = last_.data();
        valid_ = (std::uint64_t{1} << size_) - 1;
    }
    text_block(const text_block&) = delete;
    text_block& operator=(const text_block&) = delete;

    std::uint64_t mask_of(std::byte sought) const noexcept {
        return cvmcount::mask_of(data_, sought) & valid_;
    }

    std::uint64_t mask_of(std::byte one, std::byte other) const noexcept {
        return cvmcount::mask_of(data_, one, other) & valid_;
    }

    std::uint64_t mask_of_special() const noexcept { return cvmcount::mask_of_special(data_); }

    bool has_special() const noexcept { return cvmcount::has_special(data_); }

  private:
    const std::byte* data_;
    std::size_t size_;
    std::uint64_t valid_ = ~std::uint64_t{0};
    std::array<std::byte, block_bytes> last_;  // of a text that ends in it
};

}  // namespace cvmcount
