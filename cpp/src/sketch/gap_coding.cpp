#include "sketch/gap_coding.hpp"

#include <bit>
#include <limits>
#include <stdexcept>

#include "base/bytes.hpp"

namespace cvmcount {
namespace {

constexpr std::uint64_t largest_identity = std::numeric_limits<std::uint64_t>::max();

// A number is written and read with the byte behind its eight, so streams end in a margin.
constexpr std::size_t margin = 2 * sizeof(std::uint64_t);

[[noreturn]] void throw_invalid() {
    throw std::invalid_argument("the saved sketch is not valid: its identities have no such code");
}

// The number of lowest bits: the best has a mean quotient of about ln 2. Integers alone decide, so
// that every machine writes the same bytes.
unsigned low_bits(std::uint64_t largest, std::size_t count) noexcept {
    const std::uint64_t mean = largest / count;
    const std::uint64_t divisor = mean - mean / 4 - mean / 16;
    return divisor == 0 ? 0 : static_cast<unsigned>(std::bit_width(divisor)) - 1;
}

std::size_t bytes_for(std::size_t bits) noexcept {
    return bits / 8 + (bits % 8 == 0 ? 0 : 1);
}

std::uint64_t low_mask(unsigned width) noexcept {
    return (std::uint64_t{1} << width) - 1;
}

// Precondition: the bits are zero, and width < 64.
void put_bits(std::byte* stream, std::size_t at, std::uint64_t value) noexcept {
    std::byte* const to = stream + at / 8;
    const unsigned shift = at % 8;
    store_le(to, load_le<std::uint64_t>(to) | value << shift);
    to[8] |= static_cast<std::byte>(value >> 1 >> (63 - shift));
}

std::uint64_t bits_at(const std::byte* stream, std::size_t at, unsigned width) noexcept {
    const std::byte* const from = stream + at / 8;
    const unsigned shift = at % 8;
    const std::uint64_t low = load_le<std::uint64_t>(from) >> shift;
    return (low | std::to_integer<std::uint64_t>(from[8]) << 1 << (63 - shift)) & low_mask(width);
}

}  // namespace

std::vector<std::byte> encode_gaps(std::span<const std::uint64_t> identities) {
    const std::size_t count = identities.size();
    const unsigned width = low_bits(identities.back(), count);
    // All quotients together are at most the largest identity over 2**width.
    const auto quotients = static_cast<std::size_t>(identities.back() >> width);
    const std::size_t low_size = bytes_for(count * width);
    std::vector<std::byte> coded(1 + low_size + bytes_for(quotients + count) + margin);
    coded[0] = static_cast<std::byte>(width);
    std::byte* const low = coded.data() + 1;
    std::byte* const unary = low + low_size;
    std::size_t low_end = 0;
    std::size_t unary_end = 0;
    std::uint64_t least = 0;  // the least that the next identity can be
    for (const std::uint64_t identity : identities) {
        const std::uint64_t gap = identity - least;
        least = identity + 1;
        put_bits(low, low_end, gap & low_mask(width));
        low_end += width;
        unary_end += static_cast<std::size_t>(gap >> width);
        unary[unary_end / 8] |= static_cast<std::byte>(1 << unary_end % 8);
        ++unary_end;
    }
    coded.resize(1 + low_size + bytes_for(unary_end));
    return coded;
}

// The place of the i-th one in the unary stream is i and the sum of the quotients so far.
std::vector<std::uint64_t> decode_gaps(std::span<const std::byte> coded, std::size_t count) {
    const std::size_t bits = 8 * coded.size();
    if (count == 0 || count > bits) throw_invalid();
    const unsigned width = std::to_integer<unsigned>(coded[0]);
    if (width > 63 || width > bits / count) throw_invalid();
    const std::size_t low_size = bytes_for(count * width);
    if (1 + low_size >= coded.size()) throw_invalid();
    std::vector<std::byte> padded(coded.begin() + 1, coded.end());
    padded.resize(padded.size() + margin);
    const std::byte* const low = padded.data();
    const std::byte* const unary = low + low_size;
    const std::size_t unary_size = coded.size() - 1 - low_size;

    std::vector<std::uint64_t> identities;
    identities.reserve(count);
    std::size_t low_end = 0;
    std::size_t unary_end = 0;
    std::uint64_t least = 0;
    for (std::size_t begin = 0; begin < unary_size; begin += 8) {
        std::uint64_t word = load_le<std::uint64_t>(unary + begin);
        for (; word != 0; word &= word - 1) {
            const std::size_t place = 8 * begin + static_cast<std::size_t>(std::countr_zero(word));
            const std::uint64_t quotient = place - unary_end;
            unary_end = place + 1;
            if (identities.size() == count || quotient > largest_identity >> width) throw_invalid();
            const std::uint64_t gap = quotient << width | bits_at(low, low_end, width);
            low_end += width;
            const bool ended = !identities.empty() && least == 0;
            if (ended || gap > largest_identity - least) throw_invalid();
            identities.push_back(least + gap);
            least = identities.back() + 1;
        }
    }
    const bool is_whole = identities.size() == count && bytes_for(unary_end) == unary_size &&
                          width == low_bits(identities.back(), count);
    // Bits that pad the low stream to whole bytes are zero.
    const auto pad = static_cast<unsigned>(8 * low_size - low_end);
    if (!is_whole || bits_at(low, low_end, pad) != 0) throw_invalid();
    return identities;
}

}  // namespace cvmcount
