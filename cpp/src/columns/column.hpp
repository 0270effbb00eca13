// Columns of values in memory, whoever laid them out: read in blocks, straight to the identities
// that may change a sketch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>

#include "columns/identity_cache.hpp"
#include "cvmcount/column_view.hpp"
#include "identity/identity.hpp"
#include "items/item_writer.hpp"
#include "reading/rules.hpp"
#include "simd/word_filter.hpp"

namespace cvmcount {

// A column whose memory contradicts itself.
class malformed_column : public std::exception {
  public:
    explicit malformed_column(const char* reason) noexcept : reason_(reason) {}  // a literal
    const char* what() const noexcept override { return reason_; }

  private:
    const char* reason_;
};

// A value that a column cannot identify, but Python may.
class unidentified_value : public std::exception {
  public:
    const char* what() const noexcept override { return "it holds what cannot be identified"; }
};

// Out of line, so that loops which hardly ever need it stay small.
[[noreturn]] void throw_unidentified();

class column {
  public:
    static constexpr std::size_t block_values = 1024;

    virtual ~column() = default;
    column(const column&) = delete;
    column& operator=(const column&) = delete;

    std::size_t size() const noexcept { return size_; }

    // Both say which values are missing: see column_view. They must have the same size.
    void set_mask(const layout& mask) noexcept { mask_ = mask; }
    void set_validity(const std::uint8_t* bits, std::size_t first) noexcept {
        validity_ = bits;
        first_bit_ = first;
    }

    // The number of different values that a column of few of them can have, or 0.
    virtual std::size_t different_values() const noexcept { return 0; }

    // The identities of the values from the first on, where they are known before it is read: of
    // all of them or fewer, missing values like the others.
    virtual std::span<const std::uint64_t> known_identities() const noexcept { return {}; }

    // Bounds what lists in it may share: the members that a block of its values may have, all lists
    // and their lists together, given how many values lie in its buffers.
    void limit_members(std::size_t stored) noexcept;

    // Reads values from `begin` up to `end`, in stream order and in blocks of block_values. Returns
    // where it stopped: at the end, or before a block that might not find room (for the size of the
    // block and filter_slack), or one with a value that this column cannot identify, or with an
    // error, or where the rules' interruption was wanted. Many threads may read one column.
    std::size_t read(std::size_t begin, std::size_t end, const reading_rules& rules,
                     identity_cache& cache, reading_output& output) const noexcept;

    // The identities of at most block_values values, missing ones too, each at its place of `out`,
    // which has room for filter_slack more. Returns how many are missing. Throws malformed_column
    // and std::bad_alloc.
    std::size_t identify(std::size_t begin, std::size_t size, const reading_rules& rules,
                         std::uint64_t* out) const;

    // Identifies one value in the same way. Returns false where it is missing.
    bool identify(std::size_t i, const reading_rules& rules, std::uint64_t& identity) const {
        if (!is_missing(i)) return identify_one(i, rules, identity);
        identity = rules.hash->of_missing();
        return false;
    }

    // The kind of the values that are told by their identities, as write_told() does; kind::count
    // of a column whose values are not. It may change while the column is read.
    virtual kind told_kind() const noexcept { return kind::count; }

    // Appends the value that has this identity as an item. Returns false, having written nothing,
    // where that cannot be told. Precondition: the column has it, and told_kind() is none of count.
    bool write_told(std::uint64_t identity, const identity_hash& hash, item_writer& out) const {
        return identity != hash.of_missing() && tell(identity, hash, out);
    }

    // Appends one value as an item, a missing one too. Throws malformed_column, std::bad_alloc, and
    // unidentified_value where only Python has the value.
    void write_item(std::size_t i, item_writer& out) const {
        if (is_missing(i)) return out.missing();
        write_one(i, out);
    }

  protected:
    explicit column(std::size_t size) noexcept : size_(size) {}

    // At most block_values values to be read.
    struct block {
        std::size_t begin;
        std::size_t size;
        const std::uint8_t* missing;  // as in filter_input
        const reading_rules& rules;
        std::uint64_t* out;  // as of a word_filter
        std::uint8_t* seen;  // as of the identity cache; null where nothing may be skipped

        // Returns whether missing values, if it has any, are left out.
        bool drops_missing() const noexcept { return missing == nullptr || rules.dropna; }
        std::size_t missing_values() const noexcept;
    };

    // Throws unidentified_value, malformed_column and std::bad_alloc.
    virtual filter_output read_block(const block& which) const = 0;

    // One value that has no missing bit. Returns false where it is missing all the same.
    virtual bool identify_one(std::size_t i, const reading_rules& rules,
                              std::uint64_t& identity) const;

    // Of a value that is not missing: see write_told().
    virtual bool tell(std::uint64_t, const identity_hash&, item_writer&) const { return false; }

    // One value that has no missing bit; it may be missing all the same.
    virtual void write_one(std::size_t i, item_writer& out) const = 0;

  private:
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
    layout mask_;
    const std::uint8_t* validity_ = nullptr;
    std::size_t first_bit_ = 0;
    std::size_t most_members_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace cvmcount
