// The inner loop of columns: 64-bit words to identities, of which those up to a threshold are kept.
//
// It exists once for each vector_level.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reading/rules.hpp"

namespace cvmcount {

// A word stands for one of these.
enum class word_form {
    integer,           // int64
    unsigned_integer,  // uint64
    real,              // the bits of a double; NaN is missing
    time,              // int64 of the kind that the input names; the least is missing
};

struct filter_input {
    const std::byte* words;  // in native byte order, at any alignment
    std::size_t size;
    // Bit i % 8 of byte i / 8 says whether value i is missing; null where none is.
    const std::uint8_t* missing = nullptr;
    kind time_kind = kind::datetime;  // of word_form::time
};

struct filter_output {
    std::size_t kept;
    std::size_t missing;
};

// Identities that are kept go to `out` in the order of the input. It has room for size +
// filter_slack of them: more than what is kept may be written.
using word_filter = filter_output (*)(word_form form, const filter_input& input,
                                      const reading_rules& rules, std::uint64_t* out);

inline constexpr std::size_t filter_slack = 8;

}  // namespace cvmcount
