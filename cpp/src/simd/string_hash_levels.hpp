// The parts that the levels of string_hash share.
//
// XXH3 has a formula for each class of lengths. Where the strings are nearly all of one class the
// CPU predicts which comes next, and each is hashed as it comes. Otherwise a branch that nobody can
// predict would cost more than the hash: then they are sorted by class first, which takes no
// branch.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "simd/string_hash.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {

void hash_strings_plain(const string_list& strings, std::uint64_t seed, std::uint64_t* hashes);
#if defined(CVMCOUNT_X86_LEVELS)
void hash_strings_avx512(const string_list& strings, std::uint64_t seed, std::uint64_t* hashes);
#endif

inline constexpr std::size_t length_classes = 4;
inline constexpr std::size_t class_of_4_to_8 = 1;

// 0 to 3, 4 to 8, 9 to 16 bytes, or more. From a table, because compilers make branches of sums of
// comparisons.
inline std::size_t length_class(std::size_t length) noexcept {
    constexpr std::array<std::uint8_t, 18> classes = {0, 0, 0, 0, 1, 1, 1, 1, 1,
                                                      2, 2, 2, 2, 2, 2, 2, 2, 3};
    return classes[std::min<std::size_t>(length, 17)];
}

// The class that nearly all are of, by a sample: but for one in sixteen. length_classes for none.
inline std::size_t usual_class(const string_list& strings) noexcept {
    std::array<std::size_t, length_classes> counts{};
    for (std::size_t i = 0; i < strings.count; i += 8) ++counts[length_class(strings.sizes[i])];
    const auto most = std::max_element(counts.begin(), counts.end());
    const std::size_t sample = (strings.count + 7) / 8;
    if (16 * *most < 15 * sample) return length_classes;
    return static_cast<std::size_t>(most - counts.begin());
}

// The numbers of the strings of each class, in their order.
class by_length {
  public:
    explicit by_length(const string_list& strings) noexcept {
        for (std::size_t i = 0; i < strings.count; ++i) {
            const std::size_t which = length_class(strings.sizes[i]);
            const std::size_t shift = count_bits * which;
            numbers_[which][counts_ >> shift & count_mask] = static_cast<std::uint16_t>(i);
            counts_ += std::uint64_t{1} << shift;
        }
    }

    std::span<const std::uint16_t> of_class(std::size_t which) const noexcept {
        return {numbers_[which].data(),
                static_cast<std::size_t>(counts_ >> count_bits * which & count_mask)};
    }

  private:
    // The counts of all classes in one word, so that it is one chain of additions.
    static constexpr std::size_t count_bits = 64 / length_classes;
    static constexpr std::uint64_t count_mask = (std::uint64_t{1} << count_bits) - 1;

    std::array<std::array<std::uint16_t, string_list::capacity>, length_classes> numbers_;
    std::uint64_t counts_ = 0;
};

}  // namespace cvmcount
