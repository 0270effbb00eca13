#include "arrow/format.hpp"

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/open_column.hpp"
#include "base/calendar.hpp"

namespace cvmcount {
namespace {

constexpr std::int64_t second = nanoseconds_a_second;
constexpr std::int64_t millisecond = nanoseconds_a_millisecond;
constexpr std::int64_t microsecond = nanoseconds_a_microsecond;

constexpr arrow_format time_in(std::int64_t factor, bool narrow) {
    return arrow::times{{.which = kind::time, .factor = factor, .narrow = narrow}};
}

constexpr arrow_format duration_in(std::int64_t factor) {
    return arrow::times{{.which = kind::duration, .factor = factor}};
}

constexpr std::pair<std::string_view, arrow_format> formats_without_parameters[] = {
    {"n", arrow::nulls{}},
    {"b", arrow::bits{}},
    {"c", arrow::numbers{number_type::int8, 1}},
    {"C", arrow::numbers{number_type::uint8, 1}},
    {"s", arrow::numbers{number_type::int16, 2}},
    {"S", arrow::numbers{number_type::uint16, 2}},
    {"i", arrow::numbers{number_type::int32, 4}},
    {"I", arrow::numbers{number_type::uint32, 4}},
    {"l", arrow::numbers{number_type::int64, 8}},
    {"L", arrow::numbers{number_type::uint64, 8}},
    {"e", arrow::numbers{number_type::real16, 2}},
    {"f", arrow::numbers{number_type::real32, 4}},
    {"g", arrow::numbers{number_type::real64, 8}},
    {"_pli128", arrow::decimals{.width = 16, .is_signed = true, .scale = 0}},  // Polars' own
    {"_plu128", arrow::decimals{.width = 16, .is_signed = false, .scale = 0}},
    {"u", arrow::strings{kind::text, false}},
    {"U", arrow::strings{kind::text, true}},
    {"vu", arrow::views{kind::text}},
    {"z", arrow::strings{kind::bytes, false}},
    {"Z", arrow::strings{kind::bytes, true}},
    {"vz", arrow::views{kind::bytes}},
    {"tdD", arrow::times{{.which = kind::date, .narrow = true}}},
    {"tdm", arrow::times{{.which = kind::date, .divisor = milliseconds_a_day}}},
    {"tts", time_in(second, true)},
    {"ttm", time_in(millisecond, true)},
    {"ttu", time_in(microsecond, false)},
    {"ttn", time_in(1, false)},
    {"tDs", duration_in(second)},
    {"tDm", duration_in(millisecond)},
    {"tDu", duration_in(microsecond)},
    {"tDn", duration_in(1)},
    {"+s", arrow::structs{}},
    {"+l", arrow::lists{.wide = false, .views = false}},
    {"+m", arrow::lists{.wide = false, .views = false}},  // maps
    {"+L", arrow::lists{.wide = true, .views = false}},
    {"+vl", arrow::lists{.wide = false, .views = true}},
    {"+vL", arrow::lists{.wide = true, .views = true}},
    {"+r", arrow::runs{}},
};

// These are followed by a zone, or by nothing.
constexpr std::pair<std::string_view, std::int64_t> timestamps[] = {
    {"tss:", second}, {"tsm:", millisecond}, {"tsu:", microsecond}, {"tsn:", 1}};

void require(bool holds, const char* otherwise) {
    if (!holds) throw malformed_column(otherwise);
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

bool is_extension(const ArrowSchema& schema, std::string_view name) {
    return metadata_of(schema, "ARROW:extension:name") == name;
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

std::size_t size_in(std::string_view text) {
    const std::vector<std::int64_t> numbers = numbers_in(text);
    require(numbers.size() == 1, "its format has more than one size");
    require(numbers[0] >= 0, "its format has a negative size");
    return static_cast<std::size_t>(numbers[0]);
}

arrow_format decimals_of(std::string_view text) {
    const std::vector<std::int64_t> numbers = numbers_in(text);
    require(numbers.size() == 2 || numbers.size() == 3, "its format is that of no decimal");
    const std::int64_t bits = numbers.size() == 2 ? 128 : numbers[2];
    if (bits != 32 && bits != 64 && bits != 128 && bits != 256) {
        throw unsupported_column("decimals of " + std::to_string(bits) + " bits");
    }
    return arrow::decimals{static_cast<std::size_t>(bits / 8), true, numbers[1]};
}

arrow_format fixed_bytes_of(const ArrowSchema& schema, std::size_t width) {
    constexpr std::size_t uuid_bytes = 16;
    const bool is_uuid = width == uuid_bytes && is_extension(schema, "arrow.uuid");
    return arrow::fixed_bytes{width, is_uuid ? kind::uuid : kind::bytes};
}

}  // namespace

arrow_format format_of(const ArrowSchema& schema) {
    const std::string_view text = schema.format;
    if (text == "c" && is_extension(schema, "arrow.bool8")) {
        return arrow::numbers{number_type::boolean, 1};
    }
    for (const auto& [known, format] : formats_without_parameters) {
        if (text == known) return format;
    }
    for (const auto& [begin, factor] : timestamps) {
        if (!text.starts_with(begin)) continue;
        const bool has_zone = text.size() > begin.size();
        return arrow::times{
            {.which = has_zone ? kind::aware_datetime : kind::datetime, .factor = factor}};
    }
    if (text.starts_with("w:")) return fixed_bytes_of(schema, size_in(text.substr(2)));
    if (text.starts_with("d:")) return decimals_of(text.substr(2));
    if (text.starts_with("+w:")) return arrow::fixed_lists{size_in(text.substr(3))};
    if (text.starts_with("+u")) {
        throw unsupported_column("values of a union: pass its members one by one");
    }
    if (text.starts_with("ti")) {
        throw unsupported_column(
            "intervals of months, days and less, which have no fixed length: cast them to text");
    }
    throw unsupported_column("values of the Arrow format '" + std::string(text) +
                             "': cast them to another type");
}

}  // namespace cvmcount
