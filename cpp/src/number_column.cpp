#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "cvmcount/bytes.hpp"
#include "cvmcount/column.hpp"
#include "word_filter.hpp"

namespace cvmcount {
namespace {

using word_block = std::array<std::uint64_t, column::block_values>;

std::uint8_t reversed(std::uint8_t word) noexcept {
    return word;
}
std::uint16_t reversed(std::uint16_t word) noexcept {
    return static_cast<std::uint16_t>(word << 8 | word >> 8);
}
std::uint32_t reversed(std::uint32_t word) noexcept {
    return byte_swap(word);
}
std::uint64_t reversed(std::uint64_t word) noexcept {
    return byte_swap(word);
}

template <class Bits>
Bits load(const std::byte* source, bool swapped) noexcept {
    Bits bits;
    std::memcpy(&bits, source, sizeof bits);
    return swapped ? reversed(bits) : bits;
}

double half_to_double(std::uint16_t bits) noexcept {
    const std::uint64_t sign = std::uint64_t{bits} >> 15 << 63;
    const std::uint64_t exponent = bits >> 10 & 31;
    const std::uint64_t fraction = bits & 1023;
    if (exponent == 0) {  // fraction * 2**-24
        const double size = static_cast<double>(fraction) * 0x1p-24;
        return sign == 0 ? size : -size;
    }
    const std::uint64_t as_double = exponent == 31 ? 2047 : exponent - 15 + 1023;
    return std::bit_cast<double>(sign | as_double << 52 | fraction << 42);
}

// The word that stands for a value in the form that its type has.
template <class Signed>
struct integer {
    using bits = std::make_unsigned_t<Signed>;
    static std::uint64_t word(bits value) noexcept {
        return static_cast<std::uint64_t>(std::int64_t{static_cast<Signed>(value)});
    }
};
template <class Unsigned>
struct natural {
    using bits = Unsigned;
    static std::uint64_t word(bits value) noexcept { return value; }
};
struct boolean {
    using bits = std::uint8_t;
    static std::uint64_t word(bits value) noexcept { return value != 0 ? 1 : 0; }
};
struct real16 {
    using bits = std::uint16_t;
    static std::uint64_t word(bits value) noexcept {
        return std::bit_cast<std::uint64_t>(half_to_double(value));
    }
};
struct real32 {
    using bits = std::uint32_t;
    static std::uint64_t word(bits value) noexcept {
        return std::bit_cast<std::uint64_t>(double{std::bit_cast<float>(value)});
    }
};

template <class Type, bool Swapped>
void gather(const std::byte* first, std::ptrdiff_t stride, std::size_t size,
            word_block& words) noexcept {
    using bits = typename Type::bits;
    constexpr std::size_t in_a_line = 64 / sizeof(bits);
    std::size_t i = 0;
    if (stride == sizeof(bits)) {  // loops of constant stride and length become vector code
        for (; i + in_a_line <= size; i += in_a_line) {
            const std::byte* line = first + i * sizeof(bits);
            prefetch_ahead(line);
            for (std::size_t j = 0; j < in_a_line; ++j) {
                words[i + j] = Type::word(load<bits>(line + j * sizeof(bits), Swapped));
            }
        }
    }
    for (; i < size; ++i) {
        const std::byte* source = first + stride * static_cast<std::ptrdiff_t>(i);
        prefetch_ahead(source);
        words[i] = Type::word(load<bits>(source, Swapped));
    }
}

// As gather, for what is one of few values: those that were not met yet. Returns how many.
template <class Type>
std::size_t gather_new_bytes(const std::byte* first, std::ptrdiff_t stride, std::size_t size,
                             std::uint8_t* met, word_block& words) noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::byte* source = first + stride * static_cast<std::ptrdiff_t>(i);
        const auto value = load<std::uint8_t>(source, false);
        words[count] = value;
        count += met[value] == 0 ? 1 : 0;
        met[value] = 1;
    }
    for (std::size_t i = 0; i < count; ++i) {
        words[i] = Type::word(static_cast<std::uint8_t>(words[i]));
    }
    return count;
}

// Complex numbers are rare enough to be read one by one. Whether it is a value.
bool identify_complex(double real, double imaginary, const identity_hash& hash,
                      std::uint64_t& identity) noexcept {
    if (std::isnan(real) || std::isnan(imaginary)) return false;
    if (imaginary == 0) {
        identity = hash.of_real(real);
        return true;
    }
    std::array<std::uint64_t, 2> parts = {hash.of_real(real), hash.of_real(imaginary)};
    identity = hash.of_members(kind::complex, parts);
    return true;
}

}  // namespace

template <class Type>
filter_output number_column::read_words(word_form form, const block& which) const noexcept {
    using bits = typename Type::bits;
    const std::byte* first = value(which.begin);
    const auto hashed = [&](const void* words, std::size_t size) {
        const auto* bytes = static_cast<const std::byte*>(words);
        return which.rules.words(form, {bytes, size, which.missing}, which.rules.filter, which.out);
    };
    constexpr bool is_word = std::is_same_v<Type, natural<std::uint64_t>>;
    if (is_word && values().stride == 8 && !values().swapped) return hashed(first, which.size);
    word_block words;
    std::size_t size = which.size;
    if (sizeof(bits) == 1 && which.met_bytes != nullptr && which.missing == nullptr) {
        size = gather_new_bytes<Type>(first, values().stride, size, which.met_bytes, words);
    } else if (values().swapped) {
        gather<Type, true>(first, values().stride, size, words);
    } else {
        gather<Type, false>(first, values().stride, size, words);
    }
    return hashed(words.data(), size);
}

template <class Real>
filter_output number_column::read_complex(const block& which) const noexcept {
    using bits = typename Real::bits;
    return filter_one_by_one(
        which.size, which.missing, which.rules.filter, which.out,
        [&](std::size_t i, std::uint64_t& identity) {
            const std::byte* source = value(which.begin + i);
            const auto part = [&](std::size_t number) {
                const std::byte* at = source + number * sizeof(bits);
                return std::bit_cast<double>(Real::word(load<bits>(at, values().swapped)));
            };
            return identify_complex(part(0), part(1), *which.rules.filter.hash, identity);
        });
}

filter_output number_column::read_block(const block& which) const noexcept {
    using word = natural<std::uint64_t>;
    switch (type_) {
        case number_type::int8:
            return read_words<integer<std::int8_t>>(word_form::integer, which);
        case number_type::int16:
            return read_words<integer<std::int16_t>>(word_form::integer, which);
        case number_type::int32:
            return read_words<integer<std::int32_t>>(word_form::integer, which);
        case number_type::int64:
            return read_words<word>(word_form::integer, which);
        case number_type::uint8:
            return read_words<natural<std::uint8_t>>(word_form::integer, which);
        case number_type::uint16:
            return read_words<natural<std::uint16_t>>(word_form::integer, which);
        case number_type::uint32:
            return read_words<natural<std::uint32_t>>(word_form::integer, which);
        case number_type::uint64:
            return read_words<word>(word_form::unsigned_integer, which);
        case number_type::boolean:
            return read_words<boolean>(word_form::integer, which);
        case number_type::real16:
            return read_words<real16>(word_form::real, which);
        case number_type::real32:
            return read_words<real32>(word_form::real, which);
        case number_type::real64:
            return read_words<word>(word_form::real, which);
        case number_type::complex64:
            return read_complex<real32>(which);
        case number_type::complex128:
            return read_complex<word>(which);
    }
    return {unreadable, 0};
}

filter_output time_column::read_block(const block& which) const noexcept {
    // As in identity_hash::of_time: what lies beyond has another form. Dates have no such limit,
    // but are multiplied all the same.
    constexpr std::int64_t nanoseconds_range = (9223372036 - 1) * std::int64_t{1000000000};
    constexpr std::int64_t missing_value = std::numeric_limits<std::int64_t>::min();
    const std::int64_t range =
        kind_ == kind::date ? std::numeric_limits<std::int64_t>::max() : nanoseconds_range;
    const std::int64_t most = range / factor_;
    word_block words;
    if (values().swapped) {
        gather<natural<std::uint64_t>, true>(value(which.begin), values().stride, which.size,
                                             words);
    } else {
        gather<natural<std::uint64_t>, false>(value(which.begin), values().stride, which.size,
                                              words);
    }
    bool fits = true;
    for (std::size_t i = 0; i < which.size; ++i) {
        const auto count = static_cast<std::int64_t>(words[i]);
        const bool is_missing = count == missing_value;
        fits &= is_missing | ((count <= most) & (count >= -most));
        words[i] = is_missing ? words[i] : words[i] * static_cast<std::uint64_t>(factor_);
    }
    if (!fits) return {unreadable, 0};
    filter_rules as_time = which.rules.filter;
    as_time.time_kind = kind_;
    const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
    return which.rules.words(word_form::time, {bytes, which.size, which.missing}, as_time,
                             which.out);
}

}  // namespace cvmcount
