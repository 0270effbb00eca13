// The proleptic Gregorian calendar, for readers whose dates come as year, month and day.
#pragma once

#include <chrono>
#include <cstdint>

namespace cvmcount {

// Precondition: a valid date of the years -32767 to 32767.
constexpr std::int64_t days_since_1970(int year, int month, int day) noexcept {
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    return std::chrono::sys_days{date}.time_since_epoch().count();
}

}  // namespace cvmcount
