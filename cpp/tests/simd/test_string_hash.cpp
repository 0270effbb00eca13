// A red run means that a level of vector code, or the order in which strings are hashed, gives some
// string another hash than XXH3 does.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "identity/xxh3.hpp"
#include "simd/vector_level.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

TEST_CASE("every level hashes strings as one by one") {
    random_words random(1);
    std::vector<std::byte> bytes(5000);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random.next());
    for (int round = 0; round < 600; ++round) {
        // Of one length, of one class with exceptions, or of any.
        constexpr std::array<std::array<std::size_t, 2>, 7> ranges = {
            {{0, 3}, {4, 8}, {5, 5}, {9, 16}, {17, 300}, {0, 20}, {0, 300}}};
        const auto [least, most] = ranges[random.below(ranges.size())];
        const std::size_t exceptions = random.below(3);
        string_list strings;
        strings.count = random.below(2) == 0 ? random.below(20) : random.below(1025);
        for (std::size_t i = 0; i < strings.count; ++i) {
            std::size_t size = least + random.below(most - least + 1);
            if (exceptions > 0 && random.below(20) == 0) size = random.below(40);
            strings.put(i, {bytes.data() + random.below(bytes.size() - size + 1), size});
        }
        const std::uint64_t seed = random.next();
        std::vector<std::uint64_t> expected(strings.count);
        for (std::size_t i = 0; i < strings.count; ++i) expected[i] = xxh3::hash(strings[i], seed);
        for (const vector_level& level : vector_levels()) {
            CAPTURE(level.name);
            std::vector<std::uint64_t> hashes(strings.count + string_hash_slack + 1, 0x5eed);
            level.hash_strings(strings, seed, hashes.data());
            CHECK(hashes.back() == 0x5eed);
            hashes.resize(strings.count);
            REQUIRE(hashes == expected);
        }
    }
}

// Reads beyond a string would show under ASan.
TEST_CASE("no byte beyond a string is read") {
    random_words random(2);
    for (std::size_t size = 0; size <= 40; ++size) {
        string_list strings;
        strings.count = 17;
        std::vector<std::vector<std::byte>> memory;
        for (std::size_t i = 0; i < strings.count; ++i) {
            memory.emplace_back(random.below(5) == 0 ? random.below(9) : size);
            memory.back().shrink_to_fit();
            strings.put(i, memory.back());
        }
        for (const vector_level& level : vector_levels()) {
            std::array<std::uint64_t, 17 + string_hash_slack> hashes;
            level.hash_strings(strings, 3, hashes.data());
            CHECK(hashes[5] == xxh3::hash(strings[5], 3));
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
