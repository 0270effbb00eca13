// Loads any bytes as a saved sketch, behind a checksum made right, and uses what is taken.
//
// A finding means that bytes from outside crash, overflow or are read wrongly; or that a state was
// taken which is not one: it must come back as the same bytes, answer, update and merge.
#include "sketch/saved_sketch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "sketch/sample_merge.hpp"
#include "sketch/set_operations.hpp"
#include "sketch/truncated_sketch.hpp"

namespace {

using namespace cvmcount;

constexpr std::size_t at_section = 48;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_answers(const sampler& sample) {
    require(sample.retained() <= sample.capacity());
    require(sample.items_seen() <= max_items);
    require(sample.is_exact() ? sample.count() == sample.retained() : sample.count() > 0);
    const interval bounds = sample.confidence_interval(0.95);
    require(bounds.low <= bounds.high && bounds.high <= sample.items_seen());
    require(sample.estimate() >= 0.0 && std::isfinite(sample.estimate()));
    require(sample.sampling_rate() > 0.0 && sample.sampling_rate() <= 1.0);
}

void check_saving(const sampler& sample, const saved_settings& settings, const kept_items& kept) {
    const auto saved = save(sample, settings, kept);
    saved_settings found;
    kept_items found_kept;
    const auto loaded = load(saved, false, found, found_kept);
    require(*loaded == sample && found == settings && save(*loaded, found, found_kept) == saved);
}

void check_truncated(const std::vector<std::byte>& saved) {
    try {
        const auto found = truncated_sketch::from_bytes(saved);
        require(found.to_bytes() == saved);
        require(std::isfinite(found.estimate()) && found.estimate() >= 0.0);
        const interval bounds = found.confidence_interval(0.95);
        require(bounds.low <= bounds.high && bounds.high <= found.items_seen());
        require(truncated_sketch::in_any(std::array{&found}).count() == found.count());
        require(std::isfinite(truncated_sketch::in_any(std::array{&found, &found}).estimate()));
        const interval common = (found & found).confidence_interval(0.9);
        require(common.low <= common.high);
        auto merged = found;
        merged.merge(found);
        require(truncated_sketch::from_bytes(merged.to_bytes()) == merged);
    } catch (const std::invalid_argument&) {
    }
}

void update(sampler& sample, const std::vector<std::byte>& source) {
    std::vector<std::uint64_t> identities = {0, ~std::uint64_t{0}};
    std::uint64_t word = 1;
    for (const std::byte octet : source) {
        word = mix64(word + std::to_integer<std::uint64_t>(octet));
        identities.push_back(word >> (word & 63));
    }
    sample.offer_filtered(identities, identities.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::byte> saved(size);
    std::transform(data, data + size, saved.begin(),
                   [](std::uint8_t octet) { return std::byte{octet}; });
    if (size >= sizeof(std::uint64_t)) seal(saved);
    check_truncated(saved);
    saved_settings settings;
    std::unique_ptr<sampler> sample;
    kept_items kept;
    try {
        sample = load(saved, false, settings, kept);
    } catch (const std::invalid_argument&) {
        return 0;
    }

    // Sections that this version passes over are lost, and nothing else. Long samples may have been
    // written without a code, and are not now.
    const auto again = save(*sample, settings, kept);
    if (again[at_section] == saved[at_section]) {
        const auto content_end = again.end() - sizeof(std::uint64_t);
        require(again.size() <= saved.size());
        require(std::equal(again.begin(), content_end, saved.begin()));
        require(again.size() < saved.size() || again == saved);
    }
    check_saving(*sample, settings, kept);

    check_answers(*sample);
    // Of elements that come now nothing is kept.
    settings.keep = keep::nothing;
    sampler updated = *sample;
    update(updated, saved);
    check_answers(updated);
    check_saving(updated, settings, {});
    if (sample->kind() == coins::hashed) {
        sample_merge both;
        both.add(*sample);
        both.merge_into(updated);
        check_answers(updated);
        check_saving(updated, settings, {});
        const overlap common(*sample, updated);
        require(common.in_first_only().retained == 0);
        require(common.jaccard().estimate() <= 1.0);
        const interval bounds = common.in_both().confidence_interval(0.9);
        require(bounds.low <= bounds.high);
    }
    return 0;
}
