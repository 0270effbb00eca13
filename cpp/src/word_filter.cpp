#include "word_filter.hpp"

namespace cvmcount {

std::span<const named_word_filter> word_filters() noexcept {
#if defined(CVMCOUNT_X86_LEVELS)
    static constexpr named_word_filter all[] = {
        {"avx512", filter_words_avx512},
        {"avx2", filter_words_avx2},
        {"plain", filter_words_plain},
    };
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    const bool avx512 =
        avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
    return std::span(all).subspan(avx512 ? 0 : avx2 ? 1 : 2);
#else
    static constexpr named_word_filter all[] = {{"plain", filter_words_plain}};
    return all;
#endif
}

}  // namespace cvmcount
