// What a line is, and which of its fields are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cvmcount {

struct line_form {
    static constexpr std::size_t most_fields = 64;
    static constexpr std::byte quote{'"'};

    std::byte end{'\n'};
    bool strips_cr = true;             // one, at the end of a line
    bool skips_empty = false;          // lines, or fields where those are counted
    bool folds_case = false;           // of ASCII
    std::optional<std::byte> comment;  // lines that begin with it are no items

    // From 1, at most most_fields. One is counted as it is, several as a tuple in this order; none
    // is the whole line. Lines that lack one of them are no items.
    std::vector<std::size_t> fields;

    // So many of them, the first ones, are a key, and the rest is its value: each line gives two
    // identities then, whatever the threshold is. Fewer than there are fields.
    std::size_t num_keys = 0;

    // One or more bytes that stand between two fields. They hold no end of a line, no carriage
    // return, and no quote where quotes mean something.
    std::string delimiter = "\t";

    // Runs of spaces and tabs separate the fields, instead of the delimiter. Those at the beginning
    // and at the end of a line separate nothing, as in awk.
    bool blanks = false;

    // Quotes mean what they do in CSV (RFC 4180): a field that begins with one goes on to the next,
    // whatever stands between, and two of them are one of the field. Elsewhere a quote is a byte as
    // any other. Rows end with LF, CR or CRLF and an empty one is no item, instead of `end` and
    // `strips_cr`. The delimiter is one byte.
    bool quotes = false;
};

// Fields are separated by these.
inline bool is_blank(std::byte byte) noexcept {
    return byte == std::byte{' '} || byte == std::byte{'\t'};
}

// Rows of CSV end with these.
inline bool ends_row(std::byte byte) noexcept {
    return byte == std::byte{'\n'} || byte == std::byte{'\r'};
}

inline void fold_case(std::span<std::byte> text) noexcept {
    for (std::byte& byte : text) {
        const auto letter = std::to_integer<unsigned>(byte) - 'A';
        byte |= letter < 26 ? std::byte{0x20} : std::byte{0};
    }
}

}  // namespace cvmcount
