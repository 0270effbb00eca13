// A red run means that unions and merges add up elements in a wrong order, or lose some.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "base/bucket_sorter.hpp"

namespace cvmcount::testing {
namespace {

TEST_CASE("a bucket sorter sorts as std::sort does") {
    std::mt19937_64 random(1);
    bucket_sorter<std::uint64_t> sorter;
    const auto check = [&sorter](std::vector<std::uint64_t> values) {
        auto sorted = values;
        std::sort(sorted.begin(), sorted.end());
        sorter.sort(values, std::identity(), std::less());
        CHECK(values == sorted);
    };
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    check({});
    check({5});
    check({largest, 0, largest, 0, 7});
    check(std::vector<std::uint64_t>(100, largest));
    for (const std::size_t size : {2U, 7U, 64U, 1'000U, 20'000U}) {
        for (const int shift : {0, 20, 60}) {
            std::vector<std::uint64_t> values(size);
            std::generate(values.begin(), values.end(), [&] { return random() >> shift; });
            check(values);
            values.back() = largest;  // all others have the same highest bits
            check(values);
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
