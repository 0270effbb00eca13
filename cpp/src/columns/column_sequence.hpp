// Columns one after the other, read as one: the chunks of a table, the batches of a stream.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cvmcount/column.hpp"

namespace cvmcount {

class column_sequence {
  public:
    std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

    void append(std::unique_ptr<column> values);
    void clear() noexcept;

    // As column::read().
    std::size_t read(std::size_t begin, std::size_t end, const column_rules& rules,
                     identity_cache& memory, column_output& output) const noexcept;

  private:
    std::vector<std::unique_ptr<column>> columns_;
    std::vector<std::size_t> ends_;  // of each column
};

}  // namespace cvmcount
