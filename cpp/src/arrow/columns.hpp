// The columns that only Arrow has. Each reads the buffers of its kind and trusts none of what they
// say: a value that points outside is a malformed_column.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "columns/array_columns.hpp"
#include "columns/column.hpp"

namespace cvmcount {

// Buffers need not be aligned.
template <class Value>
Value load_at(const std::byte* values, std::size_t i) noexcept {
    Value value;
    std::memcpy(&value, values + i * sizeof value, sizeof value);
    return value;
}

// Values that are all missing.
class null_column final : public column {
  public:
    explicit null_column(std::size_t size) noexcept : column(size) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
};

// bool, eight to a byte.
class bit_column final : public column {
  public:
    bit_column(const std::uint8_t* bits, std::size_t first, std::size_t size) noexcept
        : column(size), bits_(bits), first_(first) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    std::size_t different_values() const noexcept override { return 2; }

    const std::uint8_t* bits_;
    std::size_t first_;
};

// Integers of 4 to 32 bytes times 10**-scale.
class decimal_column final : public array_column {
  public:
    decimal_column(std::size_t width, bool is_signed, std::int64_t scale,
                   const layout& values) noexcept
        : array_column(values), width_(width), is_signed_(is_signed), scale_(scale) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    bool is_word(std::size_t i, std::int64_t& coefficient) const noexcept;
    bool are_whole(const block& which, std::uint64_t* words) const noexcept;
    bool find_magnitude(std::size_t i, std::array<std::byte, 32>& magnitude) const noexcept;
    std::uint64_t identify_long(std::size_t i, const identity_hash& hash) const noexcept;

    std::size_t width_;
    bool is_signed_;
    std::int64_t scale_;
};

// Text or bytes, each from one offset to the next.
template <class Offset>
class string_column final : public column {
  public:
    // offsets: size + 1 of them, none of which may be beyond `end`.
    string_column(kind which, const std::byte* offsets, const std::byte* bytes, Offset end,
                  std::size_t size) noexcept
        : column(size), kind_(which), offsets_(offsets), bytes_(bytes), end_(end) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    bool identify_one(std::size_t i, const reading_rules& rules,
                      std::uint64_t& identity) const override;

    std::span<const std::byte> bytes_at(std::size_t i) const;

    kind kind_;
    const std::byte* offsets_;
    const std::byte* bytes_;
    Offset end_;
};

// Text or bytes as views: a length, and the bytes themselves or where in which buffer they lie.
class view_column final : public column {
  public:
    struct buffer {
        const std::byte* bytes;
        std::int64_t size;
    };

    view_column(kind which, const std::byte* views, std::vector<buffer> buffers, std::size_t size)
        : column(size), kind_(which), views_(views), buffers_(std::move(buffers)) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    bool identify_one(std::size_t i, const reading_rules& rules,
                      std::uint64_t& identity) const override;
    std::span<const std::byte> bytes_of(const std::byte* view, reading_work* work) const;

    static constexpr std::size_t view_bytes = 16;

    kind kind_;
    const std::byte* views_;
    std::vector<buffer> buffers_;
};

// Values that stand for a run each. Position i of the column is position first + i of the runs.
template <class End>
class run_column final : public column {
  public:
    // Checks the ends of the runs that it needs.
    run_column(const std::byte* ends, std::unique_ptr<column> values, std::size_t first,
               std::size_t size);

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    std::int64_t end_of(std::size_t run) const noexcept;
    std::size_t run_at(std::size_t position) const noexcept;

    const std::byte* ends_;
    std::unique_ptr<column> values_;
    std::size_t first_;
    std::size_t first_run_;
    std::size_t end_run_;
};

// Tuples of values that lie one after the other: those of one list from one offset to the next, or
// from its offset on, as many as its size says, or all of one length.
class list_column final : public column {
  public:
    struct places {
        const std::byte* offsets = nullptr;  // null: all of one length
        const std::byte* sizes = nullptr;    // null: up to the next offset
        bool wide = false;                   // int64 instead of int32
        std::size_t length = 0;
    };

    list_column(const places& where, std::unique_ptr<column> values, std::size_t size) noexcept
        : column(size), where_(where), values_(std::move(values)) {}

  private:
    struct range {
        std::size_t begin;
        std::size_t size;
    };

    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    range range_of(std::size_t i) const;
    std::uint64_t identify_long(const range& list, const reading_rules& rules,
                                std::vector<std::uint64_t>& members) const;
    std::size_t end_before(std::size_t i) const noexcept;
    std::int64_t load(const std::byte* numbers, std::size_t i) const noexcept;

    places where_;
    std::unique_ptr<column> values_;
};

}  // namespace cvmcount
