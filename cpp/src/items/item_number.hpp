// The numbers that come with items, and what those of one element add up to.
//
// Integers of 64 bits and durations in nanoseconds add up exactly, whatever their sum; all other
// numbers are doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cvmcount {

enum class number_form : std::uint8_t {
    none,  // a missing value: an occurrence without a number
    integer,
    duration,  // in nanoseconds
    real,
};

struct item_number {
    number_form form = number_form::none;
    std::uint64_t bits = 0;  // of an int64, or of a double
};

// The number that an item is. Returns false where it is none.
bool read_number(std::span<const std::byte> item, item_number& number) noexcept;

// The totals of numbers of one form, which whoever has many of these knows.
struct number_totals {
    std::uint64_t numbers = 0;  // so many of them came; without any the rest means nothing
    std::uint64_t sum_low = 0;  // of a sum of 128 bits, or the sum as a double
    std::uint64_t sum_high = 0;
    std::uint64_t least = 0;
    std::uint64_t greatest = 0;

    // Both must be of this form, and no missing value.
    void add(std::uint64_t bits, number_form form) noexcept;
    void add(const number_totals& others, number_form form) noexcept;

    // Integers to doubles.
    void make_real() noexcept;

    double sum_as_double(number_form form) const noexcept;

    friend bool operator==(const number_totals&, const number_totals&) = default;
};

// An int64 or a double as a double.
double as_double(std::uint64_t bits, number_form form) noexcept;

}  // namespace cvmcount
