// The identities that one reader of columns has seen, in this stream and since the sketch was
// cleared. Where repeats may be skipped, they are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cvmcount {

class column;

class identity_cache {
  public:
    // Must be called where identities that were read are not offered to the sketch.
    void clear() noexcept;

    // Must be called before the memory of a column is used for another.
    void invalidate_column() noexcept;

    // Must be called before a column is read.
    void turn_to(const column& values);

    // One byte for each of the column's different_values(), 0 until it was seen. Null where the
    // column has no number of them, or too many for its size.
    std::uint8_t* seen() noexcept { return seen_.empty() ? nullptr : seen_.data(); }

    // Leaves out identities that were seen a moment ago: in a column of few different values, that
    // is nearly all of them. Returns how many are left, in their order.
    std::size_t leave_out(std::uint64_t* identities, std::size_t size) noexcept;

  private:
    const column* of_ = nullptr;
    std::vector<std::uint8_t> seen_;
    std::size_t rows_ = 0;  // of the columns turned to
    // The last identity of each place, of which there is a power of two.
    std::vector<std::uint64_t> recent_;
};

}  // namespace cvmcount
