// The integer arithmetic that keys, hashes and random numbers are made of.
#pragma once

#include <cstdint>

namespace cvmcount {

// The primes of XXH32: below 2**32, and published before anything here was.
inline constexpr std::uint32_t primes32[4] = {0x9e3779b1U, 0x85ebca77U, 0xc2b2ae3dU, 0x27d4eb2fU};

inline constexpr double two_to_63 = 0x1p63;
inline constexpr double two_to_64 = 0x1p64;

// Returns the low half of the product, and sets `high` to the other: a struct of both would go
// through memory.
constexpr std::uint64_t multiply_128(std::uint64_t a, std::uint64_t b,
                                     std::uint64_t& high) noexcept {
#ifdef __SIZEOF_INT128__
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    high = static_cast<std::uint64_t>(product >> 64);
    return static_cast<std::uint64_t>(product);
#else
    const std::uint64_t low32 = 0xffffffffU;
    const std::uint64_t ll = (a & low32) * (b & low32), hl = (a >> 32) * (b & low32);
    const std::uint64_t lh = (a & low32) * (b >> 32), hh = (a >> 32) * (b >> 32);
    const std::uint64_t cross = (ll >> 32) + (hl & low32) + lh;
    high = hh + (hl >> 32) + (cross >> 32);
    return (cross << 32) | (ll & low32);
#endif
}

constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t high = 0;
    multiply_128(a, b, high);
    return high;
}

// High and low half of the product, folded together.
constexpr std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t high = 0;
    const std::uint64_t low = multiply_128(a, b, high);
    return low ^ high;
}

// The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014; constants by Stafford, variant 13). One-to-one, and strong enough that
// neighbouring inputs behave as independent.
constexpr std::uint64_t mix64(std::uint64_t word) noexcept {
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31);
}

}  // namespace cvmcount
