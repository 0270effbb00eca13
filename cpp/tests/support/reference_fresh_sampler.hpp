// The sampler with fresh coins in the slowest and plainest form, and CVM as it was published.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "sampler/fresh_sampler.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {

inline bool heads(random_words& random, double p) {
    return std::ldexp(static_cast<double>(random.next() >> 11), -53) < p;
}

// A random number for every item: the same law as the fast sampler, but other numbers.
struct coin_for_each_item {
    random_words random;

    bool toss(double p) { return heads(random, p); }
    void settle(double) {}
    std::size_t choose(std::size_t size) { return random.below(size); }
};

// The fast sampler's own numbers: the same state bit for bit.
struct shared_coins {
    random_sequence random;
    success_skips skips = {};
    std::uint64_t failures_left = 0;

    bool toss(double) { return failures_left == 0 || failures_left-- == 0; }
    void settle(double p) {  // after a success, when p is known
        skips.set_probability(p);
        failures_left = skips.draw(random);
    }
    std::size_t choose(std::size_t size) { return random.below(size); }
};

// Mistakes seen in published implementations, for the test that the other tests would notice them.
// An element that stays without a new coin has kept its old one: the two are one mistake here.
enum class fresh_mistake { none, stays_on_a_repeat, wrong_factor, reserved_key };

template <class Coins>
struct reference_fresh_sampler {
    struct member {
        std::uint64_t identity, stamp;
    };

    std::size_t capacity;
    Coins coins;
    fresh_mistake mistake = fresh_mistake::none;
    std::vector<member> members = {};
    std::uint64_t evictions = 0;

    double sampling_rate() const {
        if (mistake == fresh_mistake::wrong_factor) {
            const auto k = static_cast<double>(capacity);
            return std::pow((k - 1) / k, static_cast<double>(evictions));
        }
        return fresh_sampling_rate(capacity, evictions);
    }

    double estimate() const { return static_cast<double>(members.size()) / sampling_rate(); }

    void erase(std::size_t position) {
        members[position] = members.back();
        members.pop_back();
    }

    void offer(std::uint64_t identity) {
        if (mistake == fresh_mistake::reserved_key && identity == 0) return;
        std::size_t position = 0;
        while (position < members.size() && members[position].identity != identity) ++position;
        const bool present = position < members.size();
        if (present && mistake == fresh_mistake::stays_on_a_repeat) return;
        if (!coins.toss(sampling_rate())) {
            if (present) erase(position);
            return;
        }
        if (present) {
            members[position].stamp = evictions;
        } else {
            members.push_back({identity, evictions});
        }
        if (members.size() > capacity) {
            erase(coins.choose(members.size()));
            ++evictions;
        }
        coins.settle(sampling_rate());
    }
};

// CVM as published: a full buffer drops each member with probability 1/2, and p is halved. If none
// was dropped it fails; the article's implementation fails when all were.
struct published_cvm {
    std::size_t buffer_size;
    random_words random;
    std::set<std::uint64_t> members = {};
    double p = 1.0;
    bool failed = false;

    double estimate() const { return static_cast<double>(members.size()) / p; }

    void offer(std::uint64_t identity) {
        members.erase(identity);
        if (heads(random, p)) members.insert(identity);
        if (members.size() < buffer_size) return;
        std::erase_if(members, [this](std::uint64_t) { return heads(random, 0.5); });
        p /= 2;
        if (members.empty() || members.size() == buffer_size) failed = true;
    }
};

// Its size for a stream of that length: 12/epsilon**2 * log2(8 * length / delta).
inline std::size_t published_buffer_size(double epsilon, double delta, std::size_t length) {
    const double logarithm = std::log2(8.0 * static_cast<double>(length) / delta);
    return static_cast<std::size_t>(std::round(12.0 / (epsilon * epsilon) * logarithm));
}

}  // namespace cvmcount::testing
