#include "identity/rapidhash.hpp"

#include <algorithm>
#include <cstring>

#include "base/always_inline.hpp"

namespace cvmcount::rapidhash {
namespace {

std::uint64_t load64(const std::byte* source) noexcept {
    return load_le<std::uint64_t>(source);
}

std::uint64_t mix16(const std::byte* data, std::uint64_t word, std::uint64_t state) noexcept {
    return multiply_fold(load64(data) ^ word, load64(data + 8) ^ state);
}

// 1 to 112 bytes: 16 at a time, and the last 16.
std::uint64_t hash_rest(const std::byte* data, std::size_t size, std::uint64_t state,
                        const secret_words& secret) noexcept {
    if (size > 16) state = mix16(data, secret[2], state);
    if (size > 32) state = mix16(data + 16, secret[2], state);
    if (size > 48) state = mix16(data + 32, secret[1], state);
    if (size > 64) state = mix16(data + 48, secret[1], state);
    if (size > 80) state = mix16(data + 64, secret[2], state);
    if (size > 96) state = mix16(data + 80, secret[1], state);
    const std::byte* const last = data + size - 16;
    return finish(load64(last) ^ size, load64(last + 8), state, size, secret);
}

// A block for seven chains.
CVMCOUNT_ALWAYS_INLINE inline void add_block(chain_states& states, const std::byte* data,
                                             const secret_words& secret) noexcept {
    for (std::size_t i = 0; i < states.size(); ++i) {
        states[i] = mix16(data + 16 * i, secret[i], states[i]);
    }
}

// Blocks as long as more bytes are behind them, and then the rest. The states stay in registers:
// this is for lines and URLs of a few blocks.
std::uint64_t hash_by_chains(chain_states states, const std::byte* data, std::size_t size,
                             const secret_words& secret) noexcept {
    for (; size > block_size; data += block_size, size -= block_size) {
        add_block(states, data, secret);
    }
    std::uint64_t state = 0;
    for (const std::uint64_t each : states) state ^= each;
    return hash_rest(data, size, state, secret);
}

chain_states states_of(const key& with) noexcept {
    chain_states states;
    states.fill(with.state);
    return states;
}

}  // namespace

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, const key& with) noexcept {
    if (size <= block_size) return hash_rest(data, size, with.state, with.secret);
    return hash_by_chains(states_of(with), data, size, with.secret);
}

stream::stream(const key& with) noexcept
    : state_(with.state), secret_(&with.secret), states_(states_of(with)) {}

void stream::add(std::span<const std::byte> chunk) noexcept {
    while (!chunk.empty()) {
        if (num_held_ == most_held) {  // and more to come
            for (std::size_t at = 0; at < most_held; at += block_size) {
                add_block(states_, held() + at, *secret_);
            }
            std::memcpy(buffer_.data(), held() + most_held - overlap, overlap);
            num_held_ = 0;
            is_long_ = true;
        }
        const std::size_t taken = std::min(chunk.size(), most_held - num_held_);
        std::memcpy(held() + num_held_, chunk.data(), taken);
        num_held_ += taken;
        chunk = chunk.subspan(taken);
    }
}

std::uint64_t stream::hash() const noexcept {
    if (!is_long_) return rapidhash::hash({held(), num_held_}, {state_, *secret_});
    return hash_by_chains(states_, held(), num_held_, *secret_);
}

}  // namespace cvmcount::rapidhash
