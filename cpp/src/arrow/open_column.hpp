// A column over the memory of an Arrow array, whatever its kind.
#pragma once

#include <memory>
#include <stdexcept>

#include "arrow/abi.hpp"
#include "columns/column.hpp"

namespace cvmcount {

// Values of a kind that cannot be counted, or not one column.
class unsupported_column : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws unsupported_column for a table (a struct that cannot be null) of other than one column.
void require_one_column(const ArrowSchema& schema);

// The only column of a table, or the array itself. Both structures
// must outlive it. What the structures say of themselves is checked here, and what the buffers say
// (offsets, indices, run ends, views) as they are read; but how long a buffer is nobody can check,
// nor text without a sum of its lengths. Throws unsupported_column, malformed_column and
// std::bad_alloc.
std::unique_ptr<column> open_arrow_column(const ArrowSchema& schema, const ArrowArray& array);

}  // namespace cvmcount
