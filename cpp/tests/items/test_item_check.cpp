// A red run means that bytes from outside are taken for an item which no writer makes, or that what
// a writer makes is refused.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "items/item_check.hpp"
#include "items/item_writer.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

template <class Write>
item_bytes written(Write write) {
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    return bytes;
}

std::vector<item_bytes> every_kind() {
    const std::array<std::byte, 40> some{std::byte{0xff}, std::byte{1}};
    const std::span<const std::byte> all(some);
    const auto with = [](auto write) { return written(write); };
    return {
        with([](item_writer& out) { out.missing(); }),
        with([](item_writer& out) { out.boolean(true); }),
        with([](item_writer& out) { out.integer(-1); }),
        with([](item_writer& out) { out.natural(~std::uint64_t{0}); }),
        with([](item_writer& out) { out.real(0.5); }),
        with([](item_writer& out) { out.complex(0.5, -1.0); }),
        with([=](item_writer& out) { out.text(all.first(0)); }),
        with([=](item_writer& out) { out.bytes(all); }),
        with([=](item_writer& out) { out.uuid(all.first(16)); }),
        with([](item_writer& out) { out.date(-5); }),
        with([](item_writer& out) { out.nanoseconds(item_tag::datetime, 1 << 30, 1 << 30); }),
        with([](item_writer& out) { out.nanoseconds(item_tag::duration, -(1LL << 62), 1 << 20); }),
        with([=](item_writer& out) { out.decimal(all.first(16), true, -3); }),
        with([=](item_writer& out) {
            out.begin_tuple(2);
            out.text(all.first(0));
            out.begin_tuple(1);
            out.integer(300);
        }),
    };
}

item_bytes of(std::initializer_list<unsigned> octets) {
    item_bytes bytes;
    for (const unsigned octet : octets) bytes.push_back(static_cast<std::byte>(octet));
    return bytes;
}

void check_refused(const item_bytes& item, const std::string& reason) {
    const char* const error = error_in_item(item, false);
    REQUIRE(error != nullptr);
    CHECK_MESSAGE(std::string(error).find(reason) != std::string::npos, error);
}

TEST_CASE("what a writer makes is an item, and no part of it or more than it") {
    for (const item_bytes& item : every_kind()) {
        CHECK(error_in_item(item, false) == nullptr);
        for (std::size_t size = 0; size < item.size(); ++size) {
            CHECK(error_in_item(std::span(item).first(size), false) != nullptr);
        }
        item_bytes longer = item;
        longer.push_back(std::byte{0});
        check_refused(longer, "too early");
    }
}

TEST_CASE("an item has one form") {
    check_refused(of({0x18, 23}), "longer");  // a number in one byte more than it needs
    check_refused(of({0x19, 0, 255}), "longer");
    check_refused(of({0x3a, 0, 0, 255, 255}), "longer");
    check_refused(of({0x58, 1, 7}), "longer");     // the length of bytes
    check_refused(of({0xc2, 0x41, 1}), "longer");  // a big integer that is small
    check_refused(of({0xc2, 0x49, 0, 1, 1, 1, 1, 1, 1, 1, 1}), "longer");
    check_refused(of({0xf9, 0, 0}), "unknown form");  // a float of 16 bits
    check_refused(of({0xfa, 0, 0, 0, 0}), "unknown form");
    check_refused(of({0x9f, 0xff}), "unknown form");  // an array without a length
    check_refused(of({0xa0}), "unknown form");        // a map
    check_refused(of({0xf7}), "unknown form");
    check_refused(of({0x1c}), "unknown form");
}

TEST_CASE("what is behind a tag is of its kind") {
    check_refused(of({0xd8, 37, 0x41, 7}), "16 bytes");
    check_refused(of({0xd8, 37, 0}), "another kind");
    check_refused(of({0xd8, 100, 0x41, 7}), "another kind");  // a date that is bytes
    check_refused(of({0xc4, 0x81, 0}), "another kind");       // a decimal of one number
    check_refused(of({0xc4, 0x82, 0, 0x40}), "another kind");
    check_refused(of({0xd9, 0xa7, 0xf8, 0x82, 0, 0}), "another kind");  // complex of integers
    check_refused(of({0xc5, 0}), "unknown form");
    check_refused(of({0xd9, 0xaa, 0x0a, 0x41, 7}), "only pickle");
    CHECK(error_in_item(of({0xd9, 0xaa, 0x0a, 0x41, 7}), true) == nullptr);
}

TEST_CASE("nesting and lengths that bytes only claim") {
    for (const int depth : {100, 101, 102, 5000}) {
        item_bytes nested(static_cast<std::size_t>(depth), std::byte{0x81});
        nested.push_back(std::byte{0});
        CHECK((error_in_item(nested, false) == nullptr) == (depth <= 101));
    }
    check_refused(of({0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "cut off");
    check_refused(of({0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "cut off");
}

TEST_CASE("any bytes are read within their end") {
    random_words random(1);
    int taken = 0;
    for (int round = 0; round < 200'000; ++round) {
        item_bytes bytes(random.below(12));
        for (std::byte& each : bytes) each = static_cast<std::byte>(random.next());
        taken += error_in_item(bytes, random.below(2) == 0) == nullptr ? 1 : 0;
    }
    CHECK(taken > 1000);
}

}  // namespace
}  // namespace cvmcount::testing
