// Values that are indices into a dictionary: of Arrow, or the codes of a pandas categorical.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "columns/array_columns.hpp"

namespace cvmcount {

// Where repeats may be skipped, each entry is looked at once.
class dictionary_column final : public array_column {
  public:
    enum class negative_index { is_missing, is_malformed };

    // index: an integer type. Where a negative index is malformed, as in Arrow, the indices must
    // lie one after the other.
    dictionary_column(number_type index, const layout& indices, std::unique_ptr<column> entries,
                      negative_index negative) noexcept
        : array_column(indices), index_(index), negative_(negative), entries_(std::move(entries)) {}

    // The first is the missing value.
    std::size_t different_values() const noexcept override { return entries_->size() + 1; }

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    template <class Index>
    filter_output read_indices(const block& which) const;
    template <class Index, negative_index Negative>
    filter_output read_indices_by(const block& which) const;

    number_type index_;
    negative_index negative_;
    std::unique_ptr<column> entries_;
};

// Values that were identified before they are read: categories, by Python.
class identity_column final : public column {
  public:
    // The identities stay with the caller. There may be fewer than `size`: no value behind them can
    // be identified.
    identity_column(const std::vector<std::uint64_t>& identities, std::size_t size) noexcept
        : column(size), identities_(identities) {}

    std::span<const std::uint64_t> known_identities() const noexcept override {
        return identities_;
    }

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;
    bool identify_one(std::size_t i, const reading_rules& rules,
                      std::uint64_t& identity) const override;

    const std::vector<std::uint64_t>& identities_;
};

}  // namespace cvmcount
