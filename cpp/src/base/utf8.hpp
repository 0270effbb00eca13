// UTF-8, written and checked.
//
// Code points are written one by one: lone surrogates are written as three bytes, as Python's
// "surrogatepass" writes them, so that every string has a byte form and different strings have
// different ones. Text that comes from outside as UTF-8 must be what Python decodes: no surrogates,
// nothing longer than it need be, nothing above 0x10ffff.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace cvmcount {

// The most bytes that one code unit of this width can become.
template <class CodeUnit>
inline constexpr std::size_t utf8_bytes_per_unit = sizeof(CodeUnit) == 1   ? 2
                                                   : sizeof(CodeUnit) == 2 ? 3
                                                                           : 4;

// Writes `size` units of `text`, code points below 0x110000, to `out`, which holds at least
// utf8_bytes_per_unit<CodeUnit> bytes for each. Returns the number of bytes written.
template <class CodeUnit>
std::size_t encode_utf8(const CodeUnit* text, std::size_t size, std::byte* out) noexcept {
    std::byte* const begin = out;
    const auto put = [&out](std::uint32_t value) { *out++ = static_cast<std::byte>(value); };
    const auto put_tail = [&put](std::uint32_t bits) { put(0x80 | (bits & 0x3f)); };
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t point = text[i];
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xc0 | (point >> 6));
            put_tail(point);
        } else if (point < 0x10000) {
            put(0xe0 | (point >> 12));
            put_tail(point >> 6);
            put_tail(point);
        } else {
            put(0xf0 | (point >> 18));
            put_tail(point >> 12);
            put_tail(point >> 6);
            put_tail(point);
        }
    }
    return static_cast<std::size_t>(out - begin);
}

// How many bytes the code point at `bytes` takes, of which `size` (at least 1) are there. 0 if it
// is not valid, which is only certain when all of it is there.
inline std::size_t code_point_bytes(const std::byte* bytes, std::size_t size) noexcept {
    const auto at = [bytes](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > size) return length;
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
    }
    return length;
}

// Checks bytes that come in pieces, cut anywhere.
class utf8_check {
  public:
    void add(std::span<const std::byte> chunk) noexcept {
        while (num_cut_ > 0 && !chunk.empty() && valid_) {
            cut_[num_cut_++] = chunk.front();
            chunk = chunk.subspan(1);
            const std::size_t length = code_point_bytes(cut_.data(), num_cut_);
            valid_ = length > 0;
            if (length <= num_cut_) num_cut_ = 0;
        }
        while (!chunk.empty() && valid_) {
            std::size_t length = 8;  // eight of ASCII, most of the time
            if (chunk.size() < length ||
                (load_le<std::uint64_t>(chunk.data()) & 0x8080808080808080U) != 0) {
                length = code_point_bytes(chunk.data(), chunk.size());
            }
            valid_ = length > 0;
            if (length > chunk.size()) {
                for (const std::byte byte : chunk) cut_[num_cut_++] = byte;
                return;
            }
            chunk = chunk.subspan(length);
        }
    }

    // Returns whether all of it so far is valid, and the last code point complete.
    bool is_text() const noexcept { return valid_ && num_cut_ == 0; }

  private:
    std::array<std::byte, 4> cut_{};  // the beginning of a code point
    std::size_t num_cut_ = 0;
    bool valid_ = true;
};

inline bool is_ascii(std::span<const std::byte> bytes) noexcept {
    const std::byte* const data = bytes.data();
    const std::size_t size = bytes.size();
    std::uint64_t all = 0;
    if (size >= 8) {
        for (std::size_t i = 0; i < size - 8; i += 8) all |= load_le<std::uint64_t>(data + i);
        all |= load_le<std::uint64_t>(data + size - 8);
    } else if (size >= 4) {
        all = load_le<std::uint32_t>(data) | load_le<std::uint32_t>(data + size - 4);
    } else {
        for (const std::byte byte : bytes) all |= std::to_integer<std::uint64_t>(byte);
    }
    return (all & 0x8080808080808080U) == 0;
}

inline bool is_utf8(std::span<const std::byte> bytes) noexcept {
    if (is_ascii(bytes)) return true;
    utf8_check check;
    check.add(bytes);
    return check.is_text();
}

}  // namespace cvmcount
