// The settings that a sketch is made with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cvmcount {

enum class coins {
    hashed,  // one coin for each element, from its hash: faster, more precise, and merges
    fresh,   // a coin for each occurrence, as the CVM algorithm was published
};

// What a sketch keeps of the elements in its buffer, beside their identities.
enum class keep : std::uint8_t {
    nothing,
    items,      // their values
    summaries,  // and how often each came, and what numbers that came with it add up to
};

struct sketch_settings {
    // The accuracy target: the estimate is off by more than a fraction epsilon with a probability
    // of at most delta. Both lie strictly between 0 and 1.
    double epsilon = 0.05;
    double delta = 0.001;
    // The number of elements that the buffer holds, 3 to 2**31; then epsilon is not used. 0 chooses
    // the smallest that reaches the accuracy target, but at least 1024.
    std::size_t capacity = 0;
    enum coins coins = coins::hashed;
    std::uint64_t seed = 0;          // sketches of one seed can be merged and compared
    enum keep keep = keep::nothing;  // summaries need hashed coins
    bool dropna = true;  // missing values are skipped; otherwise they are one element together
};

}  // namespace cvmcount
