#include "columns/column.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <exception>
#include <limits>

#include "base/byte_masks.hpp"
#include "base/bytes.hpp"
#include "base/missing_bits.hpp"
#include "columns/reading_work.hpp"

namespace cvmcount {
namespace {

// Where fewer values of a block than this share pass the filter, looking for repeats costs more
// than offering them again: from one block to the next the cache has forgotten the places.
constexpr std::size_t least_share = 16;

// Bits for the values begin ... begin + size of a mask of bytes. Returns whether any is set.
bool pack_mask(const layout& mask, std::size_t begin, std::size_t size, std::uint8_t* bits) {
    std::uint64_t any = 0;
    std::size_t i = 0;
    if (mask.stride == 1) {
        for (; i + block_bytes <= size; i += block_bytes) {
            const std::uint64_t set = ~mask_of(mask.data + begin + i, std::byte{0});
            store_le(reinterpret_cast<std::byte*>(bits + i / 8), set);
            any |= set;
        }
    }
    for (; i < size; i += 8) {
        unsigned byte = 0;
        for (std::size_t j = 0; j < std::min<std::size_t>(8, size - i); ++j) {
            const auto position = static_cast<std::ptrdiff_t>(begin + i + j);
            const bool missing = mask.data[mask.stride * position] != std::byte{0};
            byte |= (missing ? 1U : 0U) << j;
        }
        bits[i / 8] = static_cast<std::uint8_t>(byte);
        any |= byte;
    }
    return any != 0;
}

// The opposite of `size` bits from `begin` on. Returns whether any is set.
bool invert_bits(const std::uint8_t* source, std::size_t begin, std::size_t size,
                 std::uint8_t* bits) {
    const std::size_t shift = begin % 8;
    const std::size_t bytes = (shift + size + 7) / 8;  // that there are to be read
    source += begin / 8;
    std::uint64_t any = 0;
    std::size_t i = 0;
    for (; 8 * i + 64 <= size; i += 8) {
        auto word = load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(source + i)) >> shift;
        if (shift != 0) word |= std::uint64_t{source[i + 8]} << (64 - shift);
        store_le(reinterpret_cast<std::byte*>(bits + i), ~word);
        any |= ~word;
    }
    for (; 8 * i < size; ++i) {
        unsigned byte = source[i] >> shift;
        if (shift != 0 && i + 1 < bytes) byte |= unsigned{source[i + 1]} << (8 - shift);
        byte = ~byte & 0xff;
        if (size - 8 * i < 8) byte &= (1U << (size - 8 * i)) - 1;
        bits[i] = static_cast<std::uint8_t>(byte);
        any |= byte;
    }
    return any != 0;
}

}  // namespace

void throw_unidentified() {
    throw unidentified_value();
}

std::size_t column::block::missing_values() const noexcept {
    return missing == nullptr ? 0 : count_set(missing, size);
}

// Fills in which values are missing. Returns whether any is.
bool column::find_missing(std::size_t begin, std::size_t size, std::uint8_t* bits) const noexcept {
    if (validity_ != nullptr) return invert_bits(validity_, first_bit_ + begin, size, bits);
    return mask_.data != nullptr && pack_mask(mask_, begin, size, bits);
}

void column::limit_members(std::size_t stored) noexcept {
    constexpr std::size_t most = reading_work::any / reading_work::most_times_shared / 2;
    most_members_ =
        reading_work::least_members + reading_work::most_times_shared * std::min(stored, most);
}

void reading_work::add(std::size_t members) {
    if (members > left_) throw malformed_column(too_many);
    left_ -= members;
    ask(members);
}

void reading_work::ask(std::size_t steps) {
    since_asked_ += steps;
    if (since_asked_ < between_questions) return;
    since_asked_ = 0;
    if (stop_.wanted != nullptr && stop_.wanted(stop_.context)) throw reading_interrupted();
}

std::size_t column::read(std::size_t begin, std::size_t end, const reading_rules& rules,
                         identity_cache& cache, reading_output& output) const noexcept try {
    std::array<std::uint8_t, block_values / 8> bits;
    if (rules.skip_repeats) cache.turn_to(*this);
    std::uint8_t* const seen = rules.skip_repeats ? cache.seen() : nullptr;
    reading_work work(most_members_, rules.stop);
    reading_rules with_work = rules;
    with_work.work = &work;
    while (begin < end) {
        const std::size_t size = std::min(block_values, end - begin);
        if (output.room - output.kept < size + filter_slack) break;
        std::uint64_t* out = output.identities + output.kept;
        const bool any_missing = find_missing(begin, size, bits.data());
        work.begin_block();
        const filter_output result =
            read_block({begin, size, any_missing ? bits.data() : nullptr, with_work, out, seen});
        const bool leaves_out = rules.skip_repeats && least_share * result.kept >= size;
        output.kept += leaves_out ? cache.leave_out(out, result.kept) : result.kept;
        output.item_count += size - (rules.dropna ? result.missing : 0);
        begin += size;
    }
    return begin;
} catch (const unidentified_value&) {
    return begin;
} catch (const reading_interrupted&) {
    return begin;
} catch (const malformed_column& error) {
    output.error = error.what();
    return begin;
} catch (const std::exception&) {  // bad_alloc, or length_error
    output.error = out_of_memory;
    return begin;
}

bool column::identify_one(std::size_t i, const reading_rules& rules,
                          std::uint64_t& identity) const {
    std::array<std::uint64_t, 1 + filter_slack> out;
    const bool is_valid = identify(i, 1, rules, out.data()) == 0;
    identity = out[0];
    return is_valid;
}

std::size_t column::identify(std::size_t begin, std::size_t size, const reading_rules& rules,
                             std::uint64_t* out) const try {
    std::array<std::uint8_t, block_values / 8> bits;
    reading_rules all = rules;
    all.threshold = std::numeric_limits<std::uint64_t>::max();
    all.dropna = false;
    all.skip_repeats = false;
    const bool any_missing = find_missing(begin, size, bits.data());
    return read_block({begin, size, any_missing ? bits.data() : nullptr, all, out, nullptr})
        .missing;
} catch (const unidentified_value& error) {
    throw malformed_column(error.what());
}

}  // namespace cvmcount
