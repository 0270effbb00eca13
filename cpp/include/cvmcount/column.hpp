// Columns of values in memory, whoever laid them out: read in blocks, straight to the identities
// that may change a sketch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cvmcount/word_filter.hpp"

namespace cvmcount {

// Where the identities of a stretch of a column go.
struct column_output {
    std::uint64_t* identities;
    std::size_t room;
    std::size_t kept = 0;     // so far
    std::uint64_t items = 0;  // so far, less the missing values that were left out
};

struct column_rules {
    filter_rules filter;
    word_filter words;
    bool repeats_count;  // if not, they may be left out
};

// What values lie where: value i begins at data + i * stride.
struct layout {
    const std::byte* data;
    std::ptrdiff_t stride;
    std::size_t size;
    bool swapped = false;  // not in native byte order
};

class column {
  public:
    static constexpr std::size_t block_values = 1024;

    virtual ~column() = default;
    column(const column&) = delete;
    column& operator=(const column&) = delete;

    std::size_t size() const noexcept { return values_.size; }

    // A mask of one byte for each value, not 0 where it is missing. It must have the same size.
    void set_mask(const layout& mask) noexcept { mask_ = mask; }

    // Reads values from `begin` up to `end`, in stream order and in blocks of block_values. Returns
    // where it stopped: at the end, or before a block that might not find room (for the size of the
    // block and filter_slack), or one with a value that this column cannot identify. Allocates
    // nothing; many threads may read one column.
    std::size_t read(std::size_t begin, std::size_t end, const column_rules& rules,
                     column_output& output) const noexcept;

  protected:
    explicit column(const layout& values) noexcept : values_(values) {}

    const layout& values() const noexcept { return values_; }
    const std::byte* value(std::size_t i) const noexcept {
        return values_.data + values_.stride * static_cast<std::ptrdiff_t>(i);
    }

    static constexpr std::size_t unreadable = static_cast<std::size_t>(-1);

    // At most block_values values to be read.
    struct block {
        std::size_t begin;
        std::size_t size;
        const std::uint8_t* missing;  // as in filter_input
        const column_rules& rules;
        std::uint64_t* out;  // as of a word_filter
        // For each value of a byte, whether this call of read() has met it. Null: repeats count.
        std::uint8_t* met_bytes;
    };

    // {unreadable, ...} where a value needs more than this.
    virtual filter_output read_block(const block& which) const noexcept = 0;

  private:
    layout values_;
    layout mask_ = {nullptr, 0, 0};
};

// Numbers, by value. bytes are those of one value.
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

class number_column final : public column {
  public:
    number_column(number_type type, const layout& values) noexcept : column(values), type_(type) {}

  private:
    filter_output read_block(const block& which) const noexcept override;
    template <class Type>
    filter_output read_words(word_form form, const block& which) const noexcept;
    template <class Real>
    filter_output read_complex(const block& which) const noexcept;

    number_type type_;
};

// int64 counts of a unit of time, of which the least is missing. The elements are instants or
// durations in nanoseconds, or dates in days: `factor` of them to a unit.
class time_column final : public column {
  public:
    time_column(kind which, std::int64_t factor, const layout& values) noexcept
        : column(values), kind_(which), factor_(factor) {}

  private:
    filter_output read_block(const block& which) const noexcept override;

    kind kind_;
    std::int64_t factor_;
};

// Text of `width` UTF-32 code units or bytes of `width` bytes; zeros at the end are not part of it.
class fixed_text_column final : public column {
  public:
    fixed_text_column(std::size_t width, const layout& values) noexcept
        : column(values), width_(width) {}

  private:
    filter_output read_block(const block& which) const noexcept override;

    std::size_t width_;
};

// Text of any length, packed by another library that has to be asked for it.
class packed_text_column final : public column {
  public:
    struct library {
        enum class answer { text, missing, error };

        void* context;
        // Called around the reading of a block, on the thread that reads it. None of these throws.
        void (*open)(void* context);
        void (*close)(void* context);
        // Between them, for each value: its UTF-8 bytes, which are read before the next call.
        answer (*unpack)(void* context, const void* packed, const char** utf8, std::size_t* size);
    };

    packed_text_column(const library& packer, const layout& values) noexcept
        : column(values), library_(packer) {}

  private:
    filter_output read_block(const block& which) const noexcept override;

    library library_;
};

class fixed_bytes_column final : public column {
  public:
    fixed_bytes_column(std::size_t width, const layout& values) noexcept
        : column(values), width_(width) {}

  private:
    filter_output read_block(const block& which) const noexcept override;

    std::size_t width_;
};

}  // namespace cvmcount
