#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <span>
#include <type_traits>

#include "arrow/columns.hpp"
#include "columns/gather.hpp"
#include "columns/reading_work.hpp"
#include "columns/string_filter.hpp"
#include "identity/decimal.hpp"
#include "simd/vector_level.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

constexpr const char* bad_offsets = "its offsets are negative or fall";
constexpr std::uint32_t most_inline = 12;
constexpr std::size_t long_bytes = 4096;  // shorter ones are not worth asking whether to stop

}  // namespace

filter_output null_column::read_block(const block& which) const {
    return filter_one_by_one(which.size, which.missing, which.rules, which.out,
                             [](std::size_t, std::uint64_t&) { return false; });
}

filter_output bit_column::read_block(const block& which) const {
    const reading_rules& rules = which.rules;
    if (which.seen != nullptr && which.seen[0] != 0 && which.seen[1] != 0) {  // nothing else is new
        filter_output result = {0, which.missing_values()};
        which.out[0] = rules.hash->of_missing();
        result.kept =
            result.missing > 0 && !rules.dropna && which.out[0] <= rules.threshold ? 1 : 0;
        return result;
    }
    word_block words;
    for (std::size_t i = 0; i < which.size; ++i) {
        const std::size_t bit = first_ + which.begin + i;
        words[i] = bits_[bit / 8] >> bit % 8 & 1;
        const bool is_missing = which.missing != nullptr && is_set(which.missing, i);
        if (which.seen != nullptr && !is_missing) which.seen[words[i]] = 1;
    }
    const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
    return level_in_use().filter_words(word_form::integer, {bytes, which.size, which.missing},
                                       rules, which.out);
}

// Finds the coefficient. Returns false where it or its negative does not fit in an int64.
bool decimal_column::is_word(std::size_t i, std::int64_t& coefficient) const noexcept {
    const std::byte* at = value(i);
    if (width_ == sizeof(std::int32_t)) {
        coefficient = load_at<std::int32_t>(at, 0);
        return true;
    }
    constexpr bool is_little = std::endian::native == std::endian::little;
    const std::size_t words = width_ / sizeof(std::int64_t);
    coefficient = load_at<std::int64_t>(at, is_little ? 0 : words - 1);
    const std::int64_t sign = coefficient < 0 ? -1 : 0;
    bool fits =
        coefficient != std::numeric_limits<std::int64_t>::min() && (is_signed_ || sign == 0);
    for (std::size_t word = 1; word < words; ++word) {
        fits &= load_at<std::int64_t>(at, is_little ? word : words - 1 - word) == sign;
    }
    return fits;
}

// Finds the values as 64-bit integers. Returns false where one that is not missing is none.
bool decimal_column::are_whole(const block& which, std::uint64_t* words) const noexcept {
    for (std::size_t i = 0; i < which.size; ++i) {
        prefetch_ahead(value(which.begin + i));
        std::int64_t coefficient = 0;
        if (which.missing != nullptr && is_set(which.missing, i)) {
            words[i] = 0;
        } else if (!is_word(which.begin + i, coefficient)) {
            return false;
        } else {
            const std::uint64_t sign = coefficient < 0 ? ~std::uint64_t{0} : 0;
            const std::uint64_t magnitude = (static_cast<std::uint64_t>(coefficient) ^ sign) - sign;
            if (!divide_by_power_of_ten(magnitude, scale_, words[i])) return false;
            words[i] = (words[i] ^ sign) - sign;
        }
    }
    return true;
}

// Finds the coefficient without its sign, in little-endian bytes. Returns whether it is negative.
bool decimal_column::find_magnitude(std::size_t i,
                                    std::array<std::byte, 32>& magnitude) const noexcept {
    std::memcpy(magnitude.data(), value(i), width_);
    const auto end = magnitude.begin() + static_cast<std::ptrdiff_t>(width_);
    if constexpr (std::endian::native == std::endian::big) std::reverse(magnitude.begin(), end);
    const bool negative = is_signed_ && (end[-1] & std::byte{0x80}) != std::byte{0};
    bool carry = negative;  // two's complement
    for (auto byte = magnitude.begin(); negative && byte != end; ++byte) {
        *byte = ~*byte;
        if (carry) *byte = static_cast<std::byte>(std::to_integer<unsigned>(*byte) + 1);
        carry = carry && *byte == std::byte{0};
    }
    return negative;
}

std::uint64_t decimal_column::identify_long(std::size_t i,
                                            const identity_hash& hash) const noexcept {
    std::array<std::byte, 32> magnitude;
    const bool negative = find_magnitude(i, magnitude);
    return identify_decimal({magnitude.data(), width_}, negative, scale_, hash);
}

filter_output decimal_column::read_block(const block& which) const {
    word_block words;
    if (are_whole(which, words.data())) {
        const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
        return level_in_use().filter_words(word_form::integer, {bytes, which.size, which.missing},
                                           which.rules, which.out);
    }
    const identity_hash& hash = *which.rules.hash;
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        prefetch_ahead(value(which.begin + i));
        std::int64_t coefficient = 0;
        const bool is_short =
            is_word(which.begin + i, coefficient) &&
            identify_short_decimal(static_cast<std::uint64_t>(std::abs(coefficient)),
                                   coefficient < 0, scale_, hash, identity);
        if (!is_short) identity = identify_long(which.begin + i, hash);
        return true;
    };
    return filter_one_by_one(which.size, which.missing, which.rules, which.out, identify);
}

template <class Offset>
filter_output string_column<Offset>::read_block(const block& which) const {
    const std::byte* offsets = offsets_ + which.begin * sizeof(Offset);
    const auto offset = [offsets](std::size_t i) { return load_at<Offset>(offsets, i); };
    // The sign of each offset, and of each difference without overflow.
    using bits = std::make_unsigned_t<Offset>;
    auto signs = static_cast<bits>(offset(0));
    for (std::size_t i = 0; i < which.size; ++i) {
        prefetch_ahead(offsets + i * sizeof(Offset));
        const auto next = static_cast<bits>(offset(i + 1));
        signs |= next | (next - static_cast<bits>(offset(i)));
    }
    if (static_cast<Offset>(signs) < 0 || offset(which.size) > end_) {
        throw malformed_column(bad_offsets);
    }
    const std::byte* bytes = bytes_;
    const auto string = [offset, bytes](std::size_t i) {
        const auto length = static_cast<std::size_t>(offset(i + 1) - offset(i));
        return std::span<const std::byte>(bytes + offset(i), length);
    };
    return filter_strings(which.size, which.missing, which.rules, kind_, which.out, string);
}

template <class Offset>
std::span<const std::byte> string_column<Offset>::bytes_at(std::size_t i) const {
    const auto begin = load_at<Offset>(offsets_, i);
    const auto end = load_at<Offset>(offsets_, i + 1);
    if (begin < 0 || end < begin || end > end_) {
        throw malformed_column(bad_offsets);
    }
    return {bytes_ + begin, static_cast<std::size_t>(end - begin)};
}

template <class Offset>
bool string_column<Offset>::identify_one(std::size_t i, const reading_rules& rules,
                                         std::uint64_t& identity) const {
    const std::span<const std::byte> bytes = bytes_at(i);
    if (rules.work != nullptr && bytes.size() >= long_bytes) rules.work->add_bytes(bytes.size());
    identity = rules.hash->of_bytes(kind_, bytes);
    return true;
}

template class string_column<std::int32_t>;
template class string_column<std::int64_t>;

// One buffer may hold the bytes of any number of views.
std::span<const std::byte> view_column::bytes_of(const std::byte* view, reading_work* work) const {
    const auto length = load_at<std::uint32_t>(view, 0);  // a negative one is a large one
    if (length <= most_inline) return {view + 4, length};
    const std::size_t number = load_at<std::uint32_t>(view, 2);
    const std::int64_t offset = load_at<std::int32_t>(view, 3);
    if (number >= buffers_.size() || offset < 0 || offset > buffers_[number].size - length) {
        throw malformed_column("a view points beyond its buffer");
    }
    if (work != nullptr && length >= long_bytes) work->add_bytes(length);
    return {buffers_[number].bytes + offset, length};
}

filter_output view_column::read_block(const block& which) const {
    const std::byte* views = views_ + which.begin * view_bytes;
    reading_work* const work = which.rules.work;
    const auto bytes_at = [this, views, work](std::size_t i) {
        prefetch_ahead(views + i * view_bytes);
        return bytes_of(views + i * view_bytes, work);
    };
    return filter_strings(which.size, which.missing, which.rules, kind_, which.out, bytes_at);
}

bool view_column::identify_one(std::size_t i, const reading_rules& rules,
                               std::uint64_t& identity) const {
    identity = rules.hash->of_bytes(kind_, bytes_of(views_ + i * view_bytes, rules.work));
    return true;
}

}  // namespace cvmcount
