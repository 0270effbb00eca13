// Item bytes: the canonical binary form of a value, in which it is kept and saved.
//
// It is a small part of CBOR (RFC 8949): every value has one form. docs/format.md lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cvmcount {

using item_bytes = std::vector<std::byte>;

// The tags of CBOR that say what a value is. Those from 43520 on are our own.
enum class item_tag : std::uint64_t {
    big_natural = 2,
    big_negative = 3,
    decimal = 4,
    fraction = 30,
    uuid = 37,
    date = 100,
    frozenset = 258,
    complex = 43000,
    datetime = 43520,
    aware_datetime = 43521,
    time = 43522,
    aware_time = 43523,
    duration = 43524,
    object = 43530,  // of Python, pickled
};

// Appends one value after the other. All of these throw std::bad_alloc.
class item_writer {
  public:
    explicit item_writer(item_bytes& out) noexcept : out_(out) {}

    void missing() { byte(0xf6); }
    void boolean(bool value) { byte(value ? 0xf5 : 0xf4); }
    void integer(std::int64_t value);
    void natural(std::uint64_t value) { head(0, value); }
    void real(double value);
    void complex(double real_part, double imaginary_part);
    void text(std::span<const std::byte> utf8) { string(3, utf8); }
    void bytes(std::span<const std::byte> value) { string(2, value); }
    void uuid(std::span<const std::byte> value);
    void date(std::int64_t days);

    // A point in time or an amount of it: count * factor nanoseconds, where the factor is positive.
    void nanoseconds(item_tag which, std::int64_t count, std::int64_t factor);

    // coefficient * 10**exponent, the coefficient in little-endian bytes without a sign.
    void decimal(std::span<const std::byte> magnitude, bool negative, std::int64_t exponent);

    // So many values follow, which are its members.
    void begin_tuple(std::size_t members) { head(4, members); }

  private:
    void byte(unsigned value) { out_.push_back(static_cast<std::byte>(value)); }
    void head(unsigned major, std::uint64_t argument);
    void tag(item_tag which) { head(6, static_cast<std::uint64_t>(which)); }
    void string(unsigned major, std::span<const std::byte> value);
    void whole(std::span<const std::byte> magnitude, bool negative);

    item_bytes& out_;
};

}  // namespace cvmcount
