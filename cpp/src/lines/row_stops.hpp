// Finds where the rows and fields of CSV end, in a file that comes in pieces.
//
// An end or a delimiter within quotes is none, so that every quote before it must have been seen.
// Who reads the fields, with several threads perhaps, takes what was found here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lines/line_form.hpp"

namespace cvmcount {

class row_stops {
  public:
    // For a buffer of so many bytes. Throws std::bad_alloc.
    row_stops(const line_form& form, std::size_t buffer_bytes);

    // Looks at what stands in the buffer from `begin` on; it has seen what came before.
    void scan(std::span<const std::byte> buffer, std::size_t begin) noexcept;

    // The buffer begins with what stood at `begin`, and ends where `end` was. A row that has begun
    // is all there, or nothing of it is.
    void move_to_front(std::size_t begin, std::size_t end) noexcept;

    // Of the bytes 64 * block and on: bit i is for byte 64 * block + i.
    std::uint64_t ends(std::size_t block) const noexcept { return ends_[block]; }
    std::uint64_t delimiters(std::size_t block) const noexcept { return delimiters_[block]; }

    // Where the first row begins whose predecessor ends at this position or after it; `end` where
    // there is none before.
    std::size_t after_end(std::size_t position, std::size_t end) const noexcept;

    // Where the row begins that has not ended; 0 where that is before the buffer, too.
    std::size_t last_row() const noexcept {
        return row_begin_ > 0 ? static_cast<std::size_t>(row_begin_) : 0;
    }

    bool in_quotes() const noexcept { return in_quotes_; }

    // The rows that have ended. Empty ones do not count.
    std::uint64_t num_rows() const noexcept { return num_rows_; }

    void begin_file() noexcept;

  private:
    using bits = std::vector<std::uint64_t>;
    using text_span = std::span<const std::byte>;

    struct stops {
        std::uint64_t ends, delimiters;
    };

    stops stops_outside(text_span buffer, std::size_t at, std::size_t begin, std::uint64_t quotes,
                        stops all) noexcept;
    stops one_by_one(text_span buffer, std::size_t at, std::uint64_t quotes, stops all) noexcept;
    void meet_quote(text_span buffer, std::ptrdiff_t position) noexcept;
    void take_ends(std::ptrdiff_t at, std::uint64_t ends) noexcept;
    bool may_open(text_span buffer, std::ptrdiff_t position) const noexcept;

    const line_form& form_;
    bits ends_, delimiters_;

    // Positions in the buffer; what lies before it has negative ones.
    std::ptrdiff_t row_begin_ = 0;
    std::ptrdiff_t after_closed_ = -1;  // behind a quote that closed a field
    std::byte before_{};                // the last byte before those that come
    bool in_quotes_ = false;
    bool is_comment_ = false;  // the row that began before the buffer
    std::uint64_t num_rows_ = 0;
};

}  // namespace cvmcount
