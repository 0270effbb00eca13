#include "items/item_writer.hpp"

#include <array>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "base/mix.hpp"

namespace cvmcount {
namespace {

constexpr unsigned major_natural = 0;
constexpr unsigned major_negative = 1;
constexpr unsigned major_bytes = 2;
constexpr unsigned major_array = 4;

}  // namespace

// The argument takes as few bytes as it needs: 0 to 8.
void item_writer::head(unsigned major, std::uint64_t argument) {
    if (argument < 24) return byte(major << 5 | static_cast<unsigned>(argument));
    const unsigned size_code = argument >> 8 == 0    ? 0
                               : argument >> 16 == 0 ? 1
                               : argument >> 32 == 0 ? 2
                                                     : 3;
    byte(major << 5 | (24 + size_code));
    for (int shift = (8 << size_code) - 8; shift >= 0; shift -= 8) {
        byte(static_cast<unsigned>(argument >> shift & 0xff));
    }
}

void item_writer::string(unsigned major, std::span<const std::byte> value) {
    head(major, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
}

void item_writer::integer(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    if (value < 0) return head(major_negative, ~bits);
    head(major_natural, bits);
}

void item_writer::real(double value) {
    const auto bits = bit_cast<std::uint64_t>(value);
    byte(0xfb);
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<unsigned>(bits >> shift & 0xff));
}

void item_writer::complex(double real_part, double imaginary_part) {
    tag(item_tag::complex);
    head(major_array, 2);
    real(real_part);
    real(imaginary_part);
}

void item_writer::uuid(std::span<const std::byte> value) {
    tag(item_tag::uuid);
    bytes(value);
}

void item_writer::date(std::int64_t days) {
    tag(item_tag::date);
    integer(days);
}

void item_writer::nanoseconds(item_tag which, std::int64_t count, std::int64_t factor) {
    const bool negative = count < 0;
    const auto bits = static_cast<std::uint64_t>(count);
    std::uint64_t high = 0;
    const std::uint64_t low =
        multiply_128(negative ? 0 - bits : bits, static_cast<std::uint64_t>(factor), high);
    std::array<std::byte, 16> magnitude;
    store_le(magnitude.data(), low);
    store_le(magnitude.data() + 8, high);
    tag(which);
    whole(magnitude, negative);
}

void item_writer::decimal(std::span<const std::byte> magnitude, bool negative,
                          std::int64_t exponent) {
    tag(item_tag::decimal);
    head(major_array, 2);
    integer(exponent);
    whole(magnitude, negative);
}

// An integer of any size. That of -n is n-1 with another sign, as CBOR has it.
void item_writer::whole(std::span<const std::byte> magnitude, bool negative) {
    std::vector<std::byte> big_endian(magnitude.rbegin(), magnitude.rend());
    std::size_t first = 0;
    while (first < big_endian.size() && big_endian[first] == std::byte{0}) ++first;
    if (first == big_endian.size()) return head(major_natural, 0);
    if (negative) {
        for (std::size_t i = big_endian.size(); i-- > first;) {
            const bool borrows = big_endian[i] == std::byte{0};
            big_endian[i] = static_cast<std::byte>(std::to_integer<unsigned>(big_endian[i]) - 1);
            if (!borrows) break;
        }
        while (first < big_endian.size() && big_endian[first] == std::byte{0}) ++first;
    }
    const auto used = std::span<const std::byte>(big_endian).subspan(first);
    if (used.size() > sizeof(std::uint64_t)) {
        tag(negative ? item_tag::big_negative : item_tag::big_natural);
        return string(major_bytes, used);
    }
    std::uint64_t word = 0;
    for (const std::byte next : used) word = word << 8 | std::to_integer<std::uint64_t>(next);
    head(negative ? major_negative : major_natural, word);
}

}  // namespace cvmcount
