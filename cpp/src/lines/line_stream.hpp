// A file of lines that is read into one buffer, again and again: lines may be longer than it, and
// several threads may take it apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_team.hpp"
#include "lines/lines.hpp"

namespace cvmcount {

class line_stream {
  public:
    // A buffer of so many bytes, at least 1. The team may be null.
    line_stream(std::size_t buffer_bytes, thread_team* workers);

    // Where the next bytes belong: at least one.
    std::span<std::byte> room() noexcept { return buffer().subspan(unfinished_); }

    // Takes the lines that end in the next bytes, which have been written to the beginning of
    // room(), and keeps what follows them. The output has room for as many identities as the
    // buffer has bytes. The rules are the same for all bytes of a line, but for the threshold.
    void take(std::size_t bytes, const line_rules& rules, line_output& output) noexcept;

    // The file has ended: its last line may have no end.
    void end_file(const line_rules& rules, line_output& output) noexcept;

  private:
    struct slice {
        std::span<std::byte> text;
        line_output output;
    };
    struct pass {
        const line_rules& rules;
        std::span<slice> slices;
    };

    static void read_slice(void* context, std::size_t number);
    void take_lines(std::span<std::byte> text, const line_rules& rules,
                    line_output& output) noexcept;
    void end_long_line(const line_rules& rules, line_output& output) noexcept;

    std::span<std::byte> buffer() noexcept { return {buffer_.get(), buffer_bytes_}; }

    std::size_t buffer_bytes_;
    std::unique_ptr<std::byte[]> buffer_;
    thread_team* workers_;
    std::vector<slice> slices_;
    std::size_t unfinished_ = 0;     // bytes of a line at the beginning of the buffer
    std::optional<long_line> long_;  // a line that has filled the buffer before
};

}  // namespace cvmcount
