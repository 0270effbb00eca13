// The kind of values that the schema of an Arrow array names. Nothing is asked of the array itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "arrow/abi.hpp"
#include "columns/array_columns.hpp"

namespace cvmcount {

namespace arrow {

struct nulls {};
struct bits {};

struct numbers {
    number_type type;
    std::size_t width;  // in bytes, as everywhere below
};

struct times {
    time_form form;
};

struct decimals {
    std::size_t width;
    bool is_signed;
    std::int64_t scale;
};

struct fixed_bytes {
    std::size_t width;
    kind which;  // bytes or a UUID
};

struct strings {
    kind which;  // text or bytes
    bool wide;   // offsets of int64 instead of int32
};

struct views {
    kind which;
};

struct structs {};

struct lists {
    bool wide;
    bool views;
};

struct fixed_lists {
    std::size_t length;
};

struct runs {};

}  // namespace arrow

using arrow_format = std::variant<arrow::nulls, arrow::bits, arrow::numbers, arrow::times,
                                  arrow::decimals, arrow::fixed_bytes, arrow::strings, arrow::views,
                                  arrow::structs, arrow::lists, arrow::fixed_lists, arrow::runs>;

// For an array with a dictionary, it is that of the indices. The schema must have a format. Throws
// unsupported_column, malformed_column and std::bad_alloc.
arrow_format format_of(const ArrowSchema& schema);

}  // namespace cvmcount
