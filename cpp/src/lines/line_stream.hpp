// A file of lines that is read into one buffer, again and again: lines may be longer than it, and
// several workers may take it apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lines/lines.hpp"
#include "lines/long_line.hpp"
#include "lines/row_stops.hpp"
#include "reading/parallel_reader.hpp"

namespace cvmcount {

class line_stream {
  public:
    // A buffer of so many bytes, at least 1, for each worker, of whom there is at least 1. For
    // find_items() there is another of them (`keeps`). Throws std::bad_alloc.
    line_stream(const line_form& form, std::size_t buffer_bytes, std::size_t workers,
                bool keeps = false);
    line_stream(const line_stream&) = delete;  // its parts know the form by its address
    line_stream& operator=(const line_stream&) = delete;

    // How many identities the output of take() needs room for.
    std::size_t most_identities() const noexcept {
        return (form_.num_keys > 0 ? 2 : 1) * (buffer_bytes_ + reader_.workers());
    }

    // Where the next bytes belong: at least one.
    std::span<std::byte> room() noexcept { return buffer().subspan(unfinished_); }

    // Reads the bytes of a file from this place on into room(), each worker some of them. Returns
    // how many came: fewer than there is room for at the end of the file, where it cannot be read,
    // and on systems that do not read at a place (Windows).
    std::size_t read_file(int descriptor, std::uint64_t offset) noexcept;

    // Takes the lines that end in the next bytes, which have been written to the beginning of
    // room(), and keeps what follows them. The hash is the same for all bytes of a line.
    void take(std::size_t bytes, const reading_rules& rules, reading_output& output) noexcept;

    // The file has ended: its last line may have no end. Returns 0, or the number of the row (from
    // 1, empty ones left out) whose quotes are not closed: nothing from there on was an item.
    std::uint64_t end_file(const reading_rules& rules, reading_output& output) noexcept;

    // Gives the items, of those that the last call took, that are lacking; once. A line that is
    // longer than most_kept_bytes is none of them. Throws std::bad_alloc.
    void find_items(const reading_rules& rules, lacking_items& lacking);

    static constexpr std::size_t most_kept_bytes = std::size_t{1} << 24;

  private:
    // Whole lines, of which a slice reads those that begin in it.
    struct whole_lines {
        std::span<std::byte> text;  // from the beginning of the buffer
        std::size_t begin;          // of the lines
        const line_form& form;
        const row_stops& rows;

        static std::size_t read_slice(void* context, std::size_t worker, std::size_t begin,
                                      std::size_t end, const reading_rules& rules,
                                      reading_output& output);
        std::size_t next_line(std::size_t position) const noexcept;
    };

    void take_lines(std::size_t begin, std::size_t end, const reading_rules& rules,
                    reading_output& output) noexcept;
    std::size_t after_first_end(std::span<const std::byte> text) const noexcept;
    std::size_t after_last_end(std::span<const std::byte> text) noexcept;
    void end_long_line(const reading_rules& rules, reading_output& output) noexcept;
    void add_to_long_line(std::span<std::byte> text, const reading_rules& rules) noexcept;
    void keep_long_line(std::span<const std::byte> text) noexcept;

    std::span<std::byte> buffer() noexcept { return {buffer_.get(), buffer_bytes_}; }

    const line_form form_;
    std::size_t buffer_bytes_;
    std::unique_ptr<std::byte[]> buffer_;
    parallel_reader reader_;
    row_stops rows_;  // of CSV
    long_line long_line_;
    bool in_long_line_ = false;  // a line has filled the buffer before
    const bool keeps_;
    std::vector<std::byte> kept_text_;  // the lines of the last call, as they were
    std::vector<std::byte> long_text_;  // a long line as far as it came
    bool is_kept_ = false;              // all of it is there
    std::size_t unfinished_ = 0;        // bytes of a line at the beginning of the buffer
};

}  // namespace cvmcount
