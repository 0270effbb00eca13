// Lines of text to identities: whole ones in memory, and one that comes in pieces.
//
// A line, or the field of it that is asked for, is the element that Python would have after reading
// it: text if it is valid UTF-8, otherwise bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/utf8.hpp"
#include "reading/rules.hpp"

namespace cvmcount {

struct line_form {
    std::byte end{'\n'};
    bool strips_cr = true;     // one, at the end of a line
    bool skips_empty = false;  // lines, or fields where those are counted
    bool folds_case = false;   // of ASCII
    std::byte delimiter{'\t'};
    std::size_t field = 0;  // from 1; 0 is the whole line. Lines without it are skipped.
};

// Reads lines, each with its end. No line is missing; the lines that the form skips are no items.
// The output has room for an identity of each. The text is changed where case is folded.
void read_lines(std::span<std::byte> text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept;

// One line of any length, in a fixed amount of memory. Whether it is text or bytes is only known at
// its end, so it is hashed as both.
class long_line {
  public:
    long_line(const line_form& form, const identity_hash& hash) noexcept;

    // The line without its end. The chunk is changed where case is folded.
    void add(std::span<std::byte> chunk) noexcept;

    // Finds the identity. Returns false where the line is no item. Nothing can be added afterwards.
    bool finish(std::uint64_t& identity) noexcept;

  private:
    void add_decided(std::span<std::byte> chunk) noexcept;
    void add_content(std::span<std::byte> chunk) noexcept;

    line_form form_;
    utf8_check utf8_;
    rapidhash::stream text_;
    rapidhash::stream bytes_;
    std::size_t delimiters_left_;  // before the field
    bool field_ended_ = false;
    bool empty_ = true;
    bool holds_cr_ = false;  // which may turn out to be part of the line's end
};

}  // namespace cvmcount
