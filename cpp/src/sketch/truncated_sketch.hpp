// A sketch cut to a few bits for each element, which takes little room in a file or a database.
// It takes no more items, but it still answers, merges and compares.
//
// Of each identity strictly below the threshold only the highest `bits` are left: its cell, one of
// 2**bits. Some elements share a cell, and some cells of two sketches agree by chance. Of m
// elements that fall into C cells at random, C*(1 - (1 - 1/C)**m) cells are taken on average; so
// from u cells there are about -C*log1p(-u/C) elements. What is counted in both of two sketches
// follows by inclusion and exclusion of such numbers.
//
// What a sketch knows by itself, its estimate, variance and threshold, stays whole. docs/format.md
// has the layout of its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cvmcount/results.hpp"
#include "sampler/hashed_sampler.hpp"
#include "sketch/saved_head.hpp"

namespace cvmcount {

class truncated_sketch {
  public:
    static constexpr unsigned least_bits = 16;
    static constexpr unsigned most_bits = 63;

    // Throws std::invalid_argument where the bits are out of range, or so few that too many
    // elements would share a cell; std::bad_alloc. Precondition: no element is known only by its
    // own hash().
    truncated_sketch(const hashed_state& whole, const saved_settings& settings, unsigned bits);

    // Throws std::invalid_argument with the reason where the bytes are not what to_bytes() of this
    // or an earlier version gave; std::bad_alloc.
    static truncated_sketch from_bytes(std::span<const std::byte> saved);
    std::vector<std::byte> to_bytes() const;

    // ---- answers, as those of a sketch ----------------------------------------------------------

    double estimate() const noexcept;
    std::uint64_t count() const noexcept;
    interval confidence_interval(double confidence) const noexcept;
    bool is_exact() const noexcept { return exact_ && !merged_; }

    std::size_t retained() const noexcept { return cells_.size(); }
    double sampling_rate() const noexcept;  // of the elements whose cells are there
    std::uint64_t items_seen() const noexcept { return items_seen_; }
    std::size_t capacity() const noexcept { return capacity_; }
    double epsilon() const;
    double delta() const noexcept { return settings_.delta; }
    std::uint64_t seed() const noexcept { return settings_.seed; }
    bool dropna() const noexcept { return settings_.dropna; }
    unsigned bits() const noexcept { return bits_; }
    std::size_t memory_bytes() const noexcept;

    // ---- several. They throw std::invalid_argument where seed or dropna differ, or where the bits
    // ---- of one are too few for another; std::bad_alloc. The bits of the result are the fewest.

    void merge(const truncated_sketch& other);

    // How many elements are in any of them. There is at least one.
    static sampled_count in_any(std::span<const truncated_sketch* const> sketches);

    friend sampled_count operator&(const truncated_sketch& a, const truncated_sketch& b);
    friend sampled_count operator-(const truncated_sketch& a, const truncated_sketch& b);
    friend sampled_count operator^(const truncated_sketch& a, const truncated_sketch& b);
    sampled_share jaccard(const truncated_sketch& other) const;
    sampled_share containment(const truncated_sketch& other) const;

    friend bool operator==(const truncated_sketch&, const truncated_sketch&) = default;

  private:
    struct comparison;

    truncated_sketch() = default;
    double cells_below() const noexcept;  // C: the number of cells below the threshold
    std::uint64_t threshold_cell() const noexcept { return threshold_ >> (64 - bits_); }
    certain_bounds bounds() const noexcept;
    sampled_count alone() const noexcept;
    truncated_sketch cut_to(unsigned bits) const;
    void require_like(const truncated_sketch& other, const char* word) const;
    void require_room() const;
    const char* error() const noexcept;
    comparison compare(const truncated_sketch& other) const;

    saved_settings settings_;
    std::size_t capacity_ = 0;
    unsigned bits_ = 0;
    bool exact_ = true;    // every element has its cell here
    bool merged_ = false;  // then the cells alone say how many there are
    std::uint64_t items_seen_ = 0;
    martingale history_ = {};           // unless merged
    std::uint64_t threshold_ = 0;       // unless exact: the largest identity of the sample
    std::vector<std::uint64_t> cells_;  // strictly below that of the threshold, in ascending order
};

}  // namespace cvmcount
