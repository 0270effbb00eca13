#include "items/item_number.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/bit_cast.hpp"
#include "base/mix.hpp"
#include "items/item_writer.hpp"

namespace cvmcount {
namespace {

constexpr unsigned code_false = 0xf4, code_true = 0xf5, code_missing = 0xf6, code_real = 0xfb;

// What the first byte and the argument behind it say.
struct head {
    unsigned major;
    std::uint64_t argument;
};

// Cuts the head off. Precondition: the items were written by an item_writer, so it is there.
head take_head(std::span<const std::byte>& item) noexcept {
    const auto first = std::to_integer<unsigned>(item[0]);
    const unsigned code = first & 31;
    const std::size_t size = code < 24 ? 0 : std::size_t{1} << (code - 24);
    std::uint64_t argument = code < 24 ? code : 0;
    for (std::size_t i = 1; i <= size; ++i) {
        argument = argument << 8 | std::to_integer<std::uint64_t>(item[i]);
    }
    item = item.subspan(1 + size);
    return {first >> 5, argument};
}

item_number real(double value) noexcept {
    return {number_form::real, bit_cast<std::uint64_t>(value)};
}

// An integer, as an int64 where it is one. Returns false where it is none.
bool read_integer(std::span<const std::byte>& item, item_number& number) noexcept {
    auto [major, argument] = take_head(item);
    if (major <= 1) {
        if (argument >> 63 == 0) {
            number = {number_form::integer, major == 0 ? argument : ~argument};
        } else {
            number = real(major == 0 ? static_cast<double>(argument)
                                     : -1.0 - static_cast<double>(argument));
        }
        return true;
    }
    const bool is_negative = argument == static_cast<std::uint64_t>(item_tag::big_negative);
    const bool is_big =
        is_negative || argument == static_cast<std::uint64_t>(item_tag::big_natural);
    if (major != 6 || !is_big) return false;
    const auto size = static_cast<std::size_t>(take_head(item).argument);
    double value = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
        value = 256.0 * value + std::to_integer<unsigned>(item[i]);
    }
    item = item.subspan(size);
    number = real(is_negative ? -value : value);
    return true;
}

// The double next to mantissa * 10**exponent, nearly always: both are exact up to 2**53 and 10**22.
double decimal(double mantissa, double exponent) noexcept {
    return exponent < 0 ? mantissa / std::pow(10.0, -exponent)
                        : mantissa * std::pow(10.0, exponent);
}

bool read_tagged(std::span<const std::byte> item, item_number& number) noexcept {
    auto rest = item;
    const std::uint64_t tag = take_head(rest).argument;
    if (tag == static_cast<std::uint64_t>(item_tag::duration)) {
        if (!read_integer(rest, number)) return false;
        if (number.form == number_form::integer) number.form = number_form::duration;
        return number.form == number_form::duration;
    }
    if (tag == static_cast<std::uint64_t>(item_tag::decimal)) {
        item_number exponent;
        take_head(rest);
        if (!read_integer(rest, exponent) || !read_integer(rest, number)) return false;
        number = real(
            decimal(as_double(number.bits, number.form), as_double(exponent.bits, exponent.form)));
        return true;
    }
    return read_integer(item, number);
}

}  // namespace

double as_double(std::uint64_t bits, number_form form) noexcept {
    return form == number_form::real ? bit_cast<double>(bits)
                                     : static_cast<double>(static_cast<std::int64_t>(bits));
}

bool read_number(std::span<const std::byte> item, item_number& number) noexcept {
    const auto first = std::to_integer<unsigned>(item[0]);
    switch (first) {
        case code_missing:
            number = {};
            return true;
        case code_false:
        case code_true:
            number = {number_form::integer, first == code_true ? 1U : 0U};
            return true;
        case code_real: {
            std::uint64_t bits = 0;
            for (std::size_t i = 1; i <= sizeof bits; ++i) {
                bits = bits << 8 | std::to_integer<std::uint64_t>(item[i]);
            }
            number = {number_form::real, bits};
            return true;
        }
        default:
            break;
    }
    const unsigned major = first >> 5;
    if (major <= 1) return read_integer(item, number);
    return major == 6 && read_tagged(item, number);
}

void number_totals::add(std::uint64_t bits, number_form form) noexcept {
    const bool is_negative = form != number_form::real && bits >> 63 != 0;
    add({.numbers = 1,
         .sum_low = bits,
         .sum_high = is_negative ? ~std::uint64_t{0} : 0,
         .least = bits,
         .greatest = bits},
        form);
}

void number_totals::add(const number_totals& others, number_form form) noexcept {
    if (others.numbers == 0) return;
    if (numbers == 0) {
        *this = others;
        return;
    }
    numbers += others.numbers;
    if (form == number_form::real) {
        const auto bits = [](double value) { return bit_cast<std::uint64_t>(value); };
        const auto value = [](std::uint64_t word) { return bit_cast<double>(word); };
        sum_low = bits(value(sum_low) + value(others.sum_low));
        least = bits(std::min(value(least), value(others.least)));
        greatest = bits(std::max(value(greatest), value(others.greatest)));
        return;
    }
    sum_low += others.sum_low;
    sum_high += others.sum_high + (sum_low < others.sum_low ? 1 : 0);
    const auto value = [](std::uint64_t word) { return static_cast<std::int64_t>(word); };
    least = static_cast<std::uint64_t>(std::min(value(least), value(others.least)));
    greatest = static_cast<std::uint64_t>(std::max(value(greatest), value(others.greatest)));
}

double number_totals::sum_as_double(number_form form) const noexcept {
    if (form == number_form::real) return bit_cast<double>(sum_low);
    const auto of_magnitude = [](std::uint64_t high, std::uint64_t low) {
        return static_cast<double>(high) * two_to_64 + static_cast<double>(low);
    };
    if (sum_high >> 63 == 0) return of_magnitude(sum_high, sum_low);
    return -of_magnitude(~sum_high + (sum_low == 0 ? 1 : 0), 0 - sum_low);
}

void number_totals::make_real() noexcept {
    if (numbers == 0) return;
    sum_low = bit_cast<std::uint64_t>(sum_as_double(number_form::integer));
    sum_high = 0;
    least = bit_cast<std::uint64_t>(as_double(least, number_form::integer));
    greatest = bit_cast<std::uint64_t>(as_double(greatest, number_form::integer));
}

}  // namespace cvmcount
