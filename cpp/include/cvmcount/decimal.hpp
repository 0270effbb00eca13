// Decimal numbers by their exact value, as identity_hash has it for every number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cvmcount/identity.hpp"

namespace cvmcount {

// coefficient * 10**-scale; the coefficient of at most 32 bytes, little-endian. Any scale will do:
// no power is written out.
std::uint64_t identify_decimal(std::span<const std::byte> magnitude, bool negative,
                               std::int64_t scale, const identity_hash& hash) noexcept;

}  // namespace cvmcount
