// The answers of a sketch.
#pragma once

#include <cstdint>

#include "cvmcount/api.h"

namespace cvmcount {

struct interval {
    std::uint64_t low, high;

    friend bool operator==(const interval&, const interval&) = default;
};

struct fraction_interval {
    double low, high;

    friend bool operator==(const fraction_interval&, const fraction_interval&) = default;
};

// A number of elements that is known by a sample of them.
struct CVMCOUNT_API sampled_count {
    std::uint64_t retained = 0;  // elements of the sample
    double sampling_rate = 1.0;  // the probability that an element is in it
    bool exact = true;           // the sample has all of them
    std::uint64_t at_most = 0;   // there are certainly no more

    // Of a union, whose operands know more than a sample: is_refined.
    struct refinement {
        double estimate = 0.0;
        double variance = 0.0;
        std::uint64_t at_least = 0;  // there are certainly no fewer
        std::uint64_t order = 0;  // of one merged sketch: which of the coins its sample ends with
        // Of truncated sketches: so many elements of the sample are only guessed.
        double by_chance = 0.0;

        friend bool operator==(const refinement&, const refinement&) = default;
    } refined = {};
    bool is_refined = false;
    bool is_floor = false;  // some elements were known by hashes that may collide

    // Unbiased, so it may lie outside of what is known for certain.
    double estimate() const noexcept {
        return is_refined ? refined.estimate : static_cast<double>(retained) / sampling_rate;
    }

    // The estimate as a whole number that can be, as it is shown beside an interval.
    std::uint64_t count() const noexcept;

    // An approximate interval of a confidence strictly between 0 and 1.
    interval confidence_interval(double confidence) const noexcept;

    friend bool operator==(const sampled_count&, const sampled_count&) = default;
};

// A share of the elements that is known by a sample of them.
struct CVMCOUNT_API sampled_share {
    std::uint64_t retained = 0;  // elements of the sample that are in the share
    std::uint64_t of = 0;        // elements of the sample
    double sampling_rate = 1.0;  // the probability that an element is in the sample
    bool exact = true;           // the sample has all elements

    // The share of no elements at all is 1.
    double estimate() const noexcept;

    // An approximate interval of a confidence strictly between 0 and 1.
    fraction_interval confidence_interval(double confidence) const noexcept;

    friend bool operator==(const sampled_share&, const sampled_share&) = default;
};

}  // namespace cvmcount
