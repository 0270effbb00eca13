// Memory of one type that a sketch can be fed with: numbers, times, text and bytes of one width, at
// any distance from each other and in either byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cvmcount/api.h"

namespace cvmcount {

// Where values lie: value i begins at data + i * stride.
struct layout {
    const std::byte* data = nullptr;
    std::ptrdiff_t stride = 0;
    std::size_t size = 0;
    bool swapped = false;  // the values are not in native byte order
};

enum class number_type {
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean,  // a byte that is 0 or not
    real16,
    real32,
    real64,
    complex64,   // two real32
    complex128,  // two real64
};

class column;

// The memory is read when a sketch is updated with the view, and must stay until then.
class CVMCOUNT_API column_view {
  public:
    // All of these throw std::bad_alloc.
    static column_view numbers(number_type type, const layout& values);
    // Text of `width` UTF-32 code units, or `width` bytes; zeros at the end are not part of it.
    static column_view fixed_text(std::size_t width, const layout& values);
    static column_view fixed_bytes(std::size_t width, const layout& values);
    // Points in time since 1970 in UTC: int64 counts of a unit of so many nanoseconds.
    static column_view times(std::int64_t nanoseconds, const layout& values);

    column_view(column_view&&) noexcept;
    column_view& operator=(column_view&&) noexcept;
    ~column_view();

    // A mask of one byte for each value, which is not 0 where the value is missing.
    column_view& with_mask(const layout& mask) noexcept;

    // A bitmap: value i is missing where bit (first + i) % 8 of byte (first + i) / 8 is 0.
    column_view& with_validity(const std::uint8_t* bits, std::size_t first = 0) noexcept;

  private:
    friend class sketch;

    explicit column_view(std::unique_ptr<column> values) noexcept;

    std::unique_ptr<column> values_;
};

}  // namespace cvmcount
