// A red run means that text and bytes are not hashed by rapidhash V3. The values in
// tests/rapidhash.tsv are those on which the implementations in Rust (crate rapidhash 4.5) and
// JavaScript (npm rapidhash-js 3.0) agree.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "identity/rapidhash.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

std::uint64_t seed_of(std::size_t size) {
    return size * 0x9e3779b97f4a7c15U;
}

// The input of the table: `size` bytes, which depend on it.
std::vector<std::byte> input_of(std::size_t size) {
    std::vector<std::byte> data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(i * 197 + size);
    data.shrink_to_fit();  // so that a sanitizer sees what is read beyond
    return data;
}

TEST_CASE("published values") {
    std::ifstream table(CVMCOUNT_RAPIDHASH_VALUES);
    REQUIRE(table.is_open());
    int rows = 0;
    for (std::string line; std::getline(table, line); ++rows) {
        const std::size_t size = std::stoull(line);
        const std::uint64_t expected = std::stoull(line.substr(line.find('\t') + 1), nullptr, 16);
        CAPTURE(size);
        CHECK(rapidhash::hash(input_of(size), rapidhash::key_of(seed_of(size))) == expected);
    }
    CHECK(rows > 400);
}

TEST_CASE("in pieces as at once") {
    random_words random(1);
    std::vector<std::byte> data(5000);
    for (std::byte& byte : data) byte = static_cast<std::byte>(random.next());
    for (std::size_t size = 0; size <= data.size(); size += size < 2200 ? 1 : 97) {
        const std::size_t most = std::size_t{1} << random.below(12);  // in a piece
        const rapidhash::key key = {size, rapidhash::published_secret};
        rapidhash::stream stream(key);
        for (std::size_t begin = 0; begin < size;) {
            const std::size_t piece = std::min<std::size_t>(random.below(most + 1), size - begin);
            stream.add(std::span(data).subspan(begin, piece));
            begin += piece;
        }
        CAPTURE(size);
        CHECK(stream.hash() == rapidhash::hash(std::span(data).first(size), key));
    }
}

}  // namespace
}  // namespace cvmcount::testing
