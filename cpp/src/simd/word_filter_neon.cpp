// Two lanes: NEON, which every 64-bit ARM has. It has no product of 64-bit words, and selects
// nothing: of two lanes that is a look at which one.
#include "simd/word_filter_levels.hpp"

#if defined(CVMCOUNT_NEON_LEVEL)

#include <arm_neon.h>

#define CVMCOUNT_TARGET

namespace cvmcount {
namespace {

struct lanes {
    using words = uint64x2_t;
    using mask = uint64x2_t;  // all bits of a lane, or none
    static constexpr std::size_t width = 2;

    static words load(const std::byte* source) {
        return vreinterpretq_u64_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(source)));
    }
    static void store(std::uint64_t* target, words value) { vst1q_u64(target, value); }
    static words all(std::uint64_t value) { return vdupq_n_u64(value); }
    static words exclusive_or(words a, words b) { return veorq_u64(a, b); }
    static words upper_half(words value) { return vshrq_n_u64(value, 32); }
    static words join(words high, words low) { return vsliq_n_u64(low, high, 32); }
    // target ^ feistel_round(half, multiplier)
    static words add_round(words target, words half, std::uint32_t multiplier) {
        const words product = vmull_u32(vmovn_u64(half), vdup_n_u32(multiplier));
        return exclusive_or(target, exclusive_or(product, upper_half(product)));
    }

    static words multiply(words a, words b) {
        const uint32x2_t low_a = vmovn_u64(a);
        const uint32x2_t low_b = vmovn_u64(b);
        const words cross = vmlal_u32(vmull_u32(vshrn_n_u64(a, 32), low_b), low_a,  //
                                      vshrn_n_u64(b, 32));
        return vaddq_u64(vmull_u32(low_a, low_b), vshlq_n_u64(cross, 32));
    }

    static mask none() { return vdupq_n_u64(0); }
    static mask from_bits(unsigned bits) {
        return vtstq_u64(all(bits), vcombine_u64(vcreate_u64(1), vcreate_u64(2)));
    }
    static unsigned bits(mask lanes) {
        return static_cast<unsigned>((vgetq_lane_u64(lanes, 0) & 1) |
                                     (vgetq_lane_u64(lanes, 1) & 2));
    }
    static bool any(mask lanes) { return bits(lanes) != 0; }
    static mask either(mask a, mask b) { return vorrq_u64(a, b); }
    static words blend(words a, words b, mask where_b) { return vbslq_u64(where_b, b, a); }
    static mask negative(words value) { return vcltzq_s64(vreinterpretq_s64_u64(value)); }
    static mask greater(words a, words b) {
        return vcgtq_s64(vreinterpretq_s64_u64(a), vreinterpretq_s64_u64(b));
    }
    static mask equal(words a, words b) { return vceqq_u64(a, b); }
    static mask at_most(words a, words b) { return vcleq_u64(a, b); }

    static mask is_nan(words value) {
        const float64x2_t real = vreinterpretq_f64_u64(value);
        return exclusive_or(vceqq_f64(real, real), all(~std::uint64_t{0}));
    }
    // Where a double is an integer, and which. What fits no int64 is undecided.
    static mask to_integer(words value, words& whole, mask& undecided) {
        const float64x2_t real = vreinterpretq_f64_u64(value);
        undecided = vcgeq_f64(vabsq_f64(real), vdupq_n_f64(0x1p63));
        const int64x2_t integer = vcvtq_s64_f64(real);
        whole = vreinterpretq_u64_s64(integer);
        return vceqq_f64(vcvtq_f64_s64(integer), real);
    }

    static void store_selected(std::uint64_t* target, words value, unsigned bits) {
        store(target, bits == 2 ? vdupq_laneq_u64(value, 1) : value);
    }
};

#include "simd/word_filter_lanes.hpp"

}  // namespace

filter_output filter_words_neon(word_form form, const filter_input& input,
                                const reading_rules& rules, std::uint64_t* out) {
    return filter_form(form, input, rules, out);
}

}  // namespace cvmcount

#endif
