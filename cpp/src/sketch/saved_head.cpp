#include "sketch/saved_head.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "identity/identity.hpp"
#include "identity/rapidhash.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {
namespace {

constexpr std::array magic = {std::byte{'C'}, std::byte{'V'}, std::byte{'M'}, std::byte{'S'}};
constexpr std::uint8_t format_version = 1;
constexpr std::size_t head_size = 48;
constexpr std::size_t section_head_size = 8;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t head_and_tail = head_size + section_head_size + checksum_size;

enum flags : std::uint8_t { drops_missing = 1, salted = 2, several_hashes = 4, known_flags = 7 };

std::uint64_t checksum(std::span<const std::byte> content) noexcept {
    return rapidhash::hash(content, rapidhash::key_of(0));
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
    if (!is_target && bit_cast<std::uint64_t>(settings.epsilon) != 0) {
        throw_invalid_state("epsilon is out of range");
    }
    if (!(settings.delta > 0.0 && settings.delta < 1.0))
        throw_invalid_state("delta is out of range");
    if (!settings.hashes && (salt != 0 || several)) throw_invalid_state("a salt without its flag");
    if (capacity > max_capacity) throw_invalid_state("capacity is out of range");
    return static_cast<std::size_t>(capacity);
}

}  // namespace

void throw_invalid(const std::string& reason) {
    throw std::invalid_argument(reason);
}

void throw_invalid_state(const char* error) {
    throw_invalid(std::string("the saved sketch is not valid: ") + error);
}

byte_writer begin_saved(std::size_t capacity, const saved_settings& settings, std::size_t size) {
    byte_writer out(head_and_tail + size);
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
    return out;
}

void write_section_head(byte_writer& out, section type, std::size_t size) {
    out.word(std::uint64_t{size} << 8 | type);
}

std::vector<std::byte> sealed(byte_writer content) {
    content.word(0);
    auto saved = std::move(content).take();
    seal(saved);
    return saved;
}

void seal(std::span<std::byte> saved) noexcept {
    const auto content = saved.first(saved.size() - checksum_size);
    store_le(saved.data() + content.size(), checksum(content));
}

opened_sketch open_saved(std::span<const std::byte> saved) {
    if (saved.size() < magic.size() || !std::equal(magic.begin(), magic.end(), saved.begin())) {
        throw_invalid("this is no saved sketch: it does not begin with CVMS");
    }
    if (saved.size() < head_and_tail) throw_invalid_state("it is too short");
    const auto content = saved.first(saved.size() - checksum_size);
    byte_reader in(content);
    read_versions(in);
    if (load_le<std::uint64_t>(saved.data() + content.size()) != checksum(content)) {
        throw_invalid("the saved sketch is damaged: its checksum does not match");
    }
    saved_settings settings;
    const std::size_t capacity = read_settings(in, settings);
    return {capacity, settings, in};
}

typed_section read_section(byte_reader& in) {
    const std::uint64_t head = in.word();
    if (head >> 8 > in.left()) throw_invalid_state("a section is longer than the rest");
    return {static_cast<unsigned>(head & 0xff),
            byte_reader(in.take(static_cast<std::size_t>(head >> 8)))};
}

}  // namespace cvmcount
