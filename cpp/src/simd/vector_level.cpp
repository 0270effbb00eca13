#include "simd/vector_level.hpp"

#include <atomic>

#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

std::atomic<const vector_level*> chosen = nullptr;

}  // namespace

std::span<const vector_level> vector_levels() noexcept {
#if defined(CVMCOUNT_X86_LEVELS)
    static constexpr vector_level all[] = {
        {"avx512", filter_words_avx512},
        {"avx2", filter_words_avx2},
        {"plain", filter_words_plain},
    };
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    const bool avx512 =
        avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
    return std::span(all).subspan(avx512 ? 0 : avx2 ? 1 : 2);
#elif defined(CVMCOUNT_NEON_LEVEL)
    static constexpr vector_level all[] = {
        {"neon", filter_words_neon},
        {"plain", filter_words_plain},
    };
    return all;
#else
    static constexpr vector_level all[] = {{"plain", filter_words_plain}};
    return all;
#endif
}

const vector_level& level_in_use() noexcept {
    const vector_level* level = chosen.load(std::memory_order_relaxed);
    if (level == nullptr) {
        level = &vector_levels().front();
        chosen.store(level, std::memory_order_relaxed);
    }
    return *level;
}

bool use_level(std::string_view name) noexcept {
    for (const vector_level& level : vector_levels()) {
        if (level.name != name) continue;
        chosen.store(&level, std::memory_order_relaxed);
        return true;
    }
    return false;
}

}  // namespace cvmcount
