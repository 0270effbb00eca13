// XXH3-64 with a seed, written from its specification (doc/xxhash_spec.md of the xxHash project,
// stable since 0.8.0). It is here because no package registry hands the library's header to a plain
// `pip install`; the tests compare every length class with the library.
//
// Up to 16 bytes, the bulk of all words and keys, it is inline; longer inputs are in xxh3.cpp.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/mix.hpp"

namespace cvmcount::xxh3 {

inline constexpr std::uint64_t prime64_1 = 0x9e3779b185ebca87U;
inline constexpr std::uint64_t prime64_2 = 0xc2b2ae3d27d4eb4fU;
inline constexpr std::uint64_t prime64_3 = 0x165667b19e3779f9U;
inline constexpr std::uint64_t prime64_4 = 0x85ebca77c2b2ae63U;
inline constexpr std::uint64_t prime64_5 = 0x27d4eb2f165667c5U;
inline constexpr std::uint64_t prime_mx1 = 0x165667919e3779f9U;
inline constexpr std::uint64_t prime_mx2 = 0x9fb21c651e98df25U;

// The specification's default secret.
// clang-format off
inline constexpr std::array<std::uint8_t, 192> secret = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};
// clang-format on

constexpr std::uint64_t secret_word(std::size_t offset, std::size_t size = 8) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = size; i-- > 0;) word = (word << 8) | secret[offset + i];
    return word;
}

constexpr std::uint64_t avalanche64(std::uint64_t hash) noexcept {  // the finalizer of XXH64
    hash = (hash ^ (hash >> 33)) * prime64_2;
    hash = (hash ^ (hash >> 29)) * prime64_3;
    return hash ^ (hash >> 32);
}

constexpr std::uint64_t avalanche(std::uint64_t hash) noexcept {
    hash = (hash ^ (hash >> 37)) * prime_mx1;
    return hash ^ (hash >> 32);
}

inline std::uint64_t hash_1_to_3(const std::byte* data, std::size_t size,
                                 std::uint64_t seed) noexcept {
    constexpr std::uint64_t key = secret_word(0, 4) ^ secret_word(4, 4);
    const auto first = std::to_integer<std::uint32_t>(data[0]);
    const auto middle = std::to_integer<std::uint32_t>(data[size >> 1]);
    const auto last = std::to_integer<std::uint32_t>(data[size - 1]);
    const std::uint32_t combined =
        (first << 16) | (middle << 24) | last | (static_cast<std::uint32_t>(size) << 8);
    return avalanche64(combined ^ (key + seed));
}

constexpr std::uint64_t key_of_4_to_8(std::uint64_t seed) noexcept {
    seed ^= std::uint64_t{byte_swap(static_cast<std::uint32_t>(seed))} << 32;
    return (secret_word(8) ^ secret_word(16)) - seed;
}

inline std::uint64_t hash_4_to_8(const std::byte* data, std::size_t size,
                                 std::uint64_t seed) noexcept {
    const std::uint64_t head = load_le<std::uint32_t>(data);
    const std::uint64_t tail = load_le<std::uint32_t>(data + size - 4);
    std::uint64_t hash = (tail + (head << 32)) ^ key_of_4_to_8(seed);
    hash ^= std::rotl(hash, 49) ^ std::rotl(hash, 24);
    hash *= prime_mx2;
    hash ^= (hash >> 35) + size;
    hash *= prime_mx2;
    return hash ^ (hash >> 28);
}

inline std::uint64_t hash_9_to_16(const std::byte* data, std::size_t size,
                                  std::uint64_t seed) noexcept {
    constexpr std::uint64_t low_key = secret_word(24) ^ secret_word(32);
    constexpr std::uint64_t high_key = secret_word(40) ^ secret_word(48);
    const std::uint64_t low = load_le<std::uint64_t>(data) ^ (low_key + seed);
    const std::uint64_t high = load_le<std::uint64_t>(data + size - 8) ^ (high_key - seed);
    return avalanche(size + byte_swap(low) + high + multiply_fold(low, high));
}

constexpr std::uint64_t hash_empty(std::uint64_t seed) noexcept {
    return avalanche64(seed ^ secret_word(56) ^ secret_word(64));
}

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept;

inline std::uint64_t hash(std::span<const std::byte> data, std::uint64_t seed) noexcept {
    const std::size_t size = data.size();
    if (size > 16) return hash_over_16(data.data(), size, seed);
    if (size > 8) return hash_9_to_16(data.data(), size, seed);
    if (size >= 4) return hash_4_to_8(data.data(), size, seed);
    if (size > 0) return hash_1_to_3(data.data(), size, seed);
    return hash_empty(seed);
}

// The hash of a long input is made of a sum over its stripes.
class stripe_sum {
  public:
    static constexpr std::size_t stripe_size = 64;

    explicit stripe_sum(std::uint64_t seed) noexcept;

    // The next stripes. The last bytes of the input, 1 to stripe_size of them, are not among them.
    void add(const std::byte* data, std::size_t stripes) noexcept;

    // The hash, given the last stripe_size bytes of the input and its size.
    std::uint64_t hash(const std::byte* last_stripe, std::uint64_t size) const noexcept;

  private:
    using lanes = std::array<std::uint64_t, 8>;

    static void accumulate(lanes& sums, const std::byte* stripe, const std::byte* key) noexcept;
    void scramble() noexcept;
    const std::byte* last_key() const noexcept {
        return secret_.data() + secret_.size() - stripe_size;
    }

    lanes sums_;
    std::size_t place_ = 0;                        // of the next stripe in its block
    std::array<std::byte, secret.size()> secret_;  // derived from the seed
};

// The same hash for an input that comes in pieces.
class stream {
  public:
    explicit stream(std::uint64_t seed) noexcept : seed_(seed), sum_(seed) {}

    void add(std::span<const std::byte> chunk) noexcept;

    // The hash of all chunks so far.
    std::uint64_t hash() const noexcept;

  private:
    // More than what is not hashed by a sum of stripes.
    static constexpr std::size_t most_held = 8 * stripe_sum::stripe_size;

    std::uint64_t seed_;
    stripe_sum sum_;
    // The bytes that the sum does not have yet: all, or at least the last stripe_size bytes.
    std::array<std::byte, most_held> held_;
    std::size_t num_held_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace cvmcount::xxh3
