// A sketch as bytes: the same on every machine, to be read by every later version.
//
// docs/format.md has the layout, by byte offsets. One state has one sequence of bytes. Whoever
// reads takes nothing on trust: the checksum only tells damage, so every length is compared with
// the bytes that are there before memory is asked for, and every number with the others
// (validate.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "items/kept_items.hpp"
#include "sampler/sampler.hpp"

namespace cvmcount {

// Elements that are known only by their own hash(), in one process.
struct process_hashes {
    std::uint64_t salt = 0;  // tells this process apart from others
    bool several = false;    // two of them may be one by a collision that nobody sees

    friend bool operator==(const process_hashes&, const process_hashes&) = default;
};

// All of a sketch but its sampler.
struct saved_settings {
    std::uint64_t seed = 0;
    double epsilon = 0.0;  // of the accuracy target; 0 where a capacity was given instead
    double delta = 0.5;
    bool dropna = true;
    enum keep keep = keep::nothing;
    std::optional<process_hashes> hashes = {};

    friend bool operator==(const saved_settings&, const saved_settings&) = default;
};

// Throws std::bad_alloc.
std::vector<std::byte> save(const sampler& sample, const saved_settings& settings,
                            const kept_items& kept);

// Throws std::invalid_argument, whose what() is the reason, where the bytes are not what save() of
// this or an earlier version gave, or hold objects of Python that are not allowed; std::bad_alloc.
// Then the settings are as they were.
std::unique_ptr<sampler> load(std::span<const std::byte> saved, bool objects_allowed,
                              saved_settings& settings, kept_items& kept);

// Writes the checksum of all bytes but the last eight into these. For tests and fuzzers.
void seal(std::span<std::byte> saved) noexcept;

}  // namespace cvmcount
