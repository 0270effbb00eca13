// Decimal numbers by their exact value, as identity_hash has it for every number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "identity/identity.hpp"

namespace cvmcount {

// coefficient * 10**-scale; the coefficient of at most 32 bytes, little-endian. Any scale will do:
// no power is written out.
std::uint64_t identify_decimal(std::span<const std::byte> magnitude, bool negative,
                               std::int64_t scale, const identity_hash& hash) noexcept;

// The same for a coefficient that is one word, as nearly all are; or false where that takes more.
bool identify_short_decimal(std::uint64_t coefficient, bool negative, std::int64_t scale,
                            const identity_hash& hash, std::uint64_t& identity) noexcept;

// Whether coefficient * 10**-scale is whole, and then that. May say no where it takes more.
bool divide_by_power_of_ten(std::uint64_t coefficient, std::int64_t scale,
                            std::uint64_t& whole) noexcept;

}  // namespace cvmcount
