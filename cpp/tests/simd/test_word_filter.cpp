// A red run means that a column counts differently on another CPU, or than its values one by one.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "base/bit_cast.hpp"
#include "simd/vector_level.hpp"
#include "simd/word_filter_levels.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

// The slow twin: identity_hash, value by value.
struct expected {
    std::vector<std::uint64_t> kept;
    std::size_t missing = 0;
    bool fits = true;
};

expected by_hand(word_form form, const std::vector<std::uint64_t>& words,
                 const std::vector<std::uint8_t>& missing, const time_words& times,
                 const reading_rules& rules) {
    expected result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t word = words[i];
        const auto real = bit_cast<double>(word);
        bool is_missing = !missing.empty() && (missing[i / 8] >> i % 8 & 1) != 0;
        std::uint64_t identity = 0;
        switch (form) {
            case word_form::integer:
                identity = rules.hash->of_integer(static_cast<std::int64_t>(word));
                break;
            case word_form::unsigned_integer:
                identity = rules.hash->of_unsigned(word);
                break;
            case word_form::real:
                is_missing = is_missing || std::isnan(real);
                if (!is_missing) identity = rules.hash->of_real(real);
                break;
            case word_form::time:
            case word_form::scaled_time: {
                const auto count = static_cast<std::int64_t>(word);
                is_missing = is_missing || (times.least_is_missing && word == least_int64);
                result.fits =
                    result.fits && (is_missing || (count <= times.most && count >= -times.most));
                identity = rules.hash->of_word(kind::duration,
                                               word * static_cast<std::uint64_t>(times.factor));
                break;
            }
        }
        if (is_missing) {
            ++result.missing;
            identity = rules.hash->of_missing();
            if (rules.dropna) continue;
        }
        if (identity <= rules.threshold) result.kept.push_back(identity);
    }
    return result;
}

std::vector<std::uint64_t> words_of(word_form form, std::size_t size, random_words& random) {
    std::vector<std::uint64_t> words(size);
    const double edges[] = {
        0.0,     -0.0,    0.5,       -1.5,         0x1p51,     0x1p51 - 0.5,
        -0x1p51, 0x1p53,  0x1p62,    0x1p63,       -0x1p63,    0x1.8p63,
        0x1p64,  0x1p65,  -0x1p64,   5e-324,       1e308,      HUGE_VAL,
        0x1p52,  -0x1p52, -HUGE_VAL, std::nan(""), 0x1p51 + 1, 0x1.fffffffffffffp63};
    for (std::uint64_t& word : words) {
        word = random.next() >> random.below(64);
        if (random.below(2) == 0) word = 0 - word;
        if (random.below(50) == 0) word = std::uint64_t{1} << 63;
        if (form != word_form::real) continue;
        double value = static_cast<double>(static_cast<std::int64_t>(word));
        switch (random.below(4)) {
            case 0:
                value = edges[random.below(std::size(edges))];
                break;
            case 1:
                value = bit_cast<double>(random.next());
                break;
            case 2:
                value = static_cast<double>(random.below(1000)) / 4;
                break;
            default:
                break;
        }
        word = bit_cast<std::uint64_t>(value);
    }
    return words;
}

TEST_CASE("every level keeps what the values one by one would") {
    random_words random(1);
    const identity_hash hash(7);
    const auto levels = vector_levels();
    CHECK(std::string_view(levels.back().name) == "plain");
    for (int round = 0; round < 600; ++round) {
        const auto form = static_cast<word_form>(random.below(5));
        const std::size_t size = random.below(round < 400 ? 40 : 3000);
        const std::vector<std::uint64_t> words = words_of(form, size, random);
        std::vector<std::uint8_t> missing;
        if (random.below(2) == 0) {
            missing.resize(size / 8 + 1);
            for (auto& byte : missing) byte = static_cast<std::uint8_t>(random.next());
        }
        const std::uint64_t thresholds[] = {0, ~0ULL, ~0ULL >> 4, 1ULL << 63, random.next()};
        reading_rules rules = {.hash = &hash,
                               .threshold = thresholds[random.below(5)],
                               .dropna = random.below(2) == 0};
        const std::int64_t factors[] = {1000, 86'400'000'000'000, 7};
        time_words times = {.which = kind::duration, .least_is_missing = random.below(2) == 0};
        if (form == word_form::scaled_time) times.factor = factors[random.below(3)];
        if (random.below(2) == 0) times.most = static_cast<std::int64_t>(random.next() >> 1);
        expected twin = by_hand(form, words, missing, times, rules);
        if (random.below(4) == 0 && !twin.kept.empty()) {  // an identity that is the threshold
            rules.threshold = twin.kept[random.below(twin.kept.size())];
            twin = by_hand(form, words, missing, times, rules);
        }
        // Not aligned, as a column may be.
        std::vector<std::byte> memory(8 * size + 1);
        if (size > 0) std::memcpy(memory.data() + 1, words.data(), 8 * size);
        const filter_input input = {.words = memory.data() + 1,
                                    .size = size,
                                    .missing = missing.empty() ? nullptr : missing.data(),
                                    .times = times};
        for (const vector_level& level : levels) {
            CAPTURE(level.name);
            CAPTURE(static_cast<int>(form));
            std::vector<std::uint64_t> out(size + filter_slack + 1, 0x5eed);
            const filter_output result = level.filter_words(form, input, rules, out.data());
            CHECK(out.back() == 0x5eed);
            REQUIRE(result.fits == twin.fits);
            if (!twin.fits) continue;
            out.resize(result.kept);
            REQUIRE(out == twin.kept);
            REQUIRE(result.missing == twin.missing);
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
