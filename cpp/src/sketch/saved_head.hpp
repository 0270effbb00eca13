// What all saved sketches have in common: versions, settings, sections and a checksum.
//
// docs/format.md has the layout, by byte offsets. Whoever reads takes nothing on trust: the
// checksum only tells damage, so every length is compared with the bytes that are there before
// memory is asked for, and every number with the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cvmcount/settings.hpp"
#include "sketch/byte_stream.hpp"

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

inline constexpr std::size_t count_width = 4;  // bytes of a number of identities

// From 128 on, sections may be passed over by who does not know them.
enum section : std::uint8_t {
    exact_sample = 1,
    counted_sample = 2,
    merged_sample = 3,
    fresh_sample = 4,
    kept_values = 5,  // the values of the elements, and their summaries
    // The same as the first three, with coded identities.
    coded_exact_sample = 6,
    coded_counted_sample = 7,
    coded_merged_sample = 8,
    truncated_sample = 9,
    first_optional = 128,
};

[[noreturn]] void throw_invalid(const std::string& reason);
[[noreturn]] void throw_invalid_state(const char* error);

// ---- writing. All throw std::bad_alloc. ---------------------------------------------------------

// The head; there is room for a section of this size.
byte_writer begin_saved(std::size_t capacity, const saved_settings& settings, std::size_t size);

void write_section_head(byte_writer& out, section type, std::size_t size);

// With the checksum, which ends them.
std::vector<std::byte> sealed(byte_writer content);

// Writes the checksum of all bytes but the last eight into these. For tests and fuzzers.
void seal(std::span<std::byte> saved) noexcept;

// ---- reading. All throw std::invalid_argument with the reason, where it is not valid. -----------

struct opened_sketch {
    std::size_t capacity;
    saved_settings settings;
    byte_reader sections;
};

opened_sketch open_saved(std::span<const std::byte> saved);

struct typed_section {
    unsigned type;
    byte_reader content;
};

typed_section read_section(byte_reader& in);

}  // namespace cvmcount
