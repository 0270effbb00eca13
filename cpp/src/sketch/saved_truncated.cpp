// A truncated sketch as bytes: docs/format.md has the layout.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sampler/sizing.hpp"
#include "sampler/validate.hpp"
#include "sketch/gap_coding.hpp"
#include "sketch/truncated_sketch.hpp"

namespace cvmcount {
namespace {

enum state_code : std::uint8_t { exact = 1, counted = 2, merged_exact = 3, merged = 4 };

}  // namespace

std::vector<std::byte> truncated_sketch::to_bytes() const {
    byte_writer content(0);
    content.byte(static_cast<std::uint8_t>(bits_));
    content.byte(merged_ ? (exact_ ? merged_exact : merged) : (exact_ ? exact : counted));
    content.word(items_seen_);
    if (!merged_) content.word(history_.changes);
    if (!merged_ && !exact_) {
        content.real(history_.estimate);
        content.real(history_.variance);
    }
    if (!exact_) content.word(threshold_);
    content.number(cells_.size(), count_width);
    if (!cells_.empty()) content.bytes(encode_gaps(cells_));
    const std::vector<std::byte> section = std::move(content).take();
    byte_writer out = begin_saved(capacity_, settings_, section.size());
    write_section_head(out, truncated_sample, section.size());
    out.bytes(section);
    return sealed(std::move(out));
}

// What no sketch can be, or null. The cells ascend.
const char* truncated_sketch::error() const noexcept {
    if (capacity_ < min_capacity) return "capacity is out of range";
    if (items_seen_ > max_items) return "items_seen is out of range";
    if (cells_.size() + (exact_ ? 0 : 1) > capacity_) return "it has more cells than its capacity";
    if (items_seen_ < bounds().at_least) return "it has more elements than it has seen items";
    if (!cells_.empty() && static_cast<double>(cells_.back()) >= cells_below()) {
        return "a cell is not below the threshold";
    }
    if (exact_) {
        const bool fits = cells_.size() <= history_.changes && history_.changes <= capacity_;
        return merged_ || fits ? nullptr : "its elements and cells contradict each other";
    }
    if (merged_) return nullptr;
    return is_plausible(history_, capacity_, threshold_)
               ? nullptr
               : "the sums of its estimate contradict its sample";
}

truncated_sketch truncated_sketch::from_bytes(std::span<const std::byte> saved) {
    auto [capacity, settings, sections] = open_saved(saved);
    auto [type, in] = read_section(sections);
    if (type != truncated_sample) {
        throw_invalid(
            "these are the bytes of a sketch that is not truncated: load them by "
            "CVMSketch.from_bytes");
    }
    if (sections.left() > 0 || settings.hashes) throw_invalid_state("it has more than its cells");
    truncated_sketch found;
    found.settings_ = settings;
    found.capacity_ = capacity;
    found.bits_ = in.byte();
    if (found.bits_ < least_bits || found.bits_ > most_bits) {
        throw_invalid_state("its number of bits is out of range");
    }
    const unsigned code = in.byte();
    if (code < exact || code > merged) throw_invalid_state("its state is unknown");
    found.exact_ = code == exact || code == merged_exact;
    found.merged_ = code == merged || code == merged_exact;
    found.items_seen_ = in.word();
    if (!found.merged_) found.history_.changes = in.word();
    if (code == counted) {
        found.history_.estimate = in.real();
        found.history_.variance = in.real();
    } else if (code == exact) {
        found.history_.estimate = static_cast<double>(found.history_.changes);
    }
    if (!found.exact_) found.threshold_ = in.word();
    const auto count = static_cast<std::size_t>(in.number(count_width));
    if (count > 0) found.cells_ = decode_gaps(in.take(in.left()), count);
    if (in.left() > 0) throw_invalid_state("it has bytes behind its cells");
    if (const char* error = found.error()) throw_invalid_state(error);
    found.require_room();
    return found;
}

}  // namespace cvmcount
