// A red run means that text of one container is not the same element as text of another.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "support/random_words.hpp"
#include "support/reference_lines.hpp"

namespace cvmcount::testing {
namespace {

template <class CodeUnit>
std::string encoded(const std::vector<CodeUnit>& text) {
    std::vector<std::byte> out(text.size() * utf8_bytes_per_unit<CodeUnit>);
    const std::size_t size = encode_utf8(text.data(), text.size(), out.data());
    return {reinterpret_cast<const char*>(out.data()), size};
}

TEST_CASE("the ends of each length") {
    CHECK(encoded<std::uint8_t>({0x00, 0x7f, 0x80, 0xff}) ==
          std::string("\x00\x7f\xc2\x80\xc3\xbf", 6));
    CHECK(encoded<std::uint16_t>({0x7ff, 0x800, 0xffff}) == "\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    CHECK(encoded<std::uint32_t>({0x10000, 0x10ffff}) == "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

TEST_CASE("surrogates stay alone, as Python's surrogatepass writes them") {
    CHECK(encoded<std::uint16_t>({0xd800, 0xdc00}) == "\xed\xa0\x80\xed\xb0\x80");
    CHECK(encoded<std::uint32_t>({0xdfff}) == "\xed\xbf\xbf");
}

TEST_CASE("the width of the units does not matter") {
    CHECK(encoded<std::uint8_t>({'a', 0xe9}) == encoded<std::uint16_t>({'a', 0xe9}));
    CHECK(encoded<std::uint16_t>({'a', 0x20ac}) == encoded<std::uint32_t>({'a', 0x20ac}));
}

std::string utf8_bytes(std::initializer_list<std::uint32_t> bytes) {
    std::string text;
    for (const std::uint32_t byte : bytes) text += static_cast<char>(byte);
    return text;
}

TEST_CASE("what is valid, at the ends of each range") {
    for (const auto& text :
         {utf8_bytes({}), utf8_bytes({0}), utf8_bytes({0x7f}), utf8_bytes({0xc2, 0x80}),
          utf8_bytes({0xdf, 0xbf}), utf8_bytes({0xe0, 0xa0, 0x80}), utf8_bytes({0xed, 0x9f, 0xbf}),
          utf8_bytes({0xee, 0x80, 0x80}), utf8_bytes({0xef, 0xbf, 0xbf}),
          utf8_bytes({0xf0, 0x90, 0x80, 0x80}), utf8_bytes({0xf4, 0x8f, 0xbf, 0xbf})}) {
        CHECK(is_utf8(bytes_of(text)));
        CHECK(reference_is_utf8(text));
    }
    for (const auto& text :
         {utf8_bytes({0x80}), utf8_bytes({0xc1, 0xbf}), utf8_bytes({0xc2}),
          utf8_bytes({0xc2, 0x7f}), utf8_bytes({0xc2, 0xc0}), utf8_bytes({0xe0, 0x9f, 0xbf}),
          utf8_bytes({0xe1, 0x80}), utf8_bytes({0xed, 0xa0, 0x80}), utf8_bytes({0xef, 0xbf, 0x7f}),
          utf8_bytes({0xf0, 0x8f, 0xbf, 0xbf}), utf8_bytes({0xf4, 0x90, 0x80, 0x80}),
          utf8_bytes({0xf5, 0x80, 0x80, 0x80}), utf8_bytes({0xff})}) {
        CHECK(!is_utf8(bytes_of(text)));
        CHECK(!reference_is_utf8(text));
    }
}

TEST_CASE("a byte that is not ASCII is seen wherever it stands") {
    for (std::size_t size = 1; size <= 40; ++size) {
        std::vector<std::byte> bytes(size, std::byte{'x'});
        CHECK(is_ascii(bytes));
        for (std::byte& byte : bytes) {
            byte = std::byte{0x80};
            CHECK_FALSE(is_ascii(bytes));
            CHECK_FALSE(is_utf8(bytes));
            byte = std::byte{'x'};
        }
    }
}

TEST_CASE("checked in pieces as at once, and as by decoding") {
    random_words random(1);
    const std::vector<std::string> parts = {"x",    "abcdefgh", "é",    "日",   "𐍈",
                                            "\x80", "\xc2",     "\xe0", "\xed", "\xf4"};
    int valid = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        const std::size_t broken = random.below(4);  // parts in ten
        for (std::size_t i = random.below(8); i > 0; --i) {
            const bool breaks = random.below(10) < broken;
            text += parts[random.below(5) + (breaks ? 5 : 0)];
        }
        const bool is_valid = reference_is_utf8(text);
        valid += is_valid ? 1 : 0;
        CAPTURE(text);
        CHECK(is_utf8(bytes_of(text)) == is_valid);
        utf8_check check;
        for (auto rest = bytes_of(text); !rest.empty();) {
            const auto piece = rest.first(1 + random.below(rest.size()));
            check.add(piece);
            rest = rest.subspan(piece.size());
        }
        CHECK(check.is_text() == is_valid);
    }
    CHECK(valid > 5000);
    CHECK(valid < 19000);
}

}  // namespace
}  // namespace cvmcount::testing
