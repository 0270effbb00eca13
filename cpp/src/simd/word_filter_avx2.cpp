// Four lanes: AVX2. It has no comparison of unsigned words, no conversion of doubles to 64-bit
// integers and no compression: each is made of what there is.
#include "simd/word_filter_levels.hpp"

#if defined(CVMCOUNT_X86_LEVELS)

#include <immintrin.h>

#include <array>

#define CVMCOUNT_TARGET __attribute__((target("avx2,popcnt")))

namespace cvmcount {
namespace {

// For each selection of four lanes, the 32-bit halves that it consists of.
constexpr std::array<std::array<std::uint32_t, 8>, 16> selections = [] {
    std::array<std::array<std::uint32_t, 8>, 16> halves{};
    for (unsigned bits = 0; bits < 16; ++bits) {
        std::size_t next = 0;
        for (unsigned lane = 0; lane < 4; ++lane) {
            if ((bits >> lane & 1) == 0) continue;
            halves[bits][next++] = 2 * lane;
            halves[bits][next++] = 2 * lane + 1;
        }
    }
    return halves;
}();

struct lanes {
    using words = __m256i;
    using mask = __m256i;  // all bits of a lane, or none
    static constexpr std::size_t width = 4;

    CVMCOUNT_TARGET static words load(const std::byte* source) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source));
    }
    CVMCOUNT_TARGET static void store(std::uint64_t* target, words value) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), value);
    }
    CVMCOUNT_TARGET static words all(std::uint64_t value) {
        return _mm256_set1_epi64x(static_cast<long long>(value));
    }
    CVMCOUNT_TARGET static words exclusive_or(words a, words b) { return _mm256_xor_si256(a, b); }
    CVMCOUNT_TARGET static words upper_half(words value) { return _mm256_srli_epi64(value, 32); }
    CVMCOUNT_TARGET static words join(words high, words low) {
        return _mm256_blend_epi32(_mm256_slli_epi64(high, 32), low, 0x55);
    }
    // target ^ feistel_round(half, multiplier)
    CVMCOUNT_TARGET static words add_round(words target, words half, std::uint32_t multiplier) {
        const words product = _mm256_mul_epu32(half, all(multiplier));
        return exclusive_or(target, exclusive_or(product, upper_half(product)));
    }

    CVMCOUNT_TARGET static words multiply(words a, words b) {
        const words low = _mm256_mul_epu32(a, b);
        const words cross = _mm256_add_epi64(_mm256_mul_epu32(upper_half(a), b),
                                             _mm256_mul_epu32(a, upper_half(b)));
        return _mm256_add_epi64(low, _mm256_slli_epi64(cross, 32));
    }

    CVMCOUNT_TARGET static mask none() { return _mm256_setzero_si256(); }
    CVMCOUNT_TARGET static mask from_bits(unsigned bits) {
        const words bit_of_lane = _mm256_set_epi64x(8, 4, 2, 1);
        return equal(_mm256_and_si256(all(bits), bit_of_lane), bit_of_lane);
    }
    CVMCOUNT_TARGET static unsigned bits(mask lanes) {
        return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(lanes)));
    }
    CVMCOUNT_TARGET static bool any(mask lanes) { return bits(lanes) != 0; }
    CVMCOUNT_TARGET static mask either(mask a, mask b) { return _mm256_or_si256(a, b); }
    CVMCOUNT_TARGET static words blend(words a, words b, mask where_b) {
        return _mm256_blendv_epi8(a, b, where_b);
    }
    CVMCOUNT_TARGET static mask negative(words value) {
        return greater(_mm256_setzero_si256(), value);
    }
    CVMCOUNT_TARGET static mask greater(words a, words b) { return _mm256_cmpgt_epi64(a, b); }
    CVMCOUNT_TARGET static mask equal(words a, words b) { return _mm256_cmpeq_epi64(a, b); }
    CVMCOUNT_TARGET static mask at_most(words a, words b) {
        const words sign = all(std::uint64_t{1} << 63);
        const mask above = _mm256_cmpgt_epi64(exclusive_or(a, sign), exclusive_or(b, sign));
        return exclusive_or(above, all(~std::uint64_t{0}));
    }

    CVMCOUNT_TARGET static mask is_nan(words value) {
        const __m256d real = _mm256_castsi256_pd(value);
        return _mm256_castpd_si256(_mm256_cmp_pd(real, real, _CMP_UNORD_Q));
    }
    // Where a double is an integer, and which. Below 2**51, adding 1.5 * 2**52 leaves the integer
    // in the low bits of the sum; whatever is larger is undecided.
    CVMCOUNT_TARGET static mask to_integer(words value, words& whole, mask& undecided) {
        const __m256d real = _mm256_castsi256_pd(value);
        const __m256d shift = _mm256_set1_pd(0x1.8p52);
        const __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), real);
        undecided = _mm256_castpd_si256(_mm256_cmp_pd(size, _mm256_set1_pd(0x1p51), _CMP_GE_OQ));
        const __m256d sum = _mm256_add_pd(real, shift);
        whole = _mm256_sub_epi64(_mm256_castpd_si256(sum), _mm256_castpd_si256(shift));
        return _mm256_castpd_si256(_mm256_cmp_pd(_mm256_sub_pd(sum, shift), real, _CMP_EQ_OQ));
    }

    CVMCOUNT_TARGET static void store_selected(std::uint64_t* target, words value, unsigned bits) {
        const auto* halves = reinterpret_cast<const std::byte*>(selections[bits].data());
        store(target, _mm256_permutevar8x32_epi32(value, load(halves)));
    }
};

#include "simd/word_filter_lanes.hpp"

}  // namespace

filter_output filter_words_avx2(word_form form, const filter_input& input,
                                const reading_rules& rules, std::uint64_t* out) {
    return filter_form(form, input, rules, out);
}

}  // namespace cvmcount

#endif
