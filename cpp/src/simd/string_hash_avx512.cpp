// Eight strings of 4 to 8 bytes at a time, as most words and numbers in text are.
#include "identity/xxh3.hpp"
#include "simd/string_hash_levels.hpp"

#if defined(CVMCOUNT_X86_LEVELS)

#include "simd/avx512.hpp"

namespace cvmcount {
namespace {

CVMCOUNT_TARGET inline __m512i all(std::uint64_t word) {
    return _mm512_set1_epi64(static_cast<long long>(word));
}

// This is xxh3::hash_4_to_8, lane by lane.
CVMCOUNT_TARGET inline __m512i hash_eight(__m512i head, __m512i tail, __m512i size, __m512i key) {
    constexpr int exclusive_or_of_three = 0x96;
    const __m512i factor = all(xxh3::prime_mx2);
    __m512i hash = _mm512_xor_si512(_mm512_add_epi64(tail, _mm512_slli_epi64(head, 32)), key);
    hash = _mm512_ternarylogic_epi64(hash, _mm512_rol_epi64(hash, 49), _mm512_rol_epi64(hash, 24),
                                     exclusive_or_of_three);
    hash = _mm512_mullo_epi64(hash, factor);
    hash = _mm512_xor_si512(hash, _mm512_add_epi64(_mm512_srli_epi64(hash, 35), size));
    hash = _mm512_mullo_epi64(hash, factor);
    return _mm512_xor_si512(hash, _mm512_srli_epi64(hash, 28));
}

// The 32-bit words at these addresses; 0 for lanes that are not `wanted`.
CVMCOUNT_TARGET inline __m512i gather(__m512i addresses, __mmask8 wanted) {
    const __m256i words =
        _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), wanted, addresses, nullptr, 1);
    return _mm512_cvtepu32_epi64(words);
}

CVMCOUNT_TARGET void hash_strings(const string_list& strings, std::uint64_t seed,
                                  std::uint64_t* hashes) {
    const __m512i key = all(xxh3::key_of_4_to_8(seed));
    const __m512i four = _mm512_set1_epi64(4);
    for (std::size_t i = 0; i < strings.count; i += 8) {
        const std::size_t left = std::min<std::size_t>(strings.count - i, 8);
        const auto there = static_cast<__mmask8>((1U << left) - 1);
        const __m512i begin = _mm512_maskz_loadu_epi64(there, &strings.begins[i]);
        const __m512i size = _mm512_maskz_loadu_epi64(there, &strings.sizes[i]);
        prefetch_ahead(strings.begins[i]);
        const __m512i beyond = _mm512_sub_epi64(size, four);
        const __mmask8 fits = _mm512_mask_cmple_epu64_mask(there, beyond, four);
        const __m512i head = gather(begin, fits);
        const __m512i tail = gather(_mm512_add_epi64(begin, beyond), fits);
        _mm512_storeu_si512(hashes + i, hash_eight(head, tail, size, key));
        for (unsigned others = there & ~unsigned{fits}; others != 0; others &= others - 1) {
            const auto lane = i + static_cast<std::size_t>(std::countr_zero(others));
            hashes[lane] = xxh3::hash(strings[lane], seed);
        }
    }
}

}  // namespace

void hash_strings_avx512(const string_list& strings, std::uint64_t seed, std::uint64_t* hashes) {
    if (usual_class(strings) == class_of_4_to_8) return hash_strings(strings, seed, hashes);
    hash_strings_plain(strings, seed, hashes);
}

}  // namespace cvmcount

#endif
