// Finds where lines end in a file that comes in pieces.
//
// In rows of CSV an end within quotes is none, so that every quote before it must have been seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lines/line_form.hpp"

namespace cvmcount {

class line_ends {
  public:
    // Where in a piece the lines after its first and after its last end begin; 0 where none ends.
    struct found {
        std::size_t first = 0;
        std::size_t last = 0;
    };

    // Slices of several workers begin where a line does. So many of those beginnings are kept that
    // there is one in so many bytes, unless a line is longer. Throws std::bad_alloc.
    line_ends(const line_form& form, std::size_t buffer_bytes);

    // `piece` lies at `offset` in the buffer.
    found next(std::span<const std::byte> piece, std::size_t offset) noexcept;

    // Returns where in the buffer the first line begins at this position or after it, as far as
    // that was kept; `end` where there is none.
    std::size_t line_at(std::size_t position, std::size_t end) const noexcept;

    // The buffer holds other bytes from now on.
    void clear_begins() noexcept;

    bool in_quotes() const noexcept { return in_quotes_; }

    // The rows that have ended. Empty ones do not count.
    std::uint64_t num_rows() const noexcept { return num_rows_; }

    void begin_file() noexcept;

  private:
    void read_block(std::span<const std::byte> piece, std::size_t at) noexcept;
    void meet_quote(std::span<const std::byte> piece, std::ptrdiff_t position) noexcept;
    void take_ends(std::ptrdiff_t begin, std::uint64_t ends) noexcept;
    std::byte byte_at(std::span<const std::byte> piece, std::ptrdiff_t position) const noexcept;
    void keep_begin(std::size_t position) noexcept;

    static constexpr std::size_t grid = 4096;

    const line_form& form_;
    std::vector<std::size_t> begins_;
    std::size_t next_begin_ = 0;

    // Positions in this piece; what lies before it has negative ones.
    std::size_t offset_ = 0;
    found found_;
    std::ptrdiff_t row_begin_ = 0;
    std::ptrdiff_t after_closed_ = -1;  // behind a quote that closed a field
    std::byte before_{};                // the last byte of the piece before
    bool in_quotes_ = false;
    bool is_comment_ = false;  // the row that began before this piece
    std::uint64_t num_rows_ = 0;
};

}  // namespace cvmcount
