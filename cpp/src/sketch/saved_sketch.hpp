// A sketch as bytes: the same on every machine, to be read by every later version.
//
// One state has one sequence of bytes. saved_head.hpp has what all saved sketches begin and end
// with; validate.hpp says which states there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "items/kept_items.hpp"
#include "sampler/sampler.hpp"
#include "sketch/saved_head.hpp"

namespace cvmcount {

// Throws std::bad_alloc.
std::vector<std::byte> save(const sampler& sample, const saved_settings& settings,
                            const kept_items& kept);

// Throws std::invalid_argument, whose what() is the reason, where the bytes are not what save() of
// this or an earlier version gave, or hold objects of Python that are not allowed; std::bad_alloc.
// Then the settings are as they were.
std::unique_ptr<sampler> load(std::span<const std::byte> saved, bool objects_allowed,
                              saved_settings& settings, kept_items& kept);

}  // namespace cvmcount
