// Units of time, and the proleptic Gregorian calendar for readers whose dates come as year, month
// and day.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace cvmcount {

inline constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;
inline constexpr std::int64_t nanoseconds_a_millisecond = 1'000'000;
inline constexpr std::int64_t nanoseconds_a_microsecond = 1'000;
inline constexpr std::int64_t attoseconds_a_nanosecond = 1'000'000'000;
inline constexpr std::int64_t milliseconds_a_day = 86'400'000;

// So many seconds fit in an int64 of nanoseconds on either side of 0, with one to spare, so that no
// sum with a part of a second overflows.
inline constexpr std::int64_t most_seconds_as_nanoseconds =
    std::numeric_limits<std::int64_t>::max() / nanoseconds_a_second - 1;

// Precondition: a valid date of the years -32767 to 32767.
constexpr std::int64_t days_since_1970(int year, int month, int day) noexcept {
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    return std::chrono::sys_days{date}.time_since_epoch().count();
}

}  // namespace cvmcount
