// An exact rational number of any size as its residues modulo four primes.
//
// The canonical form of the numbers that are neither 64-bit integers nor doubles. It is the idea of
// Python's own numeric hash with 124 bits instead of 61: 10**40, Decimal("1E+40") and
// Fraction(10**40) reach the same residues without a common representation, in time linear in what
// is written down, so Decimal("1E+999999999") costs thirty multiplications and no memory. Two
// numbers share all four residues only if their difference is a multiple of the primes' product.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mix.hpp"

namespace cvmcount {

class number_residues {
  public:
    // Below 2**32, so that 64-bit arithmetic is enough everywhere.
    static constexpr std::array<std::uint32_t, 4> primes = std::to_array(primes32);

    // The integer with this magnitude (little-endian bytes) and sign.
    static number_residues of_integer(std::span<const std::byte> magnitude, bool negative) noexcept;
    // coefficient / 10**scale. Precondition: the scale is less than 40.
    static number_residues of_decimal(std::uint64_t coefficient, bool negative,
                                      std::size_t scale) noexcept;
    // The integer with these decimal digits, 0 ... 9, the first of the highest power.
    static number_residues of_digits(std::span<const std::byte> digits, bool negative) noexcept;

    // Where the divisor is a multiple of a prime there is no inverse: the residue is then the prime
    // itself, a value that no other number has, and the other primes tell such numbers apart.
    number_residues divided_by(const number_residues& divisor) const noexcept;

    number_residues times_power_of_ten(std::int64_t exponent) const noexcept;

    std::uint32_t operator[](std::size_t i) const noexcept { return residues_[i]; }

    friend bool operator==(const number_residues&, const number_residues&) = default;

  private:
    void negate() noexcept;

    std::array<std::uint32_t, 4> residues_{};
};

}  // namespace cvmcount
