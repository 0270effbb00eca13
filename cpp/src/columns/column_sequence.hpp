// Columns one after the other, read as one: the chunks of a table, the batches of a stream.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "columns/column.hpp"
#include "items/kept_items.hpp"
#include "reading/parallel_reader.hpp"

namespace cvmcount {

class column_sequence {
  public:
    // For so many workers, at least 1.
    explicit column_sequence(std::size_t workers = 1) : caches_(workers) {}

    std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

    void append(std::unique_ptr<column> values);

    // Must be called before the memory of the columns goes away.
    void clear() noexcept;

    // Must be called where identities that were read are not offered to the sketch.
    void clear_caches() noexcept;

    // Looks through a stretch of the values, as find_items() does.
    std::size_t find_items(std::size_t begin, std::size_t end, const reading_rules& rules,
                           lacking_items& lacking);

    // Appends the item bytes of one value. Throws as column::write_item() does.
    void write_item(std::size_t i, item_bytes& item) const;

    // Finds one value as a number. Returns false where it is none. Throws likewise.
    bool read_number(std::size_t i, item_number& number);

    // For a parallel_reader, whose slices read this as column::read() does.
    sliced_input slices() noexcept { return {read_slice, this}; }

  private:
    static std::size_t read_slice(void* context, std::size_t worker, std::size_t begin,
                                  std::size_t end, const reading_rules& rules,
                                  reading_output& output);

    std::vector<std::unique_ptr<column>> columns_;
    std::vector<std::size_t> ends_;       // of each column
    std::vector<identity_cache> caches_;  // of each worker
    item_bytes number_bytes_;  // of read_number(), so that each need no memory of its own
};

}  // namespace cvmcount
