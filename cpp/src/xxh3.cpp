#include "cvmcount/xxh3.hpp"

namespace cvmcount::xxh3 {
namespace {

constexpr std::size_t stripe_size = 64;
constexpr std::size_t stripe_lanes = 8;
constexpr std::size_t secret_step = 8;  // the secret moves on by one word a stripe
constexpr std::size_t stripes_per_block = (secret.size() - stripe_size) / secret_step;

using lanes = std::array<std::uint64_t, stripe_lanes>;
using seeded_secret = std::array<std::byte, secret.size()>;

std::uint64_t load64(const std::byte* source) noexcept {
    return load_le<std::uint64_t>(source);
}

std::uint64_t mix16(const std::byte* data, std::size_t offset, std::uint64_t seed) noexcept {
    return multiply_fold(load64(data) ^ (secret_word(offset) + seed),
                         load64(data + 8) ^ (secret_word(offset + 8) - seed));
}

// 17 to 128 bytes: pairs of 16-byte pieces, from both ends inwards.
std::uint64_t hash_17_to_128(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    std::uint64_t sum = size * prime64_1;
    for (std::size_t pair = (size - 1) / 32 + 1; pair-- > 0;) {
        sum += mix16(data + 16 * pair, 32 * pair, seed);
        sum += mix16(data + size - 16 * (pair + 1), 32 * pair + 16, seed);
    }
    return avalanche(sum);
}

std::uint64_t hash_129_to_240(const std::byte* data, std::size_t size,
                              std::uint64_t seed) noexcept {
    const std::size_t pieces = size / 16;
    std::uint64_t sum = size * prime64_1;
    for (std::size_t i = 0; i < 8; ++i) sum += mix16(data + 16 * i, 16 * i, seed);
    sum = avalanche(sum);
    for (std::size_t i = 8; i < pieces; ++i) sum += mix16(data + 16 * i, 16 * (i - 8) + 3, seed);
    sum += mix16(data + size - 16, 136 - 17, seed);
    return avalanche(sum);
}

seeded_secret derive_secret(std::uint64_t seed) noexcept {
    seeded_secret derived;
    for (std::size_t i = 0; i < derived.size(); i += 16) {
        store_le(derived.data() + i, secret_word(i) + seed);
        store_le(derived.data() + i + 8, secret_word(i + 8) - seed);
    }
    return derived;
}

void accumulate(lanes& sums, const std::byte* stripe, const std::byte* key) noexcept {
    for (std::size_t i = 0; i < stripe_lanes; ++i) {
        const std::uint64_t value = load64(stripe + 8 * i);
        const std::uint64_t keyed = value ^ load64(key + 8 * i);
        sums[i ^ 1] += value;
        sums[i] += (keyed & 0xffffffffU) * (keyed >> 32);
    }
}

void scramble(lanes& sums, const std::byte* key) noexcept {
    for (std::size_t i = 0; i < stripe_lanes; ++i) {
        sums[i] = (sums[i] ^ (sums[i] >> 47) ^ load64(key + 8 * i)) * prime32_1;
    }
}

std::uint64_t hash_over_240(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    const seeded_secret derived = derive_secret(seed);
    const std::byte* const last_key = derived.data() + derived.size() - stripe_size;
    lanes sums = {prime32_3, prime64_1, prime64_2, prime64_3,
                  prime64_4, prime32_2, prime64_5, prime32_1};
    const std::size_t stripes = (size - 1) / stripe_size;  // whole ones before the last bytes
    for (std::size_t i = 0; i < stripes; ++i) {
        const std::size_t place = i % stripes_per_block;
        accumulate(sums, data + i * stripe_size, derived.data() + place * secret_step);
        if (place == stripes_per_block - 1) scramble(sums, last_key);
    }
    accumulate(sums, data + size - stripe_size, last_key - 7);

    std::uint64_t result = size * prime64_1;
    for (std::size_t i = 0; i < stripe_lanes; i += 2) {
        const std::byte* const key = derived.data() + 11 + 8 * i;
        result += multiply_fold(sums[i] ^ load64(key), sums[i + 1] ^ load64(key + 8));
    }
    return avalanche(result);
}

}  // namespace

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    if (size <= 128) return hash_17_to_128(data, size, seed);
    if (size <= 240) return hash_129_to_240(data, size, seed);
    return hash_over_240(data, size, seed);
}

}  // namespace cvmcount::xxh3
