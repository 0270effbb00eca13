// Columns of values of one size, at any distance from each other and in either byte order: arrays.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "columns/column.hpp"

namespace cvmcount {

class array_column : public column {
  protected:
    explicit array_column(const layout& values) noexcept : column(values.size), values_(values) {}

    const layout& values() const noexcept { return values_; }
    const std::byte* value(std::size_t i) const noexcept {
        return values_.data + values_.stride * static_cast<std::ptrdiff_t>(i);
    }

  private:
    layout values_;
};

// Numbers, by value.
inline bool is_integer(number_type type) noexcept {
    return type <= number_type::uint64;
}

class number_column final : public array_column {
  public:
    number_column(number_type type, const layout& values) noexcept
        : array_column(values), type_(type) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    std::size_t different_values() const noexcept override;
    kind told_kind() const noexcept override;
    bool tell(std::uint64_t identity, const identity_hash& hash, item_writer& out) const override;
    template <class Type>
    filter_output read_words(word_form form, const block& which) const noexcept;
    template <class Real>
    filter_output read_complex(const block& which) const noexcept;

    number_type type_;
};

// Counts of a unit of time. The elements are instants or amounts in nanoseconds, or dates in days.
struct time_form {
    kind which;
    std::int64_t factor = 1;        // so many nanoseconds or days to a unit,
    std::int64_t divisor = 1;       // or so many units to a day
    bool narrow = false;            // int32 instead of int64
    bool least_is_missing = false;  // the least int64
};

class time_column final : public array_column {
  public:
    time_column(const time_form& form, const layout& values) noexcept
        : array_column(values), form_(form) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    kind told_kind() const noexcept override;
    bool tell(std::uint64_t identity, const identity_hash& hash, item_writer& out) const override;
    void gather_counts(const block& which, std::uint64_t* counts) const noexcept;
    filter_output read_long_times(const block& which, const std::uint64_t* counts) const;

    time_form form_;
    mutable std::atomic<bool> has_long_times_ = false;  // which identities do not tell
};

// Text of `width` UTF-32 code units; zeros at the end are not part of it.
class fixed_text_column final : public array_column {
  public:
    fixed_text_column(std::size_t width, const layout& values) noexcept
        : array_column(values), width_(width) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;

    std::size_t width_;
};

// Text of any length, packed by another library that has to be asked for it.
class packed_text_column final : public array_column {
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
        : array_column(values), library_(packer) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;

    library library_;
};

// Bytes, `width` of them: NumPy pads shorter ones with zeros at the end, which are not part of the
// value, Arrow does not.
enum class padding { zeros, none };

class fixed_bytes_column final : public array_column {
  public:
    fixed_bytes_column(std::size_t width, const layout& values, padding end = padding::zeros,
                       kind which = kind::bytes) noexcept
        : array_column(values), width_(width), end_(end), kind_(which) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;

    std::size_t width_;
    padding end_;
    kind kind_;
};

}  // namespace cvmcount
