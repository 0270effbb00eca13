#include <array>
#include <cmath>
#include <type_traits>

#include "base/bit_cast.hpp"
#include "columns/array_columns.hpp"
#include "columns/gather.hpp"

namespace cvmcount {
namespace {

// Gathers, of values of one byte, those that are valid and were not seen yet. Returns how many.
template <class Type>
std::size_t gather_new_bytes(const std::byte* first, std::ptrdiff_t stride, std::size_t size,
                             const std::uint8_t* missing, std::uint8_t* seen,
                             word_block& words) noexcept {
    std::size_t count = 0;
    for_each_valid(missing, size, [&](std::size_t i) {
        const std::byte* source = first + stride * static_cast<std::ptrdiff_t>(i);
        const auto value = load<std::uint8_t>(source, false);
        words[count] = value;
        count += seen[value] == 0 ? 1 : 0;
        seen[value] = 1;
    });
    for (std::size_t i = 0; i < count; ++i) {
        words[i] = Type::word(static_cast<std::uint8_t>(words[i]));
    }
    return count;
}

}  // namespace

template <class Type>
filter_output number_column::read_words(word_form form, const block& which) const noexcept {
    using bits = typename Type::bits;
    const std::byte* first = value(which.begin);
    const auto hashed = [&](const void* words, std::size_t size, const std::uint8_t* missing) {
        const auto* bytes = static_cast<const std::byte*>(words);
        return level_in_use().filter_words(form, {bytes, size, missing}, which.rules, which.out);
    };
    constexpr bool is_word = std::is_same_v<Type, natural<std::uint64_t>>;
    if (is_word && values().stride == 8 && !values().swapped) {
        return hashed(first, which.size, which.missing);
    }
    word_block words;
    if (sizeof(bits) == 1 && which.seen != nullptr && which.drops_missing()) {
        constexpr bool is_boolean = std::is_same_v<Type, boolean>;
        if (is_boolean && which.seen[0] != 0 && which.seen[1] != 0) {  // nothing else is new
            return {0, which.missing_values()};
        }
        const std::size_t size = gather_new_bytes<Type>(first, values().stride, which.size,
                                                        which.missing, which.seen, words);
        filter_output result = hashed(words.data(), size, nullptr);
        result.missing = which.missing_values();
        return result;
    }
    if (values().swapped) {
        gather<Type, true>(first, values().stride, which.size, words.data());
    } else {
        gather<Type, false>(first, values().stride, which.size, words.data());
    }
    return hashed(words.data(), which.size, which.missing);
}

template <class Real>
filter_output number_column::read_complex(const block& which) const noexcept {
    using bits = typename Real::bits;
    return filter_one_by_one(
        which.size, which.missing, which.rules, which.out,
        [&](std::size_t i, std::uint64_t& identity) {
            const std::byte* source = value(which.begin + i);
            const auto part = [&](std::size_t number) {
                const std::byte* at = source + number * sizeof(bits);
                return bit_cast<double>(Real::word(load<bits>(at, values().swapped)));
            };
            const double real = part(0), imaginary = part(1);
            if (std::isnan(real) || std::isnan(imaginary)) return false;
            const identity_hash& hash = *which.rules.hash;
            identity = hash.of_complex(hash.of_real(real), imaginary == 0, hash.of_real(imaginary));
            return true;
        });
}

std::size_t number_column::different_values() const noexcept {
    switch (type_) {
        case number_type::int8:
        case number_type::uint8:
        case number_type::boolean:
            return 256;
        default:
            return 0;
    }
}

filter_output number_column::read_block(const block& which) const {
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
    throw_unidentified();
}

}  // namespace cvmcount
