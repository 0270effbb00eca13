// Decimal numbers by their exact value, as identity_hash has it for every number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "identity/identity.hpp"

namespace cvmcount {

// A number written as decimal digits 0 ... 9, the first of the highest power, times 10**exponent.
// Any number of digits and any exponent will do: no power is written out.
std::uint64_t identify_decimal_digits(std::span<const std::byte> digits, bool negative,
                                      std::int64_t exponent, const identity_hash& hash) noexcept;

// coefficient * 10**-scale; the coefficient of at most 32 bytes, little-endian.
std::uint64_t identify_decimal(std::span<const std::byte> magnitude, bool negative,
                               std::int64_t scale, const identity_hash& hash) noexcept;

// The same for a coefficient that is one word, as nearly all are. Returns false where that takes
// more.
bool identify_short_decimal(std::uint64_t coefficient, bool negative, std::int64_t scale,
                            const identity_hash& hash, std::uint64_t& identity) noexcept;

// Finds coefficient * 10**-scale where that is whole. Returns false where it is not, or might not
// be.
bool divide_by_power_of_ten(std::uint64_t coefficient, std::int64_t scale,
                            std::uint64_t& whole) noexcept;

}  // namespace cvmcount
