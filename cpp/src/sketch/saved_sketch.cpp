#include "sketch/saved_sketch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "identity/identity.hpp"
#include "identity/rapidhash.hpp"
#include "items/item_check.hpp"
#include "sampler/validate.hpp"
#include "sketch/byte_stream.hpp"
#include "sketch/gap_coding.hpp"

namespace cvmcount {
namespace {

constexpr std::array magic = {std::byte{'C'}, std::byte{'V'}, std::byte{'M'}, std::byte{'S'}};
constexpr std::uint8_t format_version = 1;
constexpr std::size_t head_size = 48;
constexpr std::size_t section_head_size = 8;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t item_size_width = 4;
constexpr std::size_t count_width = 4;

enum flags : std::uint8_t { drops_missing = 1, salted = 2, several_hashes = 4, known_flags = 7 };

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
    first_optional = 128,
};

[[noreturn]] void throw_invalid(const std::string& reason) {
    throw std::invalid_argument(reason);
}

[[noreturn]] void throw_invalid_state(const char* error) {
    throw_invalid(std::string("the saved sketch is not valid: ") + error);
}

std::uint64_t checksum(std::span<const std::byte> content) noexcept {
    return rapidhash::hash(content, rapidhash::key_of(0));
}

// Returns how many bytes every number up to this one takes.
std::size_t width_of(std::uint64_t largest) noexcept {
    return (static_cast<std::size_t>(std::bit_width(largest)) + 7) / 8;
}

std::size_t head_and_tail() noexcept {
    return head_size + section_head_size + checksum_size;
}

void write_head(byte_writer& out, std::size_t capacity, const saved_settings& settings) {
    for (const std::byte letter : magic) out.byte(std::to_integer<std::uint8_t>(letter));
    out.byte(format_version);
    out.byte(identity_version);
    const process_hashes hashes = settings.hashes.value_or(process_hashes{});
    out.byte(static_cast<std::uint8_t>((settings.dropna ? drops_missing : 0) |
                                       (settings.hashes ? salted : 0) |
                                       (hashes.several ? several_hashes : 0)));
    out.byte(0);
    out.word(settings.seed);
    out.real(settings.epsilon);
    out.real(settings.delta);
    out.word(capacity);
    out.word(hashes.salt);
}

void write_section_head(byte_writer& out, section type, std::size_t size) {
    out.word(std::uint64_t{size} << 8 | type);
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

std::vector<std::byte> sealed(byte_writer content) {
    content.word(0);
    auto saved = std::move(content).take();
    seal(saved);
    return saved;
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
    byte_writer out(head_and_tail() + size);
    write_head(out, state.capacity, settings);
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
    byte_writer out(head_and_tail() + size);
    write_head(out, state.capacity, settings);
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

void read_versions(byte_reader& in) {
    in.take(magic.size());
    const unsigned version = in.byte();
    if (version != format_version) {
        throw_invalid("the saved sketch has format version " + std::to_string(version) +
                      ", which this version of cvmcount cannot read");
    }
    const unsigned identities = in.byte();
    if (identities != identity_version) {
        throw_invalid("the saved sketch has identities of version " + std::to_string(identities) +
                      ", and this version of cvmcount gives other identities to the same items");
    }
}

// Returns the capacity.
std::size_t read_settings(byte_reader& in, saved_settings& settings) {
    const unsigned flags = in.byte();
    if ((flags & ~unsigned{known_flags}) != 0 || in.byte() != 0)
        throw_invalid_state("unknown flags");
    settings.dropna = (flags & drops_missing) != 0;
    settings.seed = in.word();
    settings.epsilon = in.real();
    settings.delta = in.real();
    const std::uint64_t capacity = in.word();
    const std::uint64_t salt = in.word();
    const bool several = (flags & several_hashes) != 0;
    if ((flags & salted) != 0) settings.hashes = {salt, several};
    const bool is_target = settings.epsilon > 0.0 && settings.epsilon < 1.0;
    if (!is_target && std::bit_cast<std::uint64_t>(settings.epsilon) != 0) {
        throw_invalid_state("epsilon is out of range");
    }
    if (!(settings.delta > 0.0 && settings.delta < 1.0))
        throw_invalid_state("delta is out of range");
    if (!settings.hashes && (salt != 0 || several)) throw_invalid_state("a salt without its flag");
    if (capacity > max_capacity) throw_invalid_state("capacity is out of range");
    return static_cast<std::size_t>(capacity);
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

struct typed_section {
    unsigned type;
    byte_reader content;
};

typed_section read_section(byte_reader& in) {
    const std::uint64_t head = in.word();
    if (head >> 8 > in.left()) throw_invalid_state("a section is longer than the rest");
    return {static_cast<unsigned>(head & 0xff),
            byte_reader(in.take(static_cast<std::size_t>(head >> 8)))};
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
    if (saved.size() < magic.size() || !std::equal(magic.begin(), magic.end(), saved.begin())) {
        throw_invalid("this is no saved sketch: it does not begin with CVMS");
    }
    if (saved.size() < head_and_tail()) throw_invalid_state("it is too short");
    const auto content = saved.first(saved.size() - checksum_size);
    byte_reader in(content);
    read_versions(in);
    if (load_le<std::uint64_t>(saved.data() + content.size()) != checksum(content)) {
        throw_invalid("the saved sketch is damaged: its checksum does not match");
    }
    saved_settings found;
    const std::size_t capacity = read_settings(in, found);
    const auto [type, section] = read_section(in);
    auto sample = std::make_unique<sampler>(read_sample(section, type, capacity));
    kept_items values;
    read_others(in, [&](const byte_reader& content) {
        read_kept(content, *sample, objects_allowed, found, values);
    });
    settings = found;
    kept = std::move(values);
    return sample;
}

void seal(std::span<std::byte> saved) noexcept {
    const auto content = saved.first(saved.size() - checksum_size);
    store_le(saved.data() + content.size(), checksum(content));
}

}  // namespace cvmcount
