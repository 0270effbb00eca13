// Reads and writes of little-endian words at any alignment: what is hashed or stored is the same
// sequence of bytes on every machine.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cvmcount {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big,
              "mixed-endian machines would read other identities");

constexpr std::uint32_t byte_swap(std::uint32_t word) noexcept {
    return (word << 24) | ((word << 8) & 0x00ff0000U) | ((word >> 8) & 0x0000ff00U) | (word >> 24);
}

constexpr std::uint64_t byte_swap(std::uint64_t word) noexcept {
    return (std::uint64_t{byte_swap(static_cast<std::uint32_t>(word))} << 32) |
           byte_swap(static_cast<std::uint32_t>(word >> 32));
}

template <class Word>
Word load_le(const std::byte* source) noexcept {
    Word word;
    std::memcpy(&word, source, sizeof word);
    return std::endian::native == std::endian::little ? word : byte_swap(word);
}

template <class Word>
void store_le(std::byte* target, Word word) noexcept {
    if constexpr (std::endian::native == std::endian::big) word = byte_swap(word);
    std::memcpy(target, &word, sizeof word);
}

}  // namespace cvmcount
