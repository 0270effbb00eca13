// The parts that the levels of word_filter share.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/always_inline.hpp"
#include "base/bit_cast.hpp"
#include "base/missing_bits.hpp"
#include "base/prefetch.hpp"
#include "simd/word_filter.hpp"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define CVMCOUNT_X86_LEVELS 1
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#define CVMCOUNT_NEON_LEVEL 1
#endif

namespace cvmcount {

filter_output filter_words_plain(word_form form, const filter_input& input,
                                 const reading_rules& rules, std::uint64_t* out);
#if defined(CVMCOUNT_X86_LEVELS)
filter_output filter_words_avx2(word_form form, const filter_input& input,
                                const reading_rules& rules, std::uint64_t* out);
filter_output filter_words_avx512(word_form form, const filter_input& input,
                                  const reading_rules& rules, std::uint64_t* out);
#elif defined(CVMCOUNT_NEON_LEVEL)
filter_output filter_words_neon(word_form form, const filter_input& input,
                                const reading_rules& rules, std::uint64_t* out);
#endif

inline constexpr std::uint64_t least_int64 = std::uint64_t{1} << 63;

// The definition of all levels: the identity of one word. Returns false where it is missing.
// Precondition: a count of time is not beyond the most.
template <word_form Form>
inline bool identify_word(std::uint64_t word, const identity_hash& hash, const time_words& times,
                          std::uint64_t& identity) {
    if constexpr (Form == word_form::integer) {
        identity = hash.of_integer(static_cast<std::int64_t>(word));
    } else if constexpr (Form == word_form::unsigned_integer) {
        identity = hash.of_unsigned(word);
    } else if constexpr (Form == word_form::real) {
        const auto value = bit_cast<double>(word);
        if (value != value) return false;
        identity = hash.of_real(value);
    } else {
        if (word == least_int64 && times.least_is_missing) return false;
        identity = hash.of_word(times.which, word * static_cast<std::uint64_t>(times.factor));
    }
    return true;
}

inline std::uint64_t load_word(const std::byte* source) noexcept {
    std::uint64_t word;
    std::memcpy(&word, source, sizeof word);
    return word;
}

// Does what a word_filter does, for values that are not words: identify(i, identity) finds the
// identity of value i and returns false where it is missing.
template <class Identify>
filter_output filter_one_by_one(std::size_t size, const std::uint8_t* missing,
                                const reading_rules& rules, std::uint64_t* out, Identify identify) {
    filter_output result = {0, 0};
    for (std::size_t i = 0; i < size; ++i) {
        std::uint64_t identity = 0;
        bool counts = missing == nullptr || !is_set(missing, i);
        counts = counts && identify(i, identity);
        if (!counts) {
            ++result.missing;
            identity = rules.hash->of_missing();
            counts = !rules.dropna;
        }
        out[result.kept] = identity;
        result.kept += counts && identity <= rules.threshold ? 1 : 0;
    }
    return result;
}

// Memory is asked for so far ahead, because loads of one vector after the other do not make every
// machine fetch the next ones in time: with it 10 million words took 8 instead of 19 ms.
CVMCOUNT_ALWAYS_INLINE inline void prefetch_ahead(const std::byte* source) noexcept {
    // The address is computed as an integer: the sum need not be an address in any array, and
    // `source` may be null.
    prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(source) + 2048));
}

}  // namespace cvmcount
