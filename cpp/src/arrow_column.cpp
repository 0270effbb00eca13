#include "cvmcount/arrow_column.hpp"

#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "arrow_columns.hpp"
#include "cvmcount/bytes.hpp"

namespace cvmcount {
namespace {

constexpr int max_depth = 100;  // as for tuples; each level costs stack

using column_pointer = std::unique_ptr<column>;

// Rows `begin` ... `begin + size` of an array, and what they are.
struct rows {
    const ArrowSchema& schema;
    const ArrowArray& array;
    std::size_t begin;
    std::size_t size;
    int depth;

    std::string_view format() const { return schema.format; }
    // Of the first row in the array's buffers.
    std::size_t position() const { return static_cast<std::size_t>(array.offset) + begin; }
};

column_pointer open(const rows& part);

[[noreturn]] void refuse(const std::string& what) {
    throw unsupported_column(what);
}

void require(bool holds, const char* otherwise) {
    if (!holds) throw malformed_column(otherwise);
}

// ---- what the structures say ------------------------------------------------------------------

// A whole array, or its first rows.
rows rows_of(const ArrowSchema* schema, const ArrowArray* array, int depth) {
    require(schema != nullptr && array != nullptr, "a child or a dictionary is not there");
    require(schema->release != nullptr && array->release != nullptr, "it has been released");
    require(schema->format != nullptr, "it has no format");
    // So that no sum or product of positions and the largest width overflows.
    constexpr std::int64_t limit = std::numeric_limits<std::ptrdiff_t>::max() >> 8;
    require(array->length >= 0 && array->offset >= 0 && array->length <= limit &&
                array->offset <= limit,
            "its length or its offset is negative or absurd");
    if (depth > max_depth) {
        refuse("values are nested more than " + std::to_string(max_depth) + " levels deep");
    }
    return {*schema, *array, 0, static_cast<std::size_t>(array->length), depth};
}

void require_children(const rows& part, std::int64_t count) {
    require(part.schema.n_children == count && part.array.n_children == count &&
                (count == 0 || (part.schema.children != nullptr && part.array.children != nullptr)),
            "it has not the children that its format asks for");
}

rows child(const rows& part, std::size_t number) {
    return rows_of(part.schema.children[number], part.array.children[number], part.depth + 1);
}

rows narrowed(rows part, std::size_t begin, std::size_t size) {
    require(begin <= part.size && size <= part.size - begin, "a child is too short");
    part.begin += begin;
    part.size = size;
    return part;
}

void require_buffers(const rows& part, std::int64_t count) {
    require(part.array.n_buffers == count && (count == 0 || part.array.buffers != nullptr),
            "it has not the buffers that its format asks for");
}

// A buffer that may be left out only where it would be empty.
const std::byte* buffer(const rows& part, std::int64_t number, bool is_empty) {
    const void* found = part.array.buffers[number];
    require(found != nullptr || is_empty, "a buffer is not there");
    return static_cast<const std::byte*>(found);
}

// From the first row on.
const std::byte* values_in(const rows& part, std::int64_t number, std::size_t width) {
    const std::byte* values = buffer(part, number, part.size == 0 || width == 0);
    return values == nullptr ? values : values + part.position() * width;
}

layout layout_in(const rows& part, std::size_t width) {
    return {values_in(part, 1, width), static_cast<std::ptrdiff_t>(width), part.size};
}

// Every kind that can have nulls has their bitmap as its first buffer.
column_pointer with_nulls(const rows& part, column_pointer values) {
    if (part.array.null_count == 0) return values;
    const auto* bits = static_cast<const std::uint8_t*>(part.array.buffers[0]);
    require(bits != nullptr || part.array.null_count == -1, "the bitmap of its nulls is not there");
    if (bits != nullptr) values->set_validity(bits, part.position());
    return values;
}

// The value of a key of the schema's metadata: the number of pairs, and each key and value with its
// length before it, all in native byte order.
std::string_view metadata_of(const ArrowSchema& schema, std::string_view key) {
    const char* at = schema.metadata;
    if (at == nullptr) return {};
    const auto number = [&at] {
        std::int32_t value;
        std::memcpy(&value, at, sizeof value);
        at += sizeof value;
        require(value >= 0, "its metadata has a negative length");
        return static_cast<std::size_t>(value);
    };
    const auto text = [&] {
        const std::size_t size = number();
        const std::string_view found(at, size);
        at += size;
        return found;
    };
    for (std::size_t pairs = number(); pairs > 0; --pairs) {
        const std::string_view name = text();
        const std::string_view value = text();
        if (name == key) return value;
    }
    return {};
}

// The numbers of a format, as in "d:19,10".
std::vector<std::int64_t> numbers_in(std::string_view text) {
    std::vector<std::int64_t> numbers;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data();; ++at) {
        std::int32_t number = 0;
        const auto [stop, error] = std::from_chars(at, end, number);
        require(error == std::errc(), "its format has no numbers where they are due");
        numbers.push_back(number);
        at = stop;
        if (at == end) return numbers;
        require(*at == ',', "its format has no numbers where they are due");
    }
}

// ---- columns without children -----------------------------------------------------------------

column_pointer open_numbers(const rows& part, number_type type, std::size_t width) {
    require_buffers(part, 2);
    return with_nulls(part, std::make_unique<number_column>(type, layout_in(part, width)));
}

column_pointer open_times(const rows& part, const time_form& form) {
    require_buffers(part, 2);
    return with_nulls(part,
                      std::make_unique<time_column>(form, layout_in(part, form.narrow ? 4 : 8)));
}

column_pointer open_bits(const rows& part) {
    require_buffers(part, 2);
    const auto* bits = reinterpret_cast<const std::uint8_t*>(buffer(part, 1, part.size == 0));
    return with_nulls(part, std::make_unique<bit_column>(bits, part.position(), part.size));
}

column_pointer open_decimals(const rows& part, std::int64_t bits, bool is_signed,
                             std::int64_t scale) {
    if (bits != 32 && bits != 64 && bits != 128 && bits != 256) {
        refuse("decimals of " + std::to_string(bits) + " bits");
    }
    require_buffers(part, 2);
    const auto width = static_cast<std::size_t>(bits / 8);
    return with_nulls(
        part, std::make_unique<decimal_column>(width, is_signed, scale, layout_in(part, width)));
}

column_pointer open_fixed_bytes(const rows& part, std::int64_t width) {
    require_buffers(part, 2);
    require(width >= 0, "its format has a negative width");
    constexpr std::int64_t uuid_bytes = 16;
    const bool is_uuid =
        width == uuid_bytes && metadata_of(part.schema, "ARROW:extension:name") == "arrow.uuid";
    const auto size = static_cast<std::size_t>(width);
    require(part.position() <=
                static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / (size + 1),
            "its offset is absurd");
    return with_nulls(
        part, std::make_unique<fixed_bytes_column>(size, layout_in(part, size), padding::none,
                                                   is_uuid ? kind::uuid : kind::bytes));
}

template <class Offset>
column_pointer open_strings(const rows& part, kind which) {
    require_buffers(part, 3);
    // An empty array may lack even its only offset.
    if (part.size == 0) return std::make_unique<null_column>(0);
    const std::byte* offsets = values_in(part, 1, sizeof(Offset));
    // How many bytes there are only the last offset says: that of the whole array.
    const std::size_t rest = static_cast<std::size_t>(part.array.length) - part.begin;
    const auto end = load_at<Offset>(offsets, rest);
    const std::byte* bytes = buffer(part, 2, end == 0);
    return with_nulls(
        part, std::make_unique<string_column<Offset>>(which, offsets, bytes, end, part.size));
}

column_pointer open_views(const rows& part, kind which) {
    const std::int64_t count = part.array.n_buffers;
    constexpr std::int64_t fixed = 3;  // nulls, views, and the sizes of the others
    require(count >= fixed && part.array.buffers != nullptr,
            "it has not the buffers that its format asks for");
    std::vector<view_column::buffer> buffers;
    const std::byte* sizes = buffer(part, count - 1, count == fixed);
    for (std::int64_t i = 0; i < count - fixed; ++i) {
        const auto size = load_at<std::int64_t>(sizes, static_cast<std::size_t>(i));
        buffers.push_back({buffer(part, 2 + i, size <= 0), size});
    }
    return with_nulls(part, std::make_unique<view_column>(which, values_in(part, 1, 16),
                                                          std::move(buffers), part.size));
}

// ---- columns with children ----------------------------------------------------------------------

column_pointer open_struct(const rows& part) {
    require_buffers(part, 1);
    require_children(part, part.array.n_children);
    std::vector<column_pointer> fields;
    for (std::int64_t i = 0; i < part.array.n_children; ++i) {
        const rows field = child(part, static_cast<std::size_t>(i));
        fields.push_back(open(narrowed(field, part.position(), part.size)));
    }
    return with_nulls(part, std::make_unique<struct_column>(std::move(fields), part.size));
}

column_pointer open_lists(const rows& part, bool wide, bool views) {
    require_buffers(part, views ? 3 : 2);
    require_children(part, 1);
    list_column::places where;
    where.wide = wide;
    const std::size_t width = wide ? 8 : 4;
    if (part.size == 0) return std::make_unique<null_column>(0);
    where.offsets = values_in(part, 1, width);
    if (views) where.sizes = values_in(part, 2, width);
    return with_nulls(part, std::make_unique<list_column>(where, open(child(part, 0)), part.size));
}

column_pointer open_fixed_lists(const rows& part, std::int64_t length) {
    require_buffers(part, 1);
    require_children(part, 1);
    require(length >= 0, "its format has a negative length");
    list_column::places where;
    where.length = static_cast<std::size_t>(length);
    const rows values = child(part, 0);
    require(length == 0 || part.position() + part.size <= values.size / where.length,
            "a child is too short");
    return with_nulls(
        part,
        std::make_unique<list_column>(
            where, open(narrowed(values, part.position() * where.length, part.size * where.length)),
            part.size));
}

template <class End>
column_pointer open_runs_of(const rows& part, const rows& ends) {
    require_buffers(ends, 2);
    const rows values = child(part, 1);
    require(ends.size == values.size, "it has not as many runs as values");
    return std::make_unique<run_column<End>>(values_in(ends, 1, sizeof(End)), open(values),
                                             part.position(), part.size);
}

column_pointer open_runs(const rows& part) {
    require_buffers(part, 0);
    require_children(part, 2);
    const rows ends = child(part, 0);
    if (ends.format() == "s") return open_runs_of<std::int16_t>(part, ends);
    if (ends.format() == "i") return open_runs_of<std::int32_t>(part, ends);
    if (ends.format() == "l") return open_runs_of<std::int64_t>(part, ends);
    throw malformed_column("its run ends are no integers");
}

template <class Index>
column_pointer open_dictionary_of(const rows& part) {
    require_buffers(part, 2);
    const rows entries = rows_of(part.schema.dictionary, part.array.dictionary, part.depth + 1);
    return with_nulls(part, std::make_unique<dictionary_column<Index>>(
                                values_in(part, 1, sizeof(Index)), open(entries), part.size));
}

column_pointer open_dictionary(const rows& part) {
    const std::string_view format = part.format();
    if (format == "c") return open_dictionary_of<std::int8_t>(part);
    if (format == "C") return open_dictionary_of<std::uint8_t>(part);
    if (format == "s") return open_dictionary_of<std::int16_t>(part);
    if (format == "S") return open_dictionary_of<std::uint16_t>(part);
    if (format == "i") return open_dictionary_of<std::int32_t>(part);
    if (format == "I") return open_dictionary_of<std::uint32_t>(part);
    if (format == "l") return open_dictionary_of<std::int64_t>(part);
    if (format == "L") return open_dictionary_of<std::uint64_t>(part);
    throw malformed_column("the indices into its dictionary are no integers");
}

// ---- formats ------------------------------------------------------------------------------------

[[noreturn]] void refuse_format(const rows& part) {
    refuse("values of the Arrow format '" + std::string(part.format()) + "'");
}

std::int64_t nanoseconds_to(const rows& part, char unit) {
    switch (unit) {
        case 's':
            return 1000000000;
        case 'm':
            return 1000000;
        case 'u':
            return 1000;
        case 'n':
            return 1;
        default:
            refuse_format(part);
    }
}

// Formats that begin with t.
column_pointer open_any_times(const rows& part) {
    const std::string_view format = part.format();
    constexpr std::int64_t milliseconds_a_day = 86400000;
    if (format == "tdD") return open_times(part, {.which = kind::date, .narrow = true});
    if (format == "tdm") {
        return open_times(part, {.which = kind::date, .divisor = milliseconds_a_day});
    }
    if (format.size() < 3) refuse_format(part);
    const std::string_view rest = format.substr(3);
    if (format[1] == 'i') {
        refuse("intervals of months, days and less, which have no fixed length");
    }
    const std::int64_t factor = nanoseconds_to(part, format[2]);
    if (format[1] == 't' && rest.empty()) {
        return open_times(part,
                          {.which = kind::time, .factor = factor, .narrow = factor >= 1000000});
    }
    if (format[1] == 'D' && rest.empty()) {
        return open_times(part, {.which = kind::duration, .factor = factor});
    }
    if (format[1] == 's' && rest.substr(0, 1) == ":") {
        const kind which = rest.size() == 1 ? kind::datetime : kind::aware_datetime;
        return open_times(part, {.which = which, .factor = factor});
    }
    refuse_format(part);
}

// Formats that begin with +.
column_pointer open_nested(const rows& part) {
    const std::string_view format = part.format();
    if (format == "+s") return open_struct(part);
    if (format == "+l" || format == "+m") return open_lists(part, false, false);
    if (format == "+L") return open_lists(part, true, false);
    if (format == "+vl") return open_lists(part, false, true);
    if (format == "+vL") return open_lists(part, true, true);
    if (format == "+r") return open_runs(part);
    if (format.substr(0, 3) == "+w:")
        return open_fixed_lists(part, numbers_in(format.substr(3))[0]);
    if (format.substr(0, 2) == "+u") refuse("values of a union");
    refuse_format(part);
}

column_pointer open_decimals(const rows& part) {
    const std::vector<std::int64_t> numbers = numbers_in(part.format().substr(2));
    require(numbers.size() == 2 || numbers.size() == 3, "its format is that of no decimal");
    return open_decimals(part, numbers.size() == 2 ? 128 : numbers[2], true, numbers[1]);
}

column_pointer open_bytes_or_boolean(const rows& part) {
    const bool is_boolean = metadata_of(part.schema, "ARROW:extension:name") == "arrow.bool8";
    return open_numbers(part, is_boolean ? number_type::boolean : number_type::int8, 1);
}

column_pointer open(const rows& part) {
    if (part.schema.dictionary != nullptr) return open_dictionary(part);
    const std::string_view format = part.format();
    if (format == "u") return open_strings<std::int32_t>(part, kind::text);
    if (format == "U") return open_strings<std::int64_t>(part, kind::text);
    if (format == "vu") return open_views(part, kind::text);
    if (format == "z") return open_strings<std::int32_t>(part, kind::bytes);
    if (format == "Z") return open_strings<std::int64_t>(part, kind::bytes);
    if (format == "vz") return open_views(part, kind::bytes);
    if (format.substr(0, 2) == "w:") {
        return open_fixed_bytes(part, numbers_in(format.substr(2))[0]);
    }
    if (format == "n") return std::make_unique<null_column>(part.size);
    if (format == "b") return open_bits(part);
    if (format == "c") return open_bytes_or_boolean(part);
    if (format == "C") return open_numbers(part, number_type::uint8, 1);
    if (format == "s") return open_numbers(part, number_type::int16, 2);
    if (format == "S") return open_numbers(part, number_type::uint16, 2);
    if (format == "i") return open_numbers(part, number_type::int32, 4);
    if (format == "I") return open_numbers(part, number_type::uint32, 4);
    if (format == "l") return open_numbers(part, number_type::int64, 8);
    if (format == "L") return open_numbers(part, number_type::uint64, 8);
    if (format == "e") return open_numbers(part, number_type::real16, 2);
    if (format == "f") return open_numbers(part, number_type::real32, 4);
    if (format == "g") return open_numbers(part, number_type::real64, 8);
    if (format.substr(0, 2) == "d:") return open_decimals(part);
    if (format == "_pli128") return open_decimals(part, 128, true, 0);  // Polars' own
    if (format == "_plu128") return open_decimals(part, 128, false, 0);
    if (format.substr(0, 1) == "t") return open_any_times(part);
    if (format.substr(0, 1) == "+") return open_nested(part);
    refuse_format(part);
}

std::string names_of(const ArrowSchema& schema) {
    constexpr std::int64_t most = 5;
    std::string names;
    for (std::int64_t i = 0; i < schema.n_children && i < most; ++i) {
        const ArrowSchema* field = schema.children[i];
        require(field != nullptr, "a child or a dictionary is not there");
        names += (i == 0 ? "" : ", ") + std::string(field->name == nullptr ? "" : field->name);
    }
    return names + (schema.n_children > most ? ", ..." : "");
}

// A struct that cannot be null.
bool is_table(const ArrowSchema& schema) {
    require(schema.release != nullptr, "it has been released");
    require(schema.format != nullptr, "it has no format");
    return std::string_view(schema.format) == "+s" && (schema.flags & ARROW_FLAG_NULLABLE) == 0;
}

}  // namespace

void require_one_column(const ArrowSchema& schema) {
    if (!is_table(schema) || schema.n_children == 1) return;
    require(schema.n_children >= 0 && (schema.n_children == 0 || schema.children != nullptr),
            "it has not the children that its format asks for");
    refuse(std::to_string(schema.n_children) + " columns (" + names_of(schema) +
           "): pass one of them");
}

column_pointer open_arrow_column(const ArrowSchema& schema, const ArrowArray& array) {
    require_one_column(schema);
    const rows all = rows_of(&schema, &array, 0);
    if (!is_table(schema)) return open(all);
    require_children(all, 1);
    return open(narrowed(child(all, 0), all.position(), all.size));
}

}  // namespace cvmcount
