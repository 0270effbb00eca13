#include <algorithm>
#include <limits>

#include "base/calendar.hpp"
#include "columns/array_columns.hpp"
#include "columns/gather.hpp"

namespace cvmcount {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

std::int64_t divide_down(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// The whole seconds, rounded down, and the attoseconds beyond; or false where this is not enough.
bool split_seconds(std::int64_t count, std::int64_t factor, std::int64_t& seconds,
                   std::int64_t& attoseconds) noexcept {
    attoseconds = 0;
    if (factor % nanoseconds_a_second == 0) {
        const std::int64_t step = factor / nanoseconds_a_second;
        const bool fits = count >= least / step && count <= greatest / step;
        seconds = fits ? count * step : 0;
        return fits;
    }
    if (nanoseconds_a_second % factor != 0) return false;
    const std::int64_t units = nanoseconds_a_second / factor;  // to a second
    seconds = divide_down(count, units);
    const std::int64_t rest = count % units;
    attoseconds = (rest < 0 ? rest + units : rest) * factor * attoseconds_a_nanosecond;
    return true;
}

}  // namespace

// Times that are no int64 nanoseconds: one by one, in the form that identity_hash has for them.
filter_output time_column::read_long_times(const block& which, const std::uint64_t* counts) const {
    has_long_times_ = true;
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        const auto count = static_cast<std::int64_t>(counts[i]);
        if (form_.least_is_missing && count == least) return false;
        std::int64_t seconds = 0;
        std::int64_t attoseconds = 0;
        if (form_.which == kind::date ||
            !split_seconds(count, form_.factor, seconds, attoseconds)) {
            throw_unidentified();
        }
        identity = which.rules.hash->of_time(form_.which, seconds, attoseconds);
        return true;
    };
    return filter_one_by_one(which.size, which.missing, which.rules, which.out, identify);
}

// The counts as words, where they do not lie in memory as such.
void time_column::gather_counts(const block& which, std::uint64_t* counts) const noexcept {
    const std::byte* first = value(which.begin);
    if (form_.narrow) {
        gather<integer<std::int32_t>, false>(first, values().stride, which.size, counts);
    } else if (values().swapped) {
        gather<natural<std::uint64_t>, true>(first, values().stride, which.size, counts);
    } else {
        gather<natural<std::uint64_t>, false>(first, values().stride, which.size, counts);
    }
    if (form_.divisor == 1) return;
    for (std::size_t i = 0; i < which.size; ++i) {
        const auto count = static_cast<std::int64_t>(counts[i]);
        counts[i] = static_cast<std::uint64_t>(divide_down(count, form_.divisor));
    }
}

filter_output time_column::read_block(const block& which) const {
    // Times beyond it have another form, as in identity_hash::of_time. Dates have no such limit,
    // but are multiplied all the same.
    constexpr std::int64_t nanoseconds_range = most_seconds_as_nanoseconds * nanoseconds_a_second;
    const std::int64_t range = form_.which == kind::date ? greatest : nanoseconds_range;
    const time_words times = {.which = form_.which,
                              .factor = form_.factor,
                              .most = range / form_.factor,
                              .least_is_missing = form_.least_is_missing};
    const bool are_words = !form_.narrow && !values().swapped && form_.divisor == 1 &&
                           values().stride == sizeof(std::uint64_t);
    word_block counts;
    if (!are_words) gather_counts(which, counts.data());
    const auto* words =
        are_words ? value(which.begin) : reinterpret_cast<const std::byte*>(counts.data());
    const auto form = form_.factor == 1 ? word_form::time : word_form::scaled_time;
    const filter_output result = level_in_use().filter_words(
        form, {words, which.size, which.missing, times}, which.rules, which.out);
    if (result.fits) return result;
    if (are_words) gather_counts(which, counts.data());
    return read_long_times(which, counts.data());
}

}  // namespace cvmcount
