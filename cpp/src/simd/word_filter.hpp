// The inner loop of columns: 64-bit words to identities, of which those up to a threshold are kept.
//
// It exists once for each vector_level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "reading/rules.hpp"

namespace cvmcount {

// A word stands for one of these.
enum class word_form {
    integer,           // int64
    unsigned_integer,  // uint64
    real,              // the bits of a double; NaN is missing
    time,              // int64: a count of nanoseconds or days
    scaled_time,       // int64: a count of another unit
};

// What the counts of word_form::time and scaled_time mean.
struct time_words {
    kind which = kind::datetime;
    std::int64_t factor = 1;  // nanoseconds or days in a unit; 1 for word_form::time
    std::int64_t most =
        std::numeric_limits<std::int64_t>::max();  // that a count, or less 0, may be
    bool least_is_missing = true;                  // the least int64
};

struct filter_input {
    const std::byte* words;  // in native byte order, at any alignment
    std::size_t size;
    // Bit i % 8 of byte i / 8 says whether value i is missing; null where none is.
    const std::uint8_t* missing = nullptr;
    time_words times = {};
};

struct filter_output {
    std::size_t kept;
    std::size_t missing;
    bool fits =
        true;  // false where a count of time_words is beyond the most: then the rest is void
};

// Identities that are kept go to `out` in the order of the input. It has room for size +
// filter_slack of them: more than what is kept may be written.
using word_filter = filter_output (*)(word_form form, const filter_input& input,
                                      const reading_rules& rules, std::uint64_t* out);

inline constexpr std::size_t filter_slack = 8;

}  // namespace cvmcount
