#include "arrow/open_column.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "arrow/columns.hpp"
#include "arrow/format.hpp"
#include "columns/composite_column.hpp"
#include "columns/dictionary_column.hpp"

namespace cvmcount {
namespace {

// Each level costs stack, and threads may have 128 kB of it, ours as well.
constexpr int max_depth = 50;
constexpr const char* no_integers =
    "its run ends, or the indices into its dictionary, are no integers";

using column_pointer = std::unique_ptr<column>;

// Rows `begin` ... `begin + size` of an array, and what they are.
struct rows {
    const ArrowSchema& schema;
    const ArrowArray& array;
    std::size_t begin;
    std::size_t size;
    int depth;
    std::size_t* stored;  // grows by the values that lie in its buffers

    // The position of the first row in the array's buffers.
    std::size_t position() const { return static_cast<std::size_t>(array.offset) + begin; }
};

column_pointer open(const rows& part);

[[noreturn]] void throw_unsupported(const std::string& what) {
    throw unsupported_column(what);
}

void require(bool holds, const char* otherwise) {
    if (!holds) throw malformed_column(otherwise);
}

// ---- what the structures say ------------------------------------------------------------------

// A whole array, or its first rows.
rows rows_of(const ArrowSchema* schema, const ArrowArray* array, int depth, std::size_t* stored) {
    require(schema != nullptr && array != nullptr, "a child or a dictionary is not there");
    require(schema->release != nullptr && array->release != nullptr, "it has been released");
    require(schema->format != nullptr, "it has no format");
    // So that no sum or product of positions and the largest width overflows.
    constexpr std::int64_t limit = std::numeric_limits<std::ptrdiff_t>::max() >> 8;
    require(array->length >= 0 && array->offset >= 0 && array->length <= limit &&
                array->offset <= limit,
            "its length or its offset is negative or absurd");
    if (depth > max_depth) {
        throw_unsupported("values are nested more than " + std::to_string(max_depth) +
                          " levels deep");
    }
    return {*schema, *array, 0, static_cast<std::size_t>(array->length), depth, stored};
}

void require_children(const rows& part, std::int64_t count) {
    require(part.schema.n_children == count && part.array.n_children == count &&
                (count == 0 || (part.schema.children != nullptr && part.array.children != nullptr)),
            "it has not the children that its format asks for");
}

rows child(const rows& part, std::size_t number) {
    return rows_of(part.schema.children[number], part.array.children[number], part.depth + 1,
                   part.stored);
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
    if (width > 0) *part.stored += part.size;
    return values == nullptr ? values : values + part.position() * width;
}

layout layout_in(const rows& part, std::size_t width) {
    return {values_in(part, 1, width), static_cast<std::ptrdiff_t>(width), part.size};
}

// Values that take no memory cost time all the same.
void require_few(const rows& part) {
    require(std::uint64_t{part.size} <= std::uint64_t{1} << 34,
            "it has an absurd number of values without bytes");
}

// Every kind that can have nulls has their bitmap as its first buffer.
column_pointer with_nulls(const rows& part, column_pointer values) {
    if (part.array.null_count == 0) return values;
    const auto* bits = static_cast<const std::uint8_t*>(part.array.buffers[0]);
    require(bits != nullptr || part.array.null_count == -1, "the bitmap of its nulls is not there");
    if (bits != nullptr) values->set_validity(bits, part.position());
    return values;
}

// ---- columns without children -----------------------------------------------------------------

column_pointer open_as(const rows& part, const arrow::nulls&) {
    require_few(part);
    return std::make_unique<null_column>(part.size);
}

column_pointer open_as(const rows& part, const arrow::bits&) {
    require_buffers(part, 2);
    const auto* bits = reinterpret_cast<const std::uint8_t*>(buffer(part, 1, part.size == 0));
    *part.stored += part.size;
    return with_nulls(part, std::make_unique<bit_column>(bits, part.position(), part.size));
}

column_pointer open_as(const rows& part, const arrow::numbers& format) {
    require_buffers(part, 2);
    return with_nulls(part,
                      std::make_unique<number_column>(format.type, layout_in(part, format.width)));
}

column_pointer open_as(const rows& part, const arrow::times& format) {
    require_buffers(part, 2);
    const std::size_t width = format.form.narrow ? 4 : 8;
    return with_nulls(part, std::make_unique<time_column>(format.form, layout_in(part, width)));
}

column_pointer open_as(const rows& part, const arrow::decimals& format) {
    require_buffers(part, 2);
    return with_nulls(part,
                      std::make_unique<decimal_column>(format.width, format.is_signed, format.scale,
                                                       layout_in(part, format.width)));
}

column_pointer open_as(const rows& part, const arrow::fixed_bytes& format) {
    require_buffers(part, 2);
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
    require(part.position() <= most / (format.width + 1), "its offset is absurd");
    if (format.width == 0) require_few(part);
    return with_nulls(
        part, std::make_unique<fixed_bytes_column>(format.width, layout_in(part, format.width),
                                                   padding::none, format.which));
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

column_pointer open_as(const rows& part, const arrow::strings& format) {
    return format.wide ? open_strings<std::int64_t>(part, format.which)
                       : open_strings<std::int32_t>(part, format.which);
}

column_pointer open_as(const rows& part, const arrow::views& format) {
    const std::int64_t count = part.array.n_buffers;
    constexpr std::int64_t fixed = 3;  // nulls, views, and the sizes of the others
    require(count >= fixed && part.array.buffers != nullptr,
            "it has not the buffers that its format asks for");
    std::vector<view_column::buffer> buffers;
    const std::byte* sizes = buffer(part, count - 1, count == fixed);
    for (std::int64_t i = 0; i < count - fixed; ++i) {
        const auto size = load_at<std::int64_t>(sizes, static_cast<std::size_t>(i));
        require(size >= 0, "the size of a buffer is negative");
        buffers.push_back({buffer(part, 2 + i, size <= 0), size});
    }
    return with_nulls(part, std::make_unique<view_column>(format.which, values_in(part, 1, 16),
                                                          std::move(buffers), part.size));
}

// ---- columns with children ----------------------------------------------------------------------

column_pointer open_as(const rows& part, const arrow::structs&) {
    require_buffers(part, 1);
    require_children(part, part.array.n_children);
    if (part.array.n_children == 0) require_few(part);
    std::vector<column_pointer> fields;
    for (std::int64_t i = 0; i < part.array.n_children; ++i) {
        const rows field = child(part, static_cast<std::size_t>(i));
        fields.push_back(open(narrowed(field, part.position(), part.size)));
    }
    return with_nulls(
        part, std::make_unique<composite_column>(kind::tuple, std::move(fields), part.size));
}

column_pointer open_as(const rows& part, const arrow::lists& format) {
    require_buffers(part, format.views ? 3 : 2);
    require_children(part, 1);
    list_column::places where;
    where.wide = format.wide;
    const std::size_t width = format.wide ? 8 : 4;
    if (part.size == 0) return std::make_unique<null_column>(0);
    where.offsets = values_in(part, 1, width);
    if (format.views) where.sizes = values_in(part, 2, width);
    return with_nulls(part, std::make_unique<list_column>(where, open(child(part, 0)), part.size));
}

column_pointer open_as(const rows& part, const arrow::fixed_lists& format) {
    require_buffers(part, 1);
    require_children(part, 1);
    list_column::places where;
    where.length = format.length;
    if (where.length == 0) require_few(part);
    const rows values = child(part, 0);
    require(where.length == 0 || part.position() + part.size <= values.size / where.length,
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

column_pointer open_as(const rows& part, const arrow::runs&) {
    require_buffers(part, 0);
    require_children(part, 2);
    require_few(part);
    const rows ends = child(part, 0);
    const arrow_format format = format_of(ends.schema);
    const auto* numbers = std::get_if<arrow::numbers>(&format);
    require(numbers != nullptr, no_integers);
    switch (numbers->type) {
        case number_type::int16:
            return open_runs_of<std::int16_t>(part, ends);
        case number_type::int32:
            return open_runs_of<std::int32_t>(part, ends);
        case number_type::int64:
            return open_runs_of<std::int64_t>(part, ends);
        default:
            throw malformed_column(no_integers);
    }
}

column_pointer open_dictionary(const rows& part) {
    const arrow_format format = format_of(part.schema);
    const auto* index = std::get_if<arrow::numbers>(&format);
    require(index != nullptr && is_integer(index->type), no_integers);
    require_buffers(part, 2);
    const rows entries =
        rows_of(part.schema.dictionary, part.array.dictionary, part.depth + 1, part.stored);
    return with_nulls(part, std::make_unique<dictionary_column>(
                                index->type, layout_in(part, index->width), open(entries),
                                dictionary_column::negative_index::is_malformed));
}

column_pointer open(const rows& part) {
    if (part.schema.dictionary != nullptr) return open_dictionary(part);
    return std::visit([&part](const auto& format) { return open_as(part, format); },
                      format_of(part.schema));
}

// ---- one column -------------------------------------------------------------------------------

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
    if (schema.n_children == 0) throw_unsupported("a table of no columns: pass one of one column");
    require(schema.n_children > 0 && schema.children != nullptr,
            "it has not the children that its format asks for");
    throw_unsupported(std::to_string(schema.n_children) + " columns (" + names_of(schema) +
                      "): pass one of them");
}

column_pointer open_arrow_column(const ArrowSchema& schema, const ArrowArray& array) {
    require_one_column(schema);
    std::size_t stored = 0;
    const rows all = rows_of(&schema, &array, 0, &stored);
    column_pointer opened;
    if (is_table(schema)) {
        require_children(all, 1);
        opened = open(narrowed(child(all, 0), all.position(), all.size));
    } else {
        opened = open(all);
    }
    opened->limit_members(stored);
    return opened;
}

}  // namespace cvmcount
