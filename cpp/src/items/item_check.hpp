// Finds what is wrong with item bytes that came from outside.
#pragma once

#include <cstddef>
#include <span>

namespace cvmcount {

// The first error found, as words that go on after "the saved sketch is not valid: "; or null where
// the bytes are one item as an item_writer, or Python, writes it. Objects of Python, which lie
// there pickled, are an error unless they are allowed.
const char* error_in_item(std::span<const std::byte> item, bool objects_allowed) noexcept;

}  // namespace cvmcount
