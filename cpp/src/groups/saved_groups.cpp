#include "groups/saved_groups.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "identity/identity.hpp"
#include "items/item_check.hpp"
#include "sampler/sizing.hpp"
#include "sampler/validate.hpp"
#include "sketch/byte_stream.hpp"
#include "sketch/gap_coding.hpp"

namespace cvmcount {
namespace {

constexpr std::array magic = {std::byte{'C'}, std::byte{'V'}, std::byte{'M'}, std::byte{'G'}};
constexpr std::uint8_t format_version = 1;
constexpr std::size_t head_size = 64;
constexpr std::size_t group_head_size = 8;  // the size of a group, without these bytes
constexpr std::size_t checksum_size = 8;
constexpr std::size_t piece_size = std::size_t{1} << 20;
constexpr std::size_t name_size_width = 4;
constexpr std::size_t count_width = 4;

enum flags : std::uint8_t { drops_missing = 1, drops_missing_keys = 2, known_flags = 3 };
enum state : std::uint8_t { exact_state = 1, counted_state = 2, merged_state = 3 };

[[noreturn]] void throw_invalid(const std::string& reason) {
    throw std::invalid_argument(reason);
}

[[noreturn]] void throw_invalid_state(const char* error) {
    throw_invalid(std::string("the saved groups are not valid: ") + error);
}

void write_group(byte_writer& out, const groups& all, groups::place place) {
    const hashed_state state = all.state(place);
    const auto name = all.name(place);
    byte_writer group(0);
    group.word(all.key(place));
    group.number(name.size(), name_size_width);
    group.bytes(name);
    group.byte(state.exact ? exact_state : state.history ? counted_state : merged_state);
    group.word(state.items_seen);
    if (state.history) {
        group.real(state.history->estimate);
        group.real(state.history->variance);
        group.word(state.history->changes);
    }
    group.number(state.retained.size(), count_width);
    if (state.retained.size() >= least_to_code) {
        group.bytes(encode_gaps(state.retained));
    } else {
        group.words(state.retained);
    }
    const auto bytes = std::move(group).take();
    out.word(bytes.size());
    out.bytes(bytes);
}

hashed_state read_state(byte_reader& in, std::size_t capacity) {
    hashed_state found = {capacity};
    const unsigned kind = in.byte();
    if (kind < exact_state || kind > merged_state) throw_invalid_state("a group of unknown state");
    found.exact = kind == exact_state;
    found.items_seen = in.word();
    if (kind == counted_state) {
        auto& history = found.history.emplace();
        history.estimate = in.real();
        history.variance = in.real();
        history.changes = in.word();
    }
    const auto count = static_cast<std::size_t>(in.number(count_width));
    if (count >= least_to_code) {
        found.retained = decode_gaps(in.take(in.left()), count);
    } else {
        found.retained = in.words(count);
    }
    // A group that has seen only missing values has seen no item.
    if (const char* const error = error_in(found)) throw_invalid_state(error);
    return found;
}

}  // namespace

groups_writer::groups_writer(const groups& all)
    : all_(all), places_(all.in_order()), checksum_(rapidhash::key_of(0)) {}

std::vector<std::byte> groups_writer::next() {
    byte_writer out(0);
    if (!has_head_) {
        has_head_ = true;
        const sketch_settings& settings = all_.settings();
        for (const std::byte letter : magic) out.byte(std::to_integer<std::uint8_t>(letter));
        out.byte(format_version);
        out.byte(identity_version);
        out.byte(static_cast<std::uint8_t>((settings.dropna ? drops_missing : 0) |
                                           (all_.drops_missing_keys() ? drops_missing_keys : 0)));
        out.byte(0);
        out.word(settings.seed);
        out.real(settings.capacity == 0 ? settings.epsilon : 0.0);
        out.real(settings.delta);
        out.word(all_.capacity());
        out.word(all_.size());
        out.word(all_.items_seen());
        out.word(0);
    }
    while (written_ < places_.size() && out.size() < piece_size) {
        write_group(out, all_, places_[written_++]);
    }
    if (written_ == places_.size() && out.size() == 0) {
        if (has_end_) return {};
        has_end_ = true;
        out.word(checksum_.hash());
        return std::move(out).take();
    }
    auto bytes = std::move(out).take();
    checksum_.add(bytes);
    return bytes;
}

groups_loader::groups_loader(bool objects_allowed)
    : objects_allowed_(objects_allowed), checksum_(rapidhash::key_of(0)) {}

void groups_loader::add(std::span<const std::byte> bytes) {
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
    std::span<const std::byte> unread(rest_);
    for (;;) {
        std::size_t size = 0;
        if (!made_) {
            size = read_head(unread);
        } else if (made_->size() < num_groups_) {
            size = read_group(unread);
        }
        if (size == 0) break;
        checksum_.add(unread.first(size));
        unread = unread.subspan(size);
    }
    rest_.erase(rest_.begin(), rest_.end() - static_cast<std::ptrdiff_t>(unread.size()));
}

// Returns how many bytes were read: none where there are too few.
std::size_t groups_loader::read_head(std::span<const std::byte> bytes) {
    const std::size_t compared = std::min(bytes.size(), magic.size());
    if (!std::equal(magic.begin(), magic.begin() + static_cast<std::ptrdiff_t>(compared),
                    bytes.begin())) {
        throw_invalid("these are no saved groups: they do not begin with CVMG");
    }
    if (bytes.size() < head_size) return 0;
    byte_reader in(bytes.first(head_size));
    in.take(magic.size());
    if (const unsigned version = in.byte(); version != format_version) {
        throw_invalid("the saved groups have format version " + std::to_string(version) +
                      ", which this version of cvmcount cannot read");
    }
    if (const unsigned version = in.byte(); version != identity_version) {
        throw_invalid("the saved groups have identities of version " + std::to_string(version) +
                      ", and this version of cvmcount gives other identities to the same items");
    }
    const unsigned flags = in.byte();
    if ((flags & ~unsigned{known_flags}) != 0 || in.byte() != 0) {
        throw_invalid_state("unknown flags");
    }
    sketch_settings settings;
    settings.dropna = (flags & drops_missing) != 0;
    settings.seed = in.word();
    settings.epsilon = in.real();
    settings.delta = in.real();
    const std::uint64_t capacity = in.word();
    num_groups_ = in.word();
    items_seen_ = in.word();
    if (in.word() != 0) throw_invalid_state("unknown flags");
    // A sketch checks them: of an accuracy target the capacity follows.
    const bool by_capacity = bit_cast<std::uint64_t>(settings.epsilon) == 0;
    if (by_capacity) {
        settings.capacity = static_cast<std::size_t>(capacity);
        settings.epsilon = sketch_settings().epsilon;
        if (capacity == 0 || capacity > max_capacity) throw_invalid_state("capacity");
    }
    try {
        made_.emplace(settings, (flags & drops_missing_keys) != 0);
    } catch (const std::invalid_argument& error) {
        throw_invalid_state(error.what());
    }
    if (made_->capacity() != capacity) throw_invalid_state("capacity is out of range");
    if (items_seen_ > max_items) throw_invalid_state("items_seen is out of range");
    return head_size;
}

std::size_t groups_loader::read_group(std::span<const std::byte> bytes) {
    if (bytes.size() < group_head_size) return 0;
    const std::uint64_t size = load_le<std::uint64_t>(bytes.data());
    const std::uint64_t most = std::uint64_t{1} << 40;  // no group has more
    if (size > most) throw_invalid_state("a group is longer than any can be");
    if (bytes.size() - group_head_size < size) return 0;
    byte_reader in(bytes.subspan(group_head_size, static_cast<std::size_t>(size)));
    const std::uint64_t key = in.word();
    const auto name = in.take(static_cast<std::size_t>(in.number(name_size_width)));
    const char* const error = name.empty() ? nullptr : error_in_item(name, objects_allowed_);
    if (error != nullptr) throw_invalid_state(error);
    hashed_state state = read_state(in, made_->capacity());
    if (in.left() > 0) throw_invalid_state("a group has more than its elements");
    items_of_groups_ = add_items(items_of_groups_, state.items_seen);
    if (items_of_groups_ > items_seen_)
        throw_invalid_state("its groups have seen more than it has");
    if (!made_->add(key, std::move(state), name)) throw_invalid_state("a key stands there twice");
    return group_head_size + static_cast<std::size_t>(size);
}

groups groups_loader::finish() {
    if (!made_ || made_->size() < num_groups_ || rest_.size() < checksum_size) {
        throw_invalid_state("they end too early");
    }
    if (rest_.size() > checksum_size) throw_invalid_state("bytes follow the last group");
    if (load_le<std::uint64_t>(rest_.data()) != checksum_.hash()) {
        throw_invalid("the saved groups are damaged: their checksum does not match");
    }
    made_->set_items_seen(items_seen_);
    return std::move(*made_);
}

}  // namespace cvmcount
