// Columns of values in memory, whoever laid them out: read in blocks, straight to the identities
// that may change a sketch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

#include "simd/vector_level.hpp"

namespace cvmcount {

// Where the identities of a stretch of a column go.
struct column_output {
    std::uint64_t* identities;
    std::size_t room;
    std::size_t kept = 0;           // so far
    std::uint64_t items = 0;        // so far, less the missing values that were left out
    const char* problem = nullptr;  // why reading stopped, if it did for good
};

struct column_rules {
    filter_rules filter;
    const vector_level* level;
    bool repeats_count;  // if not, they may be left out
};

// What values lie where: value i begins at data + i * stride.
struct layout {
    const std::byte* data;
    std::ptrdiff_t stride;
    std::size_t size;
    bool swapped = false;  // not in native byte order
};

// A column whose memory contradicts itself.
class malformed_column : public std::exception {
  public:
    explicit malformed_column(const char* reason) noexcept : reason_(reason) {}  // a literal
    const char* what() const noexcept override { return reason_; }

  private:
    const char* reason_;
};

class column;

// What one reader of a column has seen, in this stream and since the sketch was emptied: where
// repeats do not count, it may be left out.
class identity_cache {
  public:
    // Must be called where identities that were read are not offered to the sketch.
    void clear() noexcept;

    // Must be called before the memory of the column is used for another.
    void invalidate_column() noexcept;

  private:
    friend class column;

    void turn_to(const column& values);
    // Leaves out identities that were seen a moment ago: in a column of few different values, that
    // is nearly all of them. Returns how many are left, in their order.
    std::size_t leave_out(std::uint64_t* identities, std::size_t size) noexcept;

    const column* of_ = nullptr;
    std::vector<std::uint8_t> seen_;  // for each of its different values, whether it was seen
    std::size_t rows_ = 0;            // of the columns turned to
    // The last identity of each place, of which there is a power of two.
    std::vector<std::uint64_t> recent_;
};

class column {
  public:
    static constexpr std::size_t block_values = 1024;

    virtual ~column() = default;
    column(const column&) = delete;
    column& operator=(const column&) = delete;

    std::size_t size() const noexcept { return size_; }

    // A mask of one byte for each value, not 0 where it is missing. It must have the same size.
    void set_mask(const layout& mask) noexcept { mask_ = mask; }

    // A bitmap as of Arrow: value i is missing where bit (i + first) % 8 of byte (i + first) / 8 is
    // 0.
    void set_validity(const std::uint8_t* bits, std::size_t first) noexcept {
        validity_ = bits;
        first_bit_ = first;
    }

    // Reads values from `begin` up to `end`, in stream order and in blocks of block_values. Returns
    // where it stopped: at the end, or before a block that might not find room (for the size of the
    // block and filter_slack), or one with a value that this column cannot identify, or with a
    // problem. Many threads may read one column.
    std::size_t read(std::size_t begin, std::size_t end, const column_rules& rules,
                     identity_cache& memory, column_output& output) const noexcept;

    // The identities of at most block_values values, missing ones too, each at its place of `out`,
    // which has room for filter_slack more. Returns how many are missing. Throws malformed_column
    // and std::bad_alloc.
    std::size_t identify(std::size_t begin, std::size_t size, const column_rules& rules,
                         std::uint64_t* out) const;

    // As identify() for one value; whether it is there.
    bool identify(std::size_t i, const column_rules& rules, std::uint64_t& identity) const {
        if (!is_missing(i)) return identify_one(i, rules, identity);
        identity = rules.filter.hash->of_missing();
        return false;
    }

  protected:
    explicit column(std::size_t size) noexcept : size_(size) {}

    static constexpr std::size_t unreadable = static_cast<std::size_t>(-1);

    // At most block_values values to be read.
    struct block {
        std::size_t begin;
        std::size_t size;
        const std::uint8_t* missing;  // as in filter_input
        const column_rules& rules;
        std::uint64_t* out;  // as of a word_filter
        // For each of the different_values(), whether this call of read() has seen it. Null:
        // unknown.
        std::uint8_t* seen;

        // Whether there is an identity for none of its missing values.
        bool drops_missing() const noexcept { return missing == nullptr || rules.filter.dropna; }
        std::size_t missing_values() const noexcept;
    };

    // {unreadable, ...} where a value needs more than this. Throws as identify() does.
    virtual filter_output read_block(const block& which) const = 0;

    // One value that has no missing bit; whether it is there.
    virtual bool identify_one(std::size_t i, const column_rules& rules,
                              std::uint64_t& identity) const;

    // What a column of few different values can remember to have seen; 0 for others.
    virtual std::size_t different_values() const noexcept { return 0; }

  private:
    friend class identity_cache;

    bool is_missing(std::size_t i) const noexcept {
        if (validity_ != nullptr) {
            const std::size_t bit = first_bit_ + i;
            return (validity_[bit / 8] >> bit % 8 & 1) == 0;
        }
        const auto position = static_cast<std::ptrdiff_t>(i);
        return mask_.data != nullptr && mask_.data[mask_.stride * position] != std::byte{0};
    }
    bool find_missing(std::size_t begin, std::size_t size, std::uint8_t* bits) const noexcept;

    std::size_t size_;
    layout mask_ = {nullptr, 0, 0};
    const std::uint8_t* validity_ = nullptr;
    std::size_t first_bit_ = 0;
};

}  // namespace cvmcount
