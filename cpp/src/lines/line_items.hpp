// The values of lines and fields, for sketches that keep them.
#pragma once

#include <cstddef>
#include <span>

#include "base/utf8.hpp"
#include "items/item_writer.hpp"

namespace cvmcount {

inline void write_text(item_writer& out, std::span<const std::byte> text) {
    is_utf8(text) ? out.text(text) : out.bytes(text);
}

}  // namespace cvmcount
