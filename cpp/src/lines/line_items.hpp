// The values of lines and fields, for sketches that keep them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/utf8.hpp"
#include "items/kept_items.hpp"

namespace cvmcount {

inline void write_text(item_writer& out, std::span<const std::byte> text) {
    is_utf8(text) ? out.text(text) : out.bytes(text);
}

// Gives an item if it is lacking. `write` writes it to an item_writer.
template <class Write>
void give_if_lacking(lacking_items& lacking, std::uint64_t identity, Write write) {
    if (!lacking.lacks(identity)) return;
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    lacking.give(identity, std::move(bytes));
}

}  // namespace cvmcount
