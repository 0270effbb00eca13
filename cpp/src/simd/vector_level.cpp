#include "simd/vector_level.hpp"

#include "simd/string_hash_levels.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

std::span<const vector_level> vector_levels() noexcept {
#if defined(CVMCOUNT_X86_LEVELS)
    static constexpr vector_level all[] = {
        {"avx512", filter_words_avx512, hash_strings_avx512},
        {"avx2", filter_words_avx2, hash_strings_plain},  // its gathers save nothing
        {"plain", filter_words_plain, hash_strings_plain},
    };
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    const bool avx512 =
        avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
    return std::span(all).subspan(avx512 ? 0 : avx2 ? 1 : 2);
#else
    static constexpr vector_level all[] = {{"plain", filter_words_plain, hash_strings_plain}};
    return all;
#endif
}

}  // namespace cvmcount
