#include "identity/xxh3.hpp"

#include <algorithm>
#include <cstring>

namespace cvmcount::xxh3 {
namespace {

constexpr std::size_t secret_step = 8;  // the secret moves on by one word a stripe
constexpr std::size_t stripes_per_block = (secret.size() - stripe_sum::stripe_size) / secret_step;

std::uint64_t load64(const std::byte* source) noexcept {
    return load_le<std::uint64_t>(source);
}

std::uint64_t mix16(const std::byte* data, std::size_t offset, std::uint64_t seed) noexcept {
    return multiply_fold(load64(data) ^ (secret_word(offset) + seed),
                         load64(data + 8) ^ (secret_word(offset + 8) - seed));
}

// 17 to 128 bytes: pairs of 16-byte blocks, from both ends inwards.
std::uint64_t hash_17_to_128(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    std::uint64_t sum = size * prime64_1;
    for (std::size_t pair = (size - 1) / 32 + 1; pair-- > 0;) {
        sum += mix16(data + 16 * pair, 32 * pair, seed);
        sum += mix16(data + size - 16 * (pair + 1), 32 * pair + 16, seed);
    }
    return avalanche(sum);
}

std::uint64_t hash_129_to_240(const std::byte* data, std::size_t size,
                              std::uint64_t seed) noexcept {
    const std::size_t blocks = size / 16;
    std::uint64_t sum = size * prime64_1;
    for (std::size_t i = 0; i < 8; ++i) sum += mix16(data + 16 * i, 16 * i, seed);
    sum = avalanche(sum);
    for (std::size_t i = 8; i < blocks; ++i) sum += mix16(data + 16 * i, 16 * (i - 8) + 3, seed);
    sum += mix16(data + size - 16, 136 - 17, seed);
    return avalanche(sum);
}

std::uint64_t hash_over_240(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    stripe_sum sum(seed);
    sum.add(data, (size - 1) / stripe_sum::stripe_size);
    return sum.hash(data + size - stripe_sum::stripe_size, size);
}

}  // namespace

std::uint64_t hash_over_16(const std::byte* data, std::size_t size, std::uint64_t seed) noexcept {
    if (size <= 128) return hash_17_to_128(data, size, seed);
    if (size <= 240) return hash_129_to_240(data, size, seed);
    return hash_over_240(data, size, seed);
}

stripe_sum::stripe_sum(std::uint64_t seed) noexcept
    : sums_{primes32[2], prime64_1,   prime64_2, prime64_3,
            prime64_4,   primes32[1], prime64_5, primes32[0]} {
    for (std::size_t i = 0; i < secret_.size(); i += 16) {
        store_le(secret_.data() + i, secret_word(i) + seed);
        store_le(secret_.data() + i + 8, secret_word(i + 8) - seed);
    }
}

void stripe_sum::accumulate(lanes& sums, const std::byte* stripe, const std::byte* key) noexcept {
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::uint64_t value = load64(stripe + 8 * i);
        const std::uint64_t keyed = value ^ load64(key + 8 * i);
        sums[i ^ 1] += value;
        sums[i] += (keyed & 0xffffffffU) * (keyed >> 32);
    }
}

void stripe_sum::scramble() noexcept {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        sums_[i] = (sums_[i] ^ (sums_[i] >> 47) ^ load64(last_key() + 8 * i)) * primes32[0];
    }
}

void stripe_sum::add(const std::byte* data, std::size_t stripes) noexcept {
    for (std::size_t i = 0; i < stripes; ++i) {
        accumulate(sums_, data + i * stripe_size, secret_.data() + place_ * secret_step);
        if (++place_ < stripes_per_block) continue;
        scramble();
        place_ = 0;
    }
}

std::uint64_t stripe_sum::hash(const std::byte* last_stripe, std::uint64_t size) const noexcept {
    lanes sums = sums_;
    accumulate(sums, last_stripe, last_key() - 7);
    std::uint64_t result = size * prime64_1;
    for (std::size_t i = 0; i < sums.size(); i += 2) {
        const std::byte* const key = secret_.data() + 11 + 8 * i;
        result += multiply_fold(sums[i] ^ load64(key), sums[i + 1] ^ load64(key + 8));
    }
    return avalanche(result);
}

void stream::add(std::span<const std::byte> chunk) noexcept {
    size_ += chunk.size();
    while (!chunk.empty()) {
        if (num_held_ == held_.size()) {
            const std::size_t kept = stripe_sum::stripe_size;
            sum_.add(held_.data(), held_.size() / stripe_sum::stripe_size - 1);
            std::memcpy(held_.data(), held_.data() + held_.size() - kept, kept);
            num_held_ = kept;
        }
        const std::size_t taken = std::min(chunk.size(), held_.size() - num_held_);
        std::memcpy(held_.data() + num_held_, chunk.data(), taken);
        num_held_ += taken;
        chunk = chunk.subspan(taken);
    }
}

std::uint64_t stream::hash() const noexcept {
    if (size_ == num_held_) return xxh3::hash({held_.data(), num_held_}, seed_);
    stripe_sum sum = sum_;
    sum.add(held_.data(), (num_held_ - 1) / stripe_sum::stripe_size);
    return sum.hash(held_.data() + num_held_ - stripe_sum::stripe_size, size_);
}

}  // namespace cvmcount::xxh3
