// One line of any length, in a fixed amount of memory. It is not known before its end whether it
// is text or bytes, so it is hashed as both.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "identity/identity.hpp"
#include "lines/line_form.hpp"
#include "lines/wanted_fields.hpp"

namespace cvmcount {

class long_line {
  public:
    // Throws std::bad_alloc. The form must outlive it.
    explicit long_line(const line_form& form);

    void begin(const identity_hash& hash) noexcept;

    // Adds bytes of the line, without its end. The chunk is changed where case is folded.
    void add(std::span<std::byte> chunk) noexcept;

    // To be called at its end. Returns false where the line is no item.
    bool finish() noexcept;

    // The identity of the line, if the form has no fields; otherwise that of the first so many
    // fields from this one on. To be called after finish().
    std::uint64_t identity(std::size_t first, std::size_t count) noexcept;

  private:
    // What is counted: the line, or one of its fields.
    struct element {
        std::uint64_t identity() const noexcept {
            return utf8.is_text() ? text.hash() : bytes.hash();
        }

        utf8_check utf8{};
        rapidhash::stream text{rapidhash::key_of(0)};
        rapidhash::stream bytes{rapidhash::key_of(0)};
        bool empty = true;
    };

    void add_decided(std::span<std::byte> chunk) noexcept;
    void add_byte(std::byte byte) noexcept;
    void add_content(std::byte byte) noexcept;
    void add_to(element& which, std::span<std::byte> content) noexcept;
    void flush() noexcept;
    void end_field() noexcept;

    const line_form& form_;
    const identity_hash* hash_ = nullptr;
    wanted_fields wanted_;
    std::vector<element> elements_;  // for each of these
    std::vector<std::uint64_t> identities_;
    std::array<std::byte, 256> content_{};  // of a field, not yet added to it
    std::size_t num_content_ = 0;
    std::size_t next_ = 0;      // of the wanted fields
    std::size_t field_ = 0;     // from 1, the one that has begun
    std::string held_;          // bytes that may turn out to be a delimiter
    bool field_begins_ = true;  // nothing of the field has come
    bool in_quotes_ = false;
    bool quote_closed_ = false;  // by the last byte, unless another quote follows
    bool line_begins_ = true;
    bool is_comment_ = false;
    bool holds_cr_ = false;  // which may turn out to be part of the line's end
};

}  // namespace cvmcount
