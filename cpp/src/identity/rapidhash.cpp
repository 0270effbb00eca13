#include "identity/rapidhash.hpp"

#include <algorithm>
#include <cstring>

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

// Blocks of an input that has more bytes behind them.
constexpr std::size_t blocks_before_rest(std::size_t size) noexcept {
    return (size - 1) / chains::block_size;
}

std::uint64_t hash_by_chains(chains state, const std::byte* data, std::size_t size) noexcept {
    const std::size_t blocks = blocks_before_rest(size);
    state.add(data, blocks);
    const std::size_t done = blocks * chains::block_size;
    return state.hash(data + done, size - done);
}

}  // namespace

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, const key& with) noexcept {
    if (size <= chains::block_size) return hash_rest(data, size, with.state, with.secret);
    return hash_by_chains(chains(with), data, size);
}

void chains::add(const std::byte* data, std::size_t blocks) noexcept {
    std::array<std::uint64_t, 7> states = states_;
    const secret_words& secret = *secret_;
    for (; blocks > 0; --blocks, data += block_size) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            states[i] = mix16(data + 16 * i, secret[i], states[i]);
        }
    }
    states_ = states;
}

std::uint64_t chains::hash(const std::byte* rest, std::size_t size) const noexcept {
    std::uint64_t state = 0;
    for (const std::uint64_t each : states_) state ^= each;
    return hash_rest(rest, size, state, *secret_);
}

void stream::add(std::span<const std::byte> chunk) noexcept {
    while (!chunk.empty()) {
        if (num_held_ == most_held) {  // and more to come
            chains_.add(held(), most_held / chains::block_size);
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
    return hash_by_chains(chains_, held(), num_held_);
}

}  // namespace cvmcount::rapidhash
