#include "identity/identity.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "base/bytes.hpp"
#include "base/calendar.hpp"
#include "base/mix.hpp"

namespace cvmcount {
namespace {

std::uint64_t low_word(std::span<const std::byte> magnitude) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = magnitude.size(); i-- > 0;) {
        word = (word << 8) | std::to_integer<std::uint64_t>(magnitude[i]);
    }
    return word;
}

std::span<const std::byte> without_leading_zeros(std::span<const std::byte> magnitude) noexcept {
    while (!magnitude.empty() && magnitude.back() == std::byte{0}) {
        magnitude = magnitude.first(magnitude.size() - 1);
    }
    return magnitude;
}

// Finds the double that an integer of more than 64 bits is. It is one if its significant bits span
// at most double_bits, and it is below 2**1024. `value` is then that double.
bool is_double(std::span<const std::byte> magnitude, double& value) noexcept {
    if (magnitude.size() > 128) return false;
    std::size_t low = 0;
    while (magnitude[low] == std::byte{0}) ++low;
    if (magnitude.size() - low > 8) return false;
    const std::uint64_t significant = low_word(magnitude.subspan(low));
    const auto width =
        static_cast<int>(std::bit_width(significant)) - std::countr_zero(significant);
    if (width > double_bits) return false;
    value = std::ldexp(static_cast<double>(significant), static_cast<int>(8 * low));
    return true;
}

}  // namespace

// A SplitMix64 sequence that starts at a mixed seed, so that neither neighbouring seeds nor seeds
// one step of the sequence apart share a key.
identity_hash::identity_hash(std::uint64_t seed) noexcept {
    std::uint64_t state = mix64(~mix64(seed));
    const auto next = [&state] { return mix64(state += 0x9e3779b97f4a7c15U); };
    for (keys& key : keys_) {
        key.word.whitening = next();
        key.word.between_rounds = next();
        key.bytes = next();
    }
    // A seed that nobody knows hides the secret, too. The default one keeps what is published.
    if (seed != 0) {
        for (std::uint64_t& word : secret_) word = next();
    }
    for (keys& key : keys_) key.bytes = rapidhash::key_of(key.bytes, secret_).state;
}

std::uint64_t identity_hash::of_big_integer(std::span<const std::byte> magnitude,
                                            bool negative) const noexcept {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.size() <= 8) {
        const std::uint64_t word = low_word(magnitude);
        if (!negative) return of_unsigned(word);
        if (word <= std::uint64_t{1} << 63) return of_integer(static_cast<std::int64_t>(0 - word));
    }
    if (double value; is_double(magnitude, value)) return of_real(negative ? -value : value);
    return of_rational(number_residues::of_integer(magnitude, negative));
}

std::uint64_t identity_hash::of_rational(const number_residues& number) const noexcept {
    std::array<std::byte, 4 * number_residues::primes.size()> bytes;
    for (std::size_t i = 0; i < number_residues::primes.size(); ++i) {
        store_le(bytes.data() + 4 * i, number[i]);
    }
    return of_bytes(kind::rational, bytes);
}

std::uint64_t identity_hash::of_time(kind which, std::int64_t seconds,
                                     std::int64_t attoseconds) const noexcept {
    constexpr std::int64_t range = most_seconds_as_nanoseconds;
    if (seconds >= -range && seconds <= range && attoseconds % attoseconds_a_nanosecond == 0) {
        const std::int64_t nanoseconds =
            seconds * nanoseconds_a_second + attoseconds / attoseconds_a_nanosecond;
        return of_word(which, static_cast<std::uint64_t>(nanoseconds));
    }
    std::array<std::uint64_t, 2> members = {of_integer(seconds), of_integer(attoseconds)};
    return of_members(which, members);
}

std::uint64_t identity_hash::of_members(kind which,
                                        std::span<std::uint64_t> identities) const noexcept {
    return of_bytes(which, bytes_of_members(identities));
}

std::span<const std::byte> identity_hash::bytes_of_members(
    std::span<std::uint64_t> identities) noexcept {
    if constexpr (std::endian::native == std::endian::big) {
        for (std::uint64_t& identity : identities) identity = byte_swap(identity);
    }
    return std::as_bytes(identities);
}

}  // namespace cvmcount
