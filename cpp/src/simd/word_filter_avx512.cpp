// Eight lanes.
#include "simd/word_filter_levels.hpp"

#if defined(CVMCOUNT_X86_LEVELS)

// GCC 12 warns of what its own header leaves undefined on purpose (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#define CVMCOUNT_TARGET __attribute__((target("avx512f,avx512dq,popcnt")))

namespace cvmcount {
namespace {

struct lanes {
    using words = __m512i;
    using mask = __mmask8;
    static constexpr std::size_t width = 8;

    CVMCOUNT_TARGET static words load(const std::byte* source) {
        return _mm512_loadu_si512(source);
    }
    CVMCOUNT_TARGET static void store(std::uint64_t* target, words value) {
        _mm512_storeu_si512(target, value);
    }
    CVMCOUNT_TARGET static words all(std::uint64_t value) {
        return _mm512_set1_epi64(static_cast<long long>(value));
    }
    CVMCOUNT_TARGET static words exclusive_or(words a, words b) { return _mm512_xor_si512(a, b); }
    CVMCOUNT_TARGET static words upper_half(words value) { return _mm512_srli_epi64(value, 32); }
    CVMCOUNT_TARGET static words join(words high, words low) {
        return _mm512_mask_mov_epi32(_mm512_slli_epi64(high, 32), 0x5555, low);
    }
    // target ^ feistel_round(half, multiplier)
    CVMCOUNT_TARGET static words add_round(words target, words half, std::uint32_t multiplier) {
        const words product = _mm512_mul_epu32(half, all(multiplier));
        constexpr int exclusive_or_of_three = 0x96;
        return _mm512_ternarylogic_epi64(target, product, upper_half(product),
                                         exclusive_or_of_three);
    }

    CVMCOUNT_TARGET static words multiply(words a, words b) { return _mm512_mullo_epi64(a, b); }

    CVMCOUNT_TARGET static mask none() { return 0; }
    CVMCOUNT_TARGET static mask from_bits(unsigned bits) { return static_cast<mask>(bits); }
    CVMCOUNT_TARGET static unsigned bits(mask lanes) { return lanes; }
    CVMCOUNT_TARGET static bool any(mask lanes) { return lanes != 0; }
    CVMCOUNT_TARGET static mask either(mask a, mask b) { return static_cast<mask>(a | b); }
    CVMCOUNT_TARGET static words blend(words a, words b, mask where_b) {
        return _mm512_mask_blend_epi64(where_b, a, b);
    }
    CVMCOUNT_TARGET static mask negative(words value) { return _mm512_movepi64_mask(value); }
    CVMCOUNT_TARGET static mask greater(words a, words b) { return _mm512_cmpgt_epi64_mask(a, b); }
    CVMCOUNT_TARGET static mask equal(words a, words b) { return _mm512_cmpeq_epi64_mask(a, b); }
    CVMCOUNT_TARGET static mask at_most(words a, words b) { return _mm512_cmple_epu64_mask(a, b); }

    CVMCOUNT_TARGET static mask is_nan(words value) {
        const __m512d real = _mm512_castsi512_pd(value);
        return _mm512_cmp_pd_mask(real, real, _CMP_UNORD_Q);
    }
    // Where a double is an int64, and which. Undecided is what may be a uint64.
    CVMCOUNT_TARGET static mask to_integer(words value, words& whole, mask& undecided) {
        const __m512d real = _mm512_castsi512_pd(value);
        undecided = _mm512_cmp_pd_mask(real, _mm512_set1_pd(0x1p63), _CMP_GE_OQ) &
                    _mm512_cmp_pd_mask(real, _mm512_set1_pd(0x1p64), _CMP_LT_OQ);
        whole = _mm512_cvttpd_epi64(real);  // the least int64 for what does not fit
        return _mm512_cmp_pd_mask(_mm512_cvtepi64_pd(whole), real, _CMP_EQ_OQ);
    }

    // Compressed in a register: to compress into memory is slower on some CPUs.
    CVMCOUNT_TARGET static void store_selected(std::uint64_t* target, words value, unsigned bits) {
        store(target, _mm512_maskz_compress_epi64(static_cast<mask>(bits), value));
    }
};

#include "simd/word_filter_lanes.hpp"

}  // namespace

filter_output filter_words_avx512(word_form form, const filter_input& input,
                                  const reading_rules& rules, std::uint64_t* out) {
    return filter_form(form, input, rules, out);
}

}  // namespace cvmcount

#endif
