// The forms of RFC 8949, appendix A, and of docs/format.md.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "items/item_writer.hpp"

namespace cvmcount {
namespace {

template <class Write>
std::string hex(Write write) {
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    std::string text;
    for (const std::byte one : bytes) {
        const auto value = std::to_integer<unsigned>(one);
        text += "0123456789abcdef"[value >> 4];
        text += "0123456789abcdef"[value & 15];
    }
    return text;
}

std::string of_integer(std::int64_t value) {
    return hex([=](item_writer& out) { out.integer(value); });
}

std::string of_time(std::int64_t count, std::int64_t factor) {
    return hex([=](item_writer& out) { out.nanoseconds(item_tag::duration, count, factor); });
}

std::span<const std::byte> as_bytes(const std::string& text) {
    return std::as_bytes(std::span<const char>(text));
}

TEST_CASE("integers take as few bytes as they need") {
    CHECK(of_integer(0) == "00");
    CHECK(of_integer(23) == "17");
    CHECK(of_integer(24) == "1818");
    CHECK(of_integer(1000) == "1903e8");
    CHECK(of_integer(1000000) == "1a000f4240");
    CHECK(of_integer(1000000000000) == "1b000000e8d4a51000");
    CHECK(of_integer(-1) == "20");
    CHECK(of_integer(-1000) == "3903e7");
    CHECK(of_integer(std::numeric_limits<std::int64_t>::min()) == "3b7fffffffffffffff");
    CHECK(hex([](item_writer& out) { out.natural(~std::uint64_t{0}); }) == "1bffffffffffffffff");
}

TEST_CASE("numbers, truth values, strings and what is missing") {
    CHECK(hex([](item_writer& out) { out.real(1.1); }) == "fb3ff199999999999a");
    CHECK(hex([](item_writer& out) { out.boolean(true); }) == "f5");
    CHECK(hex([](item_writer& out) { out.boolean(false); }) == "f4");
    CHECK(hex([](item_writer& out) { out.missing(); }) == "f6");
    CHECK(hex([](item_writer& out) { out.text(as_bytes("\xc3\xbc")); }) == "62c3bc");
    CHECK(hex([](item_writer& out) { out.bytes(as_bytes("\x01\x02")); }) == "420102");
    CHECK(hex([](item_writer& out) { out.complex(0.0, 1.0); }) ==
          "d9a7f882fb0000000000000000fb3ff0000000000000");
    CHECK(hex([](item_writer& out) {
              out.begin_tuple(2);
              out.integer(1);
              out.missing();
          }) == "8201f6");
}

TEST_CASE("times are nanoseconds, of any size") {
    CHECK(of_time(0, 1) == "d9aa0400");
    CHECK(of_time(2, 1000) == "d9aa041907d0");
    CHECK(of_time(-1, 1) == "d9aa0420");
    CHECK(of_time(-2, 500) == "d9aa043903e7");
    // 2**63 - 1 seconds, and the same before the beginning.
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(of_time(most, 1'000'000'000) == "d9aa04c24c1dcd64ffffffffffc4653600");
    CHECK(of_time(-most, 1'000'000'000) == "d9aa04c34c1dcd64ffffffffffc46535ff");
    CHECK(hex([](item_writer& out) { out.date(-1); }) == "d86420");
}

TEST_CASE("decimals") {
    const auto decimal = [](const std::string& magnitude, bool negative, std::int64_t exponent) {
        return hex([&](item_writer& out) { out.decimal(as_bytes(magnitude), negative, exponent); });
    };
    CHECK(decimal(std::string("\x8d\x6a\x00\x00", 4), false, -2) == "c48221196a8d");
    CHECK(decimal(std::string("\x00\x00", 2), true, 0) == "c4820000");
    CHECK(decimal(std::string("\x00\x01", 2), true, 0) == "c4820038ff");
    // -2**64 is the last that is no big integer.
    CHECK(decimal(std::string("\0\0\0\0\0\0\0\0\1", 9), true, 0) == "c482003bffffffffffffffff");
    CHECK(decimal(std::string("\0\0\0\0\0\0\0\0\1", 9), false, 0) ==
          "c48200c249010000000000000000");
}

}  // namespace
}  // namespace cvmcount
