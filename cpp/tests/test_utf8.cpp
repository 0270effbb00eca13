// A red run means that text of one container is not the same element as text of another.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cvmcount/utf8.hpp"

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

}  // namespace
}  // namespace cvmcount::testing
