// Which values of a block are missing, as filter_input::missing says it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace cvmcount {

inline bool is_set(const std::uint8_t* bits, std::size_t i) noexcept {
    return (bits[i / 8] >> i % 8 & 1) != 0;
}

// Calls visit(first, count, word) for 64 bits after the other, of which the last may be fewer.
template <class Visit>
void for_each_word(const std::uint8_t* bits, std::size_t size, Visit visit) {
    constexpr std::size_t width = 64;
    std::size_t first = 0;
    for (; first + width <= size; first += width) {
        const auto* bytes = reinterpret_cast<const std::byte*>(bits + first / 8);
        visit(first, width, load_le<std::uint64_t>(bytes));
    }
    if (first == size) return;
    std::uint64_t word = 0;
    for (std::size_t i = first; i < size; ++i) {
        word |= std::uint64_t{is_set(bits, i) ? 1U : 0U} << (i - first);
    }
    visit(first, size - first, word);
}

inline std::size_t count_set(const std::uint8_t* bits, std::size_t size) noexcept {
    std::size_t count = 0;
    for_each_word(bits, size, [&count](std::size_t, std::size_t, std::uint64_t word) {
        count += static_cast<std::size_t>(std::popcount(word));
    });
    return count;
}

// Calls visit(i) for each value that is not missing. No branch asks each of them, because where
// missing ones lie nobody can predict.
template <class Visit>
void for_each_valid(const std::uint8_t* missing, std::size_t size, Visit visit) {
    if (missing == nullptr) {
        for (std::size_t i = 0; i < size; ++i) visit(i);
        return;
    }
    for_each_word(missing, size, [&](std::size_t first, std::size_t count, std::uint64_t word) {
        std::uint64_t there = ~word & ~std::uint64_t{0} >> (64 - count);
        for (; there != 0; there &= there - 1) {
            visit(first + static_cast<std::size_t>(std::countr_zero(there)));
        }
    });
}

}  // namespace cvmcount
