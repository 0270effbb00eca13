// The keyed hash of one 64-bit word: integers, and the bit patterns of floats.
//
// A four-round Feistel network on the two 32-bit halves. Why not a 64-bit finalizer: AVX2 and NEON
// have no 64-bit multiply, and every CPU level must give the same identity. Each round costs one
// 32x32->64 multiply, which all of them have, several lanes at a time. The coin is decided almost
// always by its upper half, which three rounds give: a column kernel compares that with the
// threshold and runs the fourth round for the few values that pass.
//
// A Feistel network is one-to-one for every key, whatever its rounds do, so two words never share
// an identity, and unhash_word() tells the word. cpp/tests/identity/test_word_hash.cpp holds its
// statistics.
#pragma once

#include <cstdint>

#include "base/mix.hpp"

namespace cvmcount {

// Folding both halves of the product makes every bit of the word matter to every bit of the result;
// the low half alone would let no bit reach the bits below it.
constexpr std::uint32_t feistel_round(std::uint32_t half, std::uint32_t multiplier) noexcept {
    const std::uint64_t product = std::uint64_t{half} * multiplier;
    return static_cast<std::uint32_t>(product) ^ static_cast<std::uint32_t>(product >> 32);
}

struct word_key {
    std::uint64_t whitening;       // added by XOR before the first round
    std::uint64_t between_rounds;  // low half before the second round, high half before the third
};

constexpr std::uint64_t hash_word(std::uint64_t word, word_key key) noexcept {
    word ^= key.whitening;
    auto low = static_cast<std::uint32_t>(word);
    auto high = static_cast<std::uint32_t>(word >> 32);
    high ^= feistel_round(low, primes32[0]);
    low ^= feistel_round(high ^ static_cast<std::uint32_t>(key.between_rounds), primes32[1]);
    high ^= feistel_round(low ^ static_cast<std::uint32_t>(key.between_rounds >> 32), primes32[2]);
    low ^= feistel_round(high, primes32[3]);
    return (std::uint64_t{high} << 32) | low;
}

constexpr std::uint64_t unhash_word(std::uint64_t hash, word_key key) noexcept {
    auto low = static_cast<std::uint32_t>(hash);
    auto high = static_cast<std::uint32_t>(hash >> 32);
    low ^= feistel_round(high, primes32[3]);
    high ^= feistel_round(low ^ static_cast<std::uint32_t>(key.between_rounds >> 32), primes32[2]);
    low ^= feistel_round(high ^ static_cast<std::uint32_t>(key.between_rounds), primes32[1]);
    high ^= feistel_round(low, primes32[0]);
    return ((std::uint64_t{high} << 32) | low) ^ key.whitening;
}

}  // namespace cvmcount
