// The union and the intersection of several sketches, from the operands themselves.
//
// The operands of a union know more than their merged sample. An element that one of them retains
// is known without doubt, for none that lies below an operand's threshold is hidden there: so each
// counts with the largest threshold of those that retain it. And an operand that was never merged
// knows how its sample grew: what that says beyond the sample (its martingale estimate less the
// estimate of its sample, which has the mean 0) is added, in the share that never makes the
// estimate worse, whatever the order of the streams. tests/test_union.py has the same in the
// plainest form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cvmcount/results.hpp"
#include "sampler/sampler.hpp"

namespace cvmcount {

class operands {
  public:
    // bits: the highest ones of identities that are known. Of fewer than all, some elements share a
    // cell (see truncated_sketch.hpp), which is corrected for.
    explicit operands(unsigned bits = 64) noexcept : bits_(bits) {}

    // is_certain, here and below: equal identities are equal elements, but for chance; of this
    // operand, and of all together. Preconditions: hashed coins, of one seed for all. Throws
    // std::bad_alloc.
    void add(const sampler& operand, bool is_certain = true);

    // The same for a sample whose sampling rate is not that of its largest identity: it has all
    // elements below that. Nothing is certain but the bounds. Throws std::bad_alloc.
    void add(hashed_state state, double sampling_rate, certain_bounds bounds);

    std::size_t size() const noexcept { return all_.size(); }

    // Both need at least one operand, and throw std::bad_alloc. To be called once.
    sampled_count in_any(bool is_certain = true);
    sampled_count in_all(bool is_certain = true);

  private:
    struct operand {
        double threshold;  // 1 while exact
        double capacity;
        bool exact;
        bool has_history;
        double beyond_sample;  // the martingale estimate less that of the sample: d
        double variance;       // an estimate of that of d: D
        std::uint64_t at_least, at_most;
        std::vector<std::uint64_t> retained;  // in ascending order
        std::size_t below;                    // of these, those strictly below the threshold
        sampled_count alone;                  // what it says by itself
    };
    struct sums;
    struct region;

    bool all_exact() const noexcept;
    void correct(sums& total, region& within, double end) const;
    sums add_elements();
    void use_history(sums& total) const;

    unsigned bits_;
    std::vector<operand> all_;
};

// How many elements take so many of these cells at random.
double elements_of_cells(double taken, double cells) noexcept;

}  // namespace cvmcount
