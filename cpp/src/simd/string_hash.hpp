// The inner loop of columns of text and bytes: strings of memory to their XXH3, many at a time.
//
// It exists for more than one vector_level.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cvmcount {

// Where some values lie.
struct string_list {
    static constexpr std::size_t capacity = 1024;

    std::array<const std::byte*, capacity> begins;
    std::array<std::size_t, capacity> sizes;
    std::size_t count = 0;

    void put(std::size_t i, std::span<const std::byte> bytes) noexcept {
        begins[i] = bytes.data();
        sizes[i] = bytes.size();
    }
    std::span<const std::byte> operator[](std::size_t i) const noexcept {
        return {begins[i], sizes[i]};
    }
};

// The hash of each, with this seed. There is room for string_hash_slack more than there are
// strings.
using string_hash = void (*)(const string_list& strings, std::uint64_t seed, std::uint64_t* hashes);

inline constexpr std::size_t string_hash_slack = 8;

}  // namespace cvmcount
