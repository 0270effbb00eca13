#include <algorithm>
#include <limits>

#include "columns/array_columns.hpp"
#include "columns/gather.hpp"

namespace cvmcount {
namespace {

constexpr std::int64_t billion = 1000000000;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

std::int64_t divide_down(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// The whole seconds, rounded down, and the attoseconds beyond; or false where this is not enough.
bool split_seconds(std::int64_t count, std::int64_t factor, std::int64_t& seconds,
                   std::int64_t& attoseconds) noexcept {
    attoseconds = 0;
    if (factor % billion == 0) {
        const std::int64_t step = factor / billion;
        const bool fits = count >= least / step && count <= greatest / step;
        seconds = fits ? count * step : 0;
        return fits;
    }
    if (billion % factor != 0) return false;
    const std::int64_t units = billion / factor;  // to a second
    seconds = divide_down(count, units);
    const std::int64_t rest = count % units;
    attoseconds = (rest < 0 ? rest + units : rest) * factor * billion;
    return true;
}

}  // namespace

// Times that are no int64 nanoseconds: one by one, in the form that identity_hash has for them.
filter_output time_column::read_long_times(const block& which,
                                           const std::uint64_t* counts) const noexcept {
    bool readable = form_.which != kind::date;
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        const auto count = static_cast<std::int64_t>(counts[i]);
        if (form_.least_is_missing && count == least) return false;
        std::int64_t seconds = 0;
        std::int64_t attoseconds = 0;
        readable = readable && split_seconds(count, form_.factor, seconds, attoseconds);
        identity = which.rules.filter.hash->of_time(form_.which, seconds, attoseconds);
        return true;
    };
    const filter_output result =
        filter_one_by_one(which.size, which.missing, which.rules.filter, which.out, identify);
    return readable ? result : filter_output{unreadable, 0};
}

filter_output time_column::read_block(const block& which) const {
    // As in identity_hash::of_time: what lies beyond has another form. Dates have no such limit,
    // but are multiplied all the same.
    constexpr std::int64_t nanoseconds_range = (9223372036 - 1) * billion;
    const std::int64_t range = form_.which == kind::date ? greatest : nanoseconds_range;
    const std::int64_t most = range / form_.factor;
    const std::byte* first = value(which.begin);
    word_block words;
    if (form_.narrow) {
        gather<integer<std::int32_t>, false>(first, values().stride, which.size, words);
    } else if (values().swapped) {
        gather<natural<std::uint64_t>, true>(first, values().stride, which.size, words);
    } else {
        gather<natural<std::uint64_t>, false>(first, values().stride, which.size, words);
    }
    if (form_.divisor != 1) {
        for (std::size_t i = 0; i < which.size; ++i) {
            const auto count = static_cast<std::int64_t>(words[i]);
            words[i] = static_cast<std::uint64_t>(divide_down(count, form_.divisor));
        }
    }
    // A missing value may be anything; it only costs time to look closer at one.
    bool fits = true;
    for (std::size_t i = 0; i < which.size; ++i) {
        const auto count = static_cast<std::int64_t>(words[i]);
        const bool is_missing = form_.least_is_missing & (count == least);
        fits &= is_missing | ((count <= most) & (count >= -most));
    }
    if (!fits) return read_long_times(which, words.data());
    for (std::size_t i = 0; i < which.size; ++i) {
        const bool is_missing = words[i] == static_cast<std::uint64_t>(least);
        words[i] = is_missing ? words[i] : words[i] * static_cast<std::uint64_t>(form_.factor);
    }
    filter_rules as_time = which.rules.filter;
    as_time.time_kind = form_.which;
    const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
    return which.rules.level->filter_words(word_form::time, {bytes, which.size, which.missing},
                                           as_time, which.out);
}

}  // namespace cvmcount
