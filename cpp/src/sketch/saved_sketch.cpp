#include "sketch/saved_sketch.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "items/item_check.hpp"
#include "sampler/validate.hpp"
#include "sketch/gap_coding.hpp"

namespace cvmcount {
namespace {

constexpr std::size_t item_size_width = 4;
// Returns how many bytes every number up to this one takes.
std::size_t width_of(std::uint64_t largest) noexcept {
    return (static_cast<std::size_t>(std::bit_width(largest)) + 7) / 8;
}

// The elements in the buffer, by rising identity. A value that is not known has no bytes.
void write_kept(byte_writer& out, const saved_settings& settings, const kept_items& kept,
                std::vector<std::uint64_t> identities) {
    std::sort(identities.begin(), identities.end());
    byte_writer section(0);
    section.byte(static_cast<std::uint8_t>(settings.keep));
    section.byte(static_cast<std::uint8_t>(kept.number_form()));
    const kept_item nothing;
    for (const std::uint64_t identity : identities) {
        const kept_item* const found = kept.find(identity);
        const kept_item& item = found == nullptr ? nothing : *found;
        section.number(item.bytes.size(), item_size_width);
        section.bytes(item.bytes);
        if (settings.keep != keep::summaries) continue;
        section.word(item.summary.count);
        const number_totals& totals = item.summary.totals;
        for (const std::uint64_t word :
             {totals.numbers, totals.sum_low, totals.sum_high, totals.least, totals.greatest}) {
            section.word(word);
        }
    }
    const std::vector<std::byte> content = std::move(section).take();
    write_section_head(out, kept_values, content.size());
    out.bytes(content);
}

std::vector<std::byte> save(const hashed_state& state, const saved_settings& settings,
                            const kept_items& kept) {
    const bool coded = state.retained.size() >= least_to_code;
    const auto type = state.exact     ? (coded ? coded_exact_sample : exact_sample)
                      : state.history ? (coded ? coded_counted_sample : counted_sample)
                                      : (coded ? coded_merged_sample : merged_sample);
    const std::vector<std::byte> gaps =
        coded ? encode_gaps(state.retained) : std::vector<std::byte>();
    const std::size_t identities_size =
        coded ? count_width + gaps.size() : state.retained.size() * sizeof(std::uint64_t);
    const std::size_t size = (state.history ? 4 : 1) * sizeof(std::uint64_t) + identities_size;
    byte_writer out = begin_saved(state.capacity, settings, size);
    write_section_head(out, type, size);
    out.word(state.items_seen);
    if (state.history) {
        out.real(state.history->estimate);
        out.real(state.history->variance);
        out.word(state.history->changes);
    }
    if (coded) {
        out.number(state.retained.size(), count_width);
        out.bytes(gaps);
    } else {
        out.words(state.retained);
    }
    if (settings.keep != keep::nothing) write_kept(out, settings, kept, state.retained);
    return sealed(std::move(out));
}

std::vector<std::byte> save(const fresh_state& state, const saved_settings& settings,
                            const kept_items& kept) {
    const std::size_t width = width_of(state.evictions);
    const std::size_t size =
        4 * sizeof(std::uint64_t) + state.identities.size() * (sizeof(std::uint64_t) + width);
    byte_writer out = begin_saved(state.capacity, settings, size);
    write_section_head(out, fresh_sample, size);
    out.word(state.items_seen);
    out.word(state.evictions);
    out.word(state.failures_left);
    out.word(state.random);
    out.words(state.identities);
    for (const std::uint64_t stamp : state.stamps) out.number(stamp, width);
    if (settings.keep != keep::nothing) write_kept(out, settings, kept, state.identities);
    return sealed(std::move(out));
}

std::vector<std::uint64_t> read_coded(byte_reader in) {
    const auto count = static_cast<std::size_t>(in.number(count_width));
    if (count < least_to_code) throw_invalid_state("so few identities are not coded");
    return decode_gaps(in.take(in.left()), count);
}

std::vector<std::uint64_t> read_plain(byte_reader in) {
    if (in.left() % sizeof(std::uint64_t) != 0) throw_invalid_state("a part of an identity");
    return in.words(in.left() / sizeof(std::uint64_t));
}

sampler read_hashed(byte_reader in, section type, std::size_t capacity) {
    hashed_state state = {capacity};
    state.exact = type == exact_sample || type == coded_exact_sample;
    state.items_seen = in.word();
    if (type == counted_sample || type == coded_counted_sample) {
        auto& history = state.history.emplace();
        history.estimate = in.real();
        history.variance = in.real();
        history.changes = in.word();
    }
    state.retained = type < kept_values ? read_plain(in) : read_coded(in);
    if (const char* error = error_in(state)) throw_invalid_state(error);
    return sampler(hashed_sampler(std::move(state)));
}

sampler read_fresh(byte_reader in, std::size_t capacity) {
    fresh_state state = {capacity};
    state.items_seen = in.word();
    state.evictions = in.word();
    state.failures_left = in.word();
    state.random = in.word();
    const std::size_t width = width_of(state.evictions);
    const std::size_t each = sizeof(std::uint64_t) + width;
    if (in.left() % each != 0) throw_invalid_state("a part of an element");
    const std::size_t count = in.left() / each;
    state.identities = in.words(count);
    state.stamps.reserve(count);
    for (std::size_t i = 0; i < count; ++i) state.stamps.push_back(in.number(width));
    if (const char* error = error_in(state)) throw_invalid_state(error);
    try {
        return sampler(fresh_sampler(std::move(state)));
    } catch (const std::invalid_argument& error) {
        throw_invalid_state(error.what());
    }
}

sampler read_sample(byte_reader in, unsigned type, std::size_t capacity) {
    switch (type) {
        case exact_sample:
        case counted_sample:
        case merged_sample:
        case coded_exact_sample:
        case coded_counted_sample:
        case coded_merged_sample:
            return read_hashed(in, static_cast<section>(type), capacity);
        case fresh_sample:
            return read_fresh(in, capacity);
        case truncated_sample:
            throw_invalid(
                "these are the bytes of a truncated sketch: load them by "
                "TruncatedSketch.from_bytes");
        default:
            throw_invalid_state("its first section is no sample");
    }
}

number_totals read_totals(byte_reader& in, std::uint64_t count) {
    number_totals totals;
    for (std::uint64_t* const word :
         {&totals.numbers, &totals.sum_low, &totals.sum_high, &totals.least, &totals.greatest}) {
        *word = in.word();
    }
    if (totals.numbers > count) throw_invalid_state("more numbers than occurrences");
    if (totals.numbers == 0 && totals != number_totals()) {
        throw_invalid_state("totals without a number");
    }
    return totals;
}

void read_kept(byte_reader in, const sampler& sample, bool objects_allowed,
               saved_settings& settings, kept_items& kept) {
    const unsigned keep_code = in.byte();
    const unsigned form = in.byte();
    const bool summaries = keep_code == static_cast<unsigned>(keep::summaries);
    if (!summaries && keep_code != static_cast<unsigned>(keep::items)) {
        throw_invalid_state("it keeps what is unknown");
    }
    if (summaries && sample.kind() == coins::fresh) {
        throw_invalid_state("it has fresh coins and summaries");
    }
    if (form > (summaries ? static_cast<unsigned>(number_form::real) : 0U)) {
        throw_invalid_state("its numbers have an unknown form");
    }
    settings.keep = static_cast<enum keep>(keep_code);
    kept.set_number_form(static_cast<number_form>(form));
    for (const std::uint64_t identity : sample.retained_ids()) {
        const auto item = in.take(static_cast<std::size_t>(in.number(item_size_width)));
        const char* const error = item.empty() ? nullptr : error_in_item(item, objects_allowed);
        if (error != nullptr) throw_invalid_state(error);
        kept_item& place = kept.at(identity);
        place.bytes.assign(item.begin(), item.end());
        if (!summaries) continue;
        const std::uint64_t count = in.word();
        if (count == 0 || count > sample.items_seen()) {
            throw_invalid_state("a number of occurrences is out of range");
        }
        place.summary = {count, read_totals(in, count)};
        if (form == 0 && place.summary.totals.numbers > 0) {
            throw_invalid_state("numbers without a form");
        }
    }
    if (in.left() > 0) throw_invalid_state("its values are more than its elements");
}

// What is kept, and sections that this version does not know, come after the sample, each type once
// and in rising order.
template <class Read>
void read_others(byte_reader& in, Read read) {
    unsigned last_type = fresh_sample;
    while (in.left() > 0) {
        const auto [type, content] = read_section(in);
        if (type <= last_type) throw_invalid_state("its sections are out of order");
        if (type == kept_values) {
            read(content);
        } else if (type < first_optional) {
            throw_invalid("the saved sketch has a section of type " + std::to_string(type) +
                          ", which this version of cvmcount does not know");
        }
        last_type = type;
    }
}

}  // namespace

std::vector<std::byte> save(const sampler& sample, const saved_settings& settings,
                            const kept_items& kept) {
    return sample.kind() == coins::hashed ? save(sample.hashed().state(), settings, kept)
                                          : save(sample.fresh().state(), settings, kept);
}

std::unique_ptr<sampler> load(std::span<const std::byte> saved, bool objects_allowed,
                              saved_settings& settings, kept_items& kept) {
    opened_sketch opened = open_saved(saved);
    const auto [type, section] = read_section(opened.sections);
    auto sample = std::make_unique<sampler>(read_sample(section, type, opened.capacity));
    kept_items values;
    read_others(opened.sections, [&](const byte_reader& content) {
        read_kept(content, *sample, objects_allowed, opened.settings, values);
    });
    settings = opened.settings;
    kept = std::move(values);
    return sample;
}

}  // namespace cvmcount
