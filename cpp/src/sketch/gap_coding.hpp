// Ascending identities in the fewest bytes: what a Golomb-Rice code makes of their gaps.
//
// The gaps of n uniform numbers have nearly a geometric distribution, for which this code is the
// best (Golomb, 1966; Rice, 1979): 64 - log2(n) + 1.44 bits for each, and at most 0.4 more. Of each
// gap the lowest bits are written as they are and the rest in unary, in two streams, so that
// neither has to be taken apart bit by bit. docs/format.md has the layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cvmcount {

// Who saves identities codes them from so many on: of fewer the code is hardly smaller.
inline constexpr std::size_t least_to_code = 64;

// Precondition: they ascend strictly, and there is at least one. Throws std::bad_alloc.
std::vector<std::byte> encode_gaps(std::span<const std::uint64_t> identities);

// Throws std::invalid_argument unless the bytes are what encode_gaps() gave for so many;
// std::bad_alloc.
std::vector<std::uint64_t> decode_gaps(std::span<const std::byte> coded, std::size_t count);

}  // namespace cvmcount
