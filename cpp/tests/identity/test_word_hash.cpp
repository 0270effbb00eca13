// A red run means that the identities of numbers are not as good as random: estimates of counters,
// timestamps or floats would be biased or wilder than the stated error. The seeds are fixed; the
// false-alarm probability, had they been drawn, is stated with each test.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bit_cast.hpp"
#include "identity/identity.hpp"
#include "identity/word_hash.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

word_key random_key(random_words& random) {
    const std::uint64_t whitening = random.next();
    return {whitening, random.next()};
}

TEST_CASE("one-to-one for every key") {
    random_words random(1);
    for (int i = 0; i < 100000; ++i) {
        const word_key key = random_key(random);
        const std::uint64_t word = i % 2 == 0 ? random.next() : static_cast<std::uint64_t>(i);
        REQUIRE(unhash_word(hash_word(word, key), key) == word);
    }
}

struct bit_pair {
    double bias;
    int flipped, watched;
};

// Over many words: how far from 1/2 is the chance that flipping one bit flips another?
template <class Flip>
bit_pair worst_avalanche(int flips, int samples, Flip flip_and_compare) {
    std::vector<int> changes(static_cast<std::size_t>(flips) * 64);
    for (int sample = 0; sample < samples; ++sample) {
        for (int bit = 0; bit < flips; ++bit) {
            const std::uint64_t changed = flip_and_compare(sample, bit);
            for (int out = 0; out < 64; ++out) {
                changes[static_cast<std::size_t>(bit * 64 + out)] +=
                    static_cast<int>((changed >> out) & 1);
            }
        }
    }
    bit_pair worst{0.0, 0, 0};
    for (int bit = 0; bit < flips; ++bit) {
        for (int out = 0; out < 64; ++out) {
            const double share =
                changes[static_cast<std::size_t>(bit * 64 + out)] / double(samples);
            worst = std::max(worst, {std::abs(share - 0.5), bit, out},
                             [](auto& a, auto& b) { return a.bias < b.bias; });
        }
    }
    return worst;
}

// A fast hash of a few thousand counters is not ideal: single pairs of bits are off by up to 0.7 %
// where longer runs were tried (2**18 samples, several keys, strides up to 2**46). The bound allows
// 1 % and six standard errors of 2**16 samples, 0.00195 each: with 4096 pairs of bits the
// false-alarm probability is below 1e-5 for each case.
constexpr int avalanche_samples = 1 << 16;
constexpr double avalanche_bound = 0.01 + 6 * 0.00195;

void check_avalanche(const bit_pair& worst) {
    CAPTURE(worst.flipped);
    CAPTURE(worst.watched);
    CHECK(worst.bias < avalanche_bound);
}

TEST_CASE("avalanche from the word") {
    random_words random(2);
    const word_key key = random_key(random);
    for (const std::uint64_t scale : {1ULL, 1000ULL, 1ULL << 20, 1ULL << 32, 1ULL << 48}) {
        CAPTURE(scale);
        check_avalanche(worst_avalanche(64, avalanche_samples, [&](int sample, int bit) {
            const std::uint64_t word = static_cast<std::uint64_t>(sample) * scale;
            return hash_word(word, key) ^ hash_word(word ^ (1ULL << bit), key);
        }));
    }
}

TEST_CASE("avalanche backwards: near identities come from unrelated words") {
    random_words random(3);
    const word_key key = random_key(random);
    check_avalanche(worst_avalanche(64, avalanche_samples, [&](int sample, int bit) {
        const std::uint64_t hash = static_cast<std::uint64_t>(sample) << 32;
        return unhash_word(hash, key) ^ unhash_word(hash ^ (1ULL << bit), key);
    }));
}

TEST_CASE("avalanche from the seed, for words and for text") {
    check_avalanche(worst_avalanche(64, avalanche_samples, [](int sample, int bit) {
        const auto seed = static_cast<std::uint64_t>(sample);
        return identity_hash(seed).of_integer(12345) ^
               identity_hash(seed ^ (1ULL << bit)).of_integer(12345);
    }));
    const std::byte letter{'x'};
    check_avalanche(worst_avalanche(64, avalanche_samples, [&](int sample, int bit) {
        const auto seed = static_cast<std::uint64_t>(sample);
        return identity_hash(seed).of_text({&letter, 1}) ^
               identity_hash(seed ^ (1ULL << bit)).of_text({&letter, 1});
    }));
}

// Fewer samples of more bits: 2**12 have standard errors of 0.0078, and there are up to 66,560
// pairs of bits, so seven of these are exceeded with probability 2e-7 for each length.
TEST_CASE("avalanche from the bits of text") {
    constexpr int samples = 1 << 12;
    const identity_hash of(5);
    for (const std::size_t size : {2U, 3U, 4U, 7U, 8U, 12U, 16U, 17U, 36U, 112U, 130U}) {
        CAPTURE(size);
        std::vector<std::byte> text(size);
        const auto flips = static_cast<int>(8 * size);
        const bit_pair worst = worst_avalanche(flips, samples, [&](int sample, int bit) {
            // The last bytes count up, as in texts that people number.
            text[size - 1] = static_cast<std::byte>(sample);
            text[size - 2] = static_cast<std::byte>(sample >> 8);
            const std::uint64_t before = of.of_text(text);
            std::byte& flipped = text[static_cast<std::size_t>(bit / 8)];
            flipped ^= static_cast<std::byte>(1 << bit % 8);
            const std::uint64_t after = of.of_text(text);
            flipped ^= static_cast<std::byte>(1 << bit % 8);
            return before ^ after;
        });
        CAPTURE(worst.flipped);
        CAPTURE(worst.watched);
        CHECK(worst.bias < 7 * 0.0078);
    }
}

struct family {
    const char* name;
    std::function<std::uint64_t(const identity_hash&, std::uint64_t)> identity;
};

template <class Word>
family integers(const char* name, Word word) {
    return {name, [=](const identity_hash& of, std::uint64_t i) {
                return of.of_integer(static_cast<std::int64_t>(word(i)));
            }};
}

template <class Real>
family reals(const char* name, Real real) {
    return {name, [=](const identity_hash& of, std::uint64_t i) {
                return of.of_real(real(static_cast<double>(i)));
            }};
}

template <class Text>
family texts(const char* name, Text text) {
    return {name, [=](const identity_hash& of, std::uint64_t i) {
                const std::string value = text(i);
                return of.of_text(std::as_bytes(std::span(value)));
            }};
}

// The number in base 26, with letters for digits.
std::string letters(std::uint64_t number) {
    std::string word;
    for (++number; number > 0; number = (number - 1) / 26) {
        word.insert(word.begin(), static_cast<char>('a' + (number - 1) % 26));
    }
    return word;
}

std::string hex(std::uint64_t number, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t at = digits; at-- > 0; number >>= 4)
        text[at] = "0123456789abcdef"[number & 15];
    return text;
}

std::string uuid(std::uint64_t high, std::uint64_t low) {
    return hex(high >> 32, 8) + '-' + hex(high >> 16, 4) + '-' + hex(high, 4) + '-' +
           hex(low >> 48, 4) + '-' + hex(low, 12);
}

// Data as people have it. No member may repeat within the first 2**16.
const family families[] = {
    integers("counter", [](auto i) { return i; }),
    integers("negative", [](auto i) { return 0 - i; }),
    integers("multiples of 7", [](auto i) { return 7 * i; }),
    integers("multiples of 1000", [](auto i) { return 1000 * i; }),
    integers("stride 2**12", [](auto i) { return i << 12; }),
    integers("stride 2**32", [](auto i) { return i << 32; }),
    integers("stride 2**47", [](auto i) { return i << 47; }),
    integers("a hash's own multiplier", [](auto i) { return i * primes32[0]; }),
    integers("golden ratio", [](auto i) { return i * 0x9e3779b97f4a7c15ULL; }),
    integers("both halves alike", [](auto i) { return i | (i << 32); }),
    integers("grid", [](auto i) { return (i % 256) | ((i / 256) << 32); }),
    integers("minutes, in seconds", [](auto i) { return 1700000000 + 60 * i; }),
    integers("hours, in microseconds", [](auto i) { return (472222 + i) * 3600000000; }),
    integers("seconds, in nanoseconds", [](auto i) { return (1700000000 + i) * 1000000000; }),
    integers("bits of floats", [](auto i) { return bit_cast<std::uint64_t>(1.0 + double(i)); }),
    reals("tenths", [](double i) { return i / 10 + 0.05; }),
    reals("reciprocals", [](double i) { return 1 / (i + 1.5); }),
    reals("far from one", [](double i) { return std::ldexp(i + 0.5, -900); }),
    reals("large", [](double i) { return std::ldexp(i + 1, 64); }),
    texts("numbers", [](auto i) { return std::to_string(i); }),
    texts("three bytes", [](auto i) { return std::string{char(i), char(i >> 8), char(i >> 3)}; }),
    texts("numbered users", [](auto i) { return "user-" + std::to_string(i + 1000000); }),
    texts("long strings", [](auto i) { return std::string(40, 'x') + std::to_string(i); }),
    texts("words", [](auto i) { return letters(i); }),
    texts("words of one length", [](auto i) { return "thing" + hex(i, 4) + "s"; }),
    texts("hexadecimal", [](auto i) { return hex(mix64(i), 16); }),
    texts("numbered UUIDs", [](auto i) { return uuid(0x4000, 0x8000ULL << 48 | i); }),
    texts("random UUIDs", [](auto i) { return uuid(mix64(i), mix64(~i)); }),
    texts("e-mail addresses", [](auto i) { return letters(i * 37) + "@example.com"; }),
    texts("IP addresses",
          [](auto i) { return "10.0." + std::to_string(i >> 8) + "." + std::to_string(i & 255); }),
    texts("URLs",
          [](auto i) {
              return "https://www.example.org/" + letters(i % 499) + "?id=" + std::to_string(i);
          }),
    texts("lines of a log",
          [](auto i) {
              return "2026-11-26T12:" + std::to_string(i % 60) + " GET /" + letters(i) +
                     std::string(90, '-') + " 200";
          }),
};

std::vector<std::uint64_t> members(const family& which, const identity_hash& of,
                                   std::size_t count) {
    std::vector<std::uint64_t> identities(count);
    for (std::size_t i = 0; i < count; ++i) identities[i] = which.identity(of, i);
    return identities;
}

// The number of identities below a threshold must be binomial over the seeds: its mean decides the
// bias, its variance the error of every estimate. Neighbouring seeds, so that these are tested too.
// 1000 seeds: the mean in standard errors against 5 (6e-7), the variance, whose relative standard
// error is sqrt(2/1000) = 0.045, against 0.25 (3e-8); 96 checks of each.
TEST_CASE("counts below a threshold are binomial over the seeds") {
    constexpr int seeds = 1000;
    constexpr std::size_t count = 3000;
    constexpr double shares[] = {0.5, 1.0 / 16, 1.0 / 128};
    for (const family& which : families) {
        double sum[3] = {}, sum_of_squares[3] = {};
        for (int seed = 0; seed < seeds; ++seed) {
            const auto identities =
                members(which, identity_hash(static_cast<std::uint64_t>(seed)), count);
            for (int i = 0; i < 3; ++i) {
                const auto threshold = static_cast<std::uint64_t>(std::ldexp(shares[i], 64));
                const auto below = std::count_if(identities.begin(), identities.end(),
                                                 [=](auto id) { return id < threshold; });
                const double mean = count * shares[i];
                const double z =
                    (static_cast<double>(below) - mean) / std::sqrt(mean * (1 - shares[i]));
                sum[i] += z;
                sum_of_squares[i] += z * z;
            }
        }
        for (int i = 0; i < 3; ++i) {
            CAPTURE(which.name);
            CAPTURE(shares[i]);
            CHECK(std::abs(sum[i]) / std::sqrt(seeds) < 5.0);
            CHECK(std::abs(sum_of_squares[i] / seeds - 1.0) < 0.25);
        }
    }
}

// Chi-squared over 256 buckets of 2**16 identities: 255 degrees of freedom, standard
// deviation 22.6. The bound of 400 is 6.4 of them (3e-8 by the exact tail) for each of the 3 x 3 x
// 32 checks; far below 120 would be too even to be random (the smallest of the same number of draws
// is above 160).
TEST_CASE("the bits that decide are uniform") {
    for (const family& which : families) {
        for (const std::uint64_t seed : {0U, 1U, 12345U}) {
            const auto identities = members(which, identity_hash(seed), 1 << 16);
            for (const int shift : {56, 32, 0}) {
                std::vector<double> buckets(256);
                for (const std::uint64_t id : identities) buckets[(id >> shift) & 255] += 1;
                double chi_squared = 0.0;
                for (const double bucket : buckets)
                    chi_squared += (bucket - 256) * (bucket - 256) / 256;
                CAPTURE(which.name);
                CAPTURE(seed);
                CAPTURE(shift);
                CHECK(chi_squared < 400.0);
                CHECK(chi_squared > 120.0);
            }
        }
    }
}

TEST_CASE("powers of two, their sums and differences: all pairs of bits") {
    // 4160 words; below 1/4 of the coins over 1000 seeds, as above.
    std::vector<std::uint64_t> words;
    for (int a = 0; a < 64; ++a) {
        words.push_back(1ULL << a);
        for (int b = 0; b < a; ++b) {
            words.push_back((1ULL << a) | (1ULL << b));
            if (b + 1 < a) words.push_back((1ULL << a) - (1ULL << b));
        }
    }
    double sum = 0.0, sum_of_squares = 0.0;
    const double mean = static_cast<double>(words.size()) / 4;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const identity_hash of(seed);
        const auto below = std::count_if(words.begin(), words.end(), [&](std::uint64_t word) {
            return of.of_integer(static_cast<std::int64_t>(word)) < 1ULL << 62;
        });
        const double z = (static_cast<double>(below) - mean) / std::sqrt(mean * 0.75);
        sum += z;
        sum_of_squares += z * z;
    }
    CHECK(std::abs(sum) / std::sqrt(1000.0) < 5.0);
    CHECK(std::abs(sum_of_squares / 1000 - 1.0) < 0.25);
}

}  // namespace
}  // namespace cvmcount::testing
