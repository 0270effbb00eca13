// rapidhash V3 (Nicolas De Carli, 2025): a 64-bit hash of bytes with a seed, the same on every
// platform. It is written from its published definition, and the tests compare it with values on
// which two other implementations agree. It was chosen because 4 to 16 bytes, the length of most
// words and keys, take one path: a branch on the length, which nobody can predict, would cost more
// than the hash. benchmarks/NOTES.md has the measurements.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/mix.hpp"

namespace cvmcount::rapidhash {

using secret_words = std::array<std::uint64_t, 8>;

inline constexpr secret_words published_secret = {
    0x2d358dccaa6c78a5U, 0x8bb84b93962eacc9U, 0x4b33a62ed433d4a3U, 0x4d5a2da51de1aa47U,
    0xa0761d6478bd642fU, 0xe7037ed1a0b428dbU, 0x90ed1765281c388cU, 0xaaaaaaaaaaaaaaaaU};

// What a seed becomes before anything is hashed with it, and the secret to hash with. The published
// algorithm takes both. An input with a word of the secret at the right place makes a product zero,
// and then nothing else of it matters: so who chooses inputs must not know the secret either.
struct key {
    std::uint64_t state;
    const secret_words& secret;  // lives as long as what hashes with it
};

constexpr key key_of(std::uint64_t seed, const secret_words& secret = published_secret) noexcept {
    return {seed ^ multiply_fold(seed ^ secret[2], secret[1]), secret};
}

// The last step: two words of the input, and the state and the size that they are hashed with.
constexpr std::uint64_t finish(std::uint64_t a, std::uint64_t b, std::uint64_t state,
                               std::uint64_t size, const secret_words& secret) noexcept {
    std::uint64_t high = 0;
    const std::uint64_t low = multiply_128(a ^ secret[1], b ^ state, high);
    return multiply_fold(low ^ secret[7], high ^ secret[1] ^ size);
}

inline std::uint64_t hash_up_to_3(const std::byte* data, std::size_t size,
                                  const key& with) noexcept {
    if (size == 0) return finish(0, 0, with.state, 0, with.secret);
    const auto byte = [data](std::size_t i) { return std::to_integer<std::uint64_t>(data[i]); };
    return finish(byte(0) << 45 | byte(size - 1), byte(size / 2), with.state, size, with.secret);
}

// The first and the last eight bytes, or four where there are no eight, without a branch on which
// of the two it is: `rest` is where the second half of the first eight begins.
inline std::uint64_t hash_4_to_16(const std::byte* data, std::size_t size,
                                  const key& with) noexcept {
    const std::size_t has_8 = (size >> 3 | size >> 4) & 1;
    const std::uint64_t high = (std::uint64_t{0} - has_8) << 32;
    const std::size_t rest = 4 * has_8;
    const std::byte* const last = data + size - 4;
    const auto load = [](const std::byte* at) { return std::uint64_t{load_le<std::uint32_t>(at)}; };
    return finish(load(data) | (load(data + rest) << 32 & high),
                  load(last - rest) | (load(last) << 32 & high), with.state ^ size, size,
                  with.secret);
}

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, const key& with) noexcept;

inline std::uint64_t hash(std::span<const std::byte> data, const key& with) noexcept {
    const std::size_t size = data.size();
    if (size > 16) return hash_over_16(data.data(), size, with);
    if (size >= 4) return hash_4_to_16(data.data(), size, with);
    return hash_up_to_3(data.data(), size, with);
}

// More bytes than a block go into seven chains, block by block, and the rest into what becomes of
// them: 1 to block_size bytes. The 16 that end with it are read, even where it has fewer.
inline constexpr std::size_t block_size = 112;
using chain_states = std::array<std::uint64_t, 7>;

// The same hash for an input that comes in pieces.
class stream {
  public:
    explicit stream(const key& with) noexcept;

    void add(std::span<const std::byte> chunk) noexcept;

    // The hash of all chunks so far.
    std::uint64_t hash() const noexcept;

  private:
    static constexpr std::size_t overlap = 16;  // bytes that are read again at the end
    static constexpr std::size_t most_held = 8 * block_size;

    std::byte* held() noexcept { return buffer_.data() + overlap; }
    const std::byte* held() const noexcept { return buffer_.data() + overlap; }

    std::uint64_t state_;
    const secret_words* secret_;
    chain_states states_;
    // The bytes that the chains do not have yet, after the last ones that they have.
    std::array<std::byte, overlap + most_held> buffer_;
    std::size_t num_held_ = 0;
    bool is_long_ = false;  // the chains have some
};

}  // namespace cvmcount::rapidhash
