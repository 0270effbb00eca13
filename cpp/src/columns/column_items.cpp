// The values of columns as items: what is kept of an element beside its identity.
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/bit_cast.hpp"
#include "base/utf8.hpp"
#include "columns/array_columns.hpp"
#include "columns/composite_column.hpp"
#include "columns/dictionary_column.hpp"
#include "columns/gather.hpp"

namespace cvmcount {
namespace {

template <class Type>
std::uint64_t word_at(const std::byte* source, bool swapped) noexcept {
    return Type::word(load<typename Type::bits>(source, swapped));
}

// An integer of any type as a word, with its sign extended.
std::uint64_t integer_at(number_type type, const std::byte* source, bool swapped) noexcept {
    switch (type) {
        case number_type::int8:
            return word_at<integer<std::int8_t>>(source, swapped);
        case number_type::int16:
            return word_at<integer<std::int16_t>>(source, swapped);
        case number_type::int32:
            return word_at<integer<std::int32_t>>(source, swapped);
        case number_type::uint8:
            return word_at<natural<std::uint8_t>>(source, swapped);
        case number_type::uint16:
            return word_at<natural<std::uint16_t>>(source, swapped);
        case number_type::uint32:
            return word_at<natural<std::uint32_t>>(source, swapped);
        default:
            return word_at<natural<std::uint64_t>>(source, swapped);
    }
}

template <class Real>
double real_at(const std::byte* source, bool swapped) noexcept {
    return bit_cast<double>(word_at<Real>(source, swapped));
}

// Returns whether a double has this size.
bool is_double(std::uint64_t size) noexcept {
    return size == 0 ||
           static_cast<int>(std::bit_width(size)) - std::countr_zero(size) <= double_bits;
}

// NaN is a missing value.
void write_real(double value, item_writer& out) {
    std::isnan(value) ? out.missing() : out.real(value);
}

void write_complex(double real, double imaginary, item_writer& out) {
    std::isnan(real) || std::isnan(imaginary) ? out.missing() : out.complex(real, imaginary);
}

item_tag tag_of(kind which) {
    switch (which) {
        case kind::datetime:
            return item_tag::datetime;
        case kind::aware_datetime:
            return item_tag::aware_datetime;
        case kind::time:
            return item_tag::time;
        case kind::aware_time:
            return item_tag::aware_time;
        case kind::duration:
            return item_tag::duration;
        default:
            throw_unidentified();
    }
}

}  // namespace

void number_column::write_one(std::size_t i, item_writer& out) const {
    const std::byte* const at = value(i);
    const bool swapped = values().swapped;
    using word = natural<std::uint64_t>;
    switch (type_) {
        case number_type::boolean:
            return out.boolean(*at != std::byte{0});
        case number_type::real16:
            return write_real(real_at<real16>(at, swapped), out);
        case number_type::real32:
            return write_real(real_at<real32>(at, swapped), out);
        case number_type::real64:
            return write_real(real_at<word>(at, swapped), out);
        case number_type::complex64:
            return write_complex(real_at<real32>(at, swapped), real_at<real32>(at + 4, swapped),
                                 out);
        case number_type::complex128:
            return write_complex(real_at<word>(at, swapped), real_at<word>(at + 8, swapped), out);
        default:
            break;
    }
    const std::uint64_t bits = integer_at(type_, at, swapped);
    type_ >= number_type::uint8 ? out.natural(bits) : out.integer(static_cast<std::int64_t>(bits));
}

// An integer is told by its identity, since the hash is one-to-one. Not where there are two kinds
// (those of uint64), nor what is written otherwise (booleans).
kind number_column::told_kind() const noexcept {
    switch (type_) {
        case number_type::uint64:
        case number_type::boolean:
        case number_type::complex64:
        case number_type::complex128:
            return kind::count;
        case number_type::real16:
        case number_type::real32:
        case number_type::real64:
            return kind::real;
        default:
            return kind::integer;
    }
}

// A float has the identity of an integer or one of its own. Where that of an integer could be meant
// it is not told, which is once in a thousand times if none is.
bool number_column::tell(std::uint64_t identity, const identity_hash& hash,
                         item_writer& out) const {
    const std::uint64_t word = hash.word_of(kind::integer, identity);
    if (told_kind() == kind::integer) {
        type_ >= number_type::uint8 ? out.natural(word)
                                    : out.integer(static_cast<std::int64_t>(word));
        return true;
    }
    const std::uint64_t natural = hash.word_of(kind::unsigned_integer, identity);
    const double real = bit_cast<double>(hash.word_of(kind::real, identity));
    const bool may_be_whole =
        is_double(word >> 63 == 0 ? word : 0 - word) || (natural >> 63 == 1 && is_double(natural));
    if (may_be_whole || std::isnan(real) || hash.of_real(real) != identity) return false;
    out.real(real);
    return true;
}

kind time_column::told_kind() const noexcept {
    return has_long_times_ ? kind::count : form_.which;
}

bool time_column::tell(std::uint64_t identity, const identity_hash& hash, item_writer& out) const {
    const auto word = static_cast<std::int64_t>(hash.word_of(form_.which, identity));
    if (form_.which == kind::date) {
        out.date(word);
        return true;
    }
    if (word % form_.factor != 0) return false;
    out.nanoseconds(tag_of(form_.which), word / form_.factor, form_.factor);
    return true;
}

void time_column::write_one(std::size_t i, item_writer& out) const {
    const bool swapped = values().swapped;
    const auto width = form_.narrow ? number_type::int32 : number_type::int64;
    auto count = static_cast<std::int64_t>(integer_at(width, value(i), swapped));
    if (form_.least_is_missing && count == std::numeric_limits<std::int64_t>::min()) {
        return out.missing();
    }
    if (form_.which != kind::date) return out.nanoseconds(tag_of(form_.which), count, form_.factor);
    count = count / form_.divisor - (count % form_.divisor < 0 ? 1 : 0);
    // The identity exists, so this cannot overflow.
    out.date(static_cast<std::int64_t>(static_cast<std::uint64_t>(count) *
                                       static_cast<std::uint64_t>(form_.factor)));
}

void fixed_bytes_column::write_one(std::size_t i, item_writer& out) const {
    std::size_t used = width_;
    while (end_ == padding::zeros && used > 0 && value(i)[used - 1] == std::byte{0}) --used;
    const std::span<const std::byte> bytes(value(i), used);
    kind_ == kind::uuid ? out.uuid(bytes) : out.bytes(bytes);
}

void fixed_text_column::write_one(std::size_t i, item_writer& out) const {
    std::vector<std::uint32_t> units(width_);
    for (std::size_t unit = 0; unit < width_; ++unit) {
        units[unit] =
            load<std::uint32_t>(value(i) + unit * sizeof(std::uint32_t), values().swapped);
    }
    while (!units.empty() && units.back() == 0) units.pop_back();
    item_bytes utf8(4 * units.size());
    utf8.resize(encode_utf8(units.data(), units.size(), utf8.data()));
    out.text(utf8);
}

void packed_text_column::write_one(std::size_t i, item_writer& out) const {
    const char* text = nullptr;
    std::size_t size = 0;
    library_.open(library_.context);
    const auto found = library_.unpack(library_.context, value(i), &text, &size);
    item_bytes utf8(size);
    if (found == library::answer::text && size > 0) std::memcpy(utf8.data(), text, size);
    library_.close(library_.context);
    if (found == library::answer::error) throw_unidentified();
    found == library::answer::text ? out.text(utf8) : out.missing();
}

void composite_column::write_one(std::size_t i, item_writer& out) const {
    if (kind_ != kind::tuple) throw_unidentified();  // an object of a class, which Python can make
    out.begin_tuple(fields_.size());
    for (const auto& field : fields_) field->write_item(i, out);
}

void same_text_column::write_one(std::size_t, item_writer& out) const {
    out.text(std::as_bytes(std::span(utf8_)));
}

void dictionary_column::write_one(std::size_t i, item_writer& out) const {
    const std::uint64_t index = integer_at(index_, value(i), values().swapped);
    if (index < entries_->size()) return entries_->write_item(static_cast<std::size_t>(index), out);
    if (negative_ == negative_index::is_malformed || index >> 63 == 0) {
        throw malformed_column("an index is not in its dictionary");
    }
    out.missing();
}

void identity_column::write_one(std::size_t, item_writer&) const {
    throw_unidentified();
}

}  // namespace cvmcount
