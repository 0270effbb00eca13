// The bottom-k sampler in the slowest and plainest form: one ordered set, one item at a time. The
// fast sampler must agree with it bit for bit on every stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace cvmcount::testing {

// Mistakes seen in published implementations, for the test that the other tests would notice them.
enum class hashed_mistake { none, p_after_the_change, counts_the_threshold };

struct reference_hashed_sampler {
    std::size_t capacity;
    hashed_mistake mistake = hashed_mistake::none;
    std::set<std::uint64_t> retained = {};
    double estimate = 0.0;
    double variance = 0.0;
    std::uint64_t items_seen = 0;
    bool exact = true;

    double sampling_rate() const {
        const double coins = 18446744073709551616.0;
        return retained.size() < capacity ? 1.0 : static_cast<double>(*retained.rbegin()) / coins;
    }

    void offer(std::uint64_t identity) {
        ++items_seen;
        if (retained.contains(identity)) {
            if (mistake == hashed_mistake::counts_the_threshold && !exact &&
                identity == *retained.rbegin()) {
                estimate += 1.0 / sampling_rate();
            }
            return;
        }
        const bool full = retained.size() == capacity;
        if (full) exact = false;
        if (full && identity > *retained.rbegin()) return;
        const double one_over_p = 1.0 / sampling_rate();
        retained.insert(identity);
        if (full) retained.erase(*retained.rbegin());
        estimate +=
            mistake == hashed_mistake::p_after_the_change ? 1.0 / sampling_rate() : one_over_p;
        variance += one_over_p * (one_over_p - 1.0);
    }
};

}  // namespace cvmcount::testing
