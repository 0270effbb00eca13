// A red run means that coins of probability p come up heads with another probability.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "sampler/success_skips.hpp"

namespace cvmcount::testing {
namespace {

// Mean of 200,000 skips against (1-p)/p, and share of zeros against p: 4.5 standard errors each,
// false alarm 7e-6 for each of 16.
TEST_CASE("skips are geometric") {
    for (const double p : {0.999, 0.9, 0.5, 0.3, 0.05, 0.001, 1e-6, 1e-9}) {
        success_skips skips;
        skips.set_probability(p);
        random_sequence random(1);
        const int draws = 200000;
        double sum = 0.0;
        int zeros = 0;
        for (int i = 0; i < draws; ++i) {
            const std::uint64_t skip = skips.draw(random);
            sum += static_cast<double>(skip);
            zeros += skip == 0;
        }
        CAPTURE(p);
        const double mean = (1.0 - p) / p;
        CHECK(std::abs(sum / draws - mean) < 4.5 * std::sqrt((1.0 - p) / (p * p) / draws));
        CHECK(std::abs(zeros - p * draws) < 4.5 * std::sqrt(p * (1.0 - p) * draws) + 1);
    }
}

TEST_CASE("probability 1 never skips") {
    success_skips skips;
    skips.set_probability(0.5);
    skips.set_probability(1.0);
    random_sequence random(1);
    for (int i = 0; i < 1000; ++i) CHECK(skips.draw(random) == 0);
}

TEST_CASE("a golden sequence: the same on every platform") {
    random_sequence random(42);
    success_skips skips;
    skips.set_probability(0.01);
    std::vector<std::uint64_t> drawn;
    for (int i = 0; i < 6; ++i) drawn.push_back(skips.draw(random));
    for (int i = 0; i < 3; ++i) drawn.push_back(random.below(1000));
    CHECK(drawn == std::vector<std::uint64_t>{229, 2, 209, 89, 53, 570, 107, 493, 43});
}

TEST_CASE("uniform below a bound") {
    random_sequence random(7);
    std::vector<int> counts(7);
    for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
    double chi_squared = 0.0;  // 6 degrees of freedom: above 40 with probability 5e-7
    for (const int count : counts) chi_squared += (count - 10000.0) * (count - 10000.0) / 10000.0;
    CHECK(chi_squared < 40.0);
}

// Without what makes it fair, every third value would come as often as the two others together.
// 70,000 draws: a third of them, 23,333, has the standard deviation 125.
TEST_CASE("uniform below a bound of the size of a word") {
    random_sequence random(8);
    int thirds = 0;
    for (int i = 0; i < 70000; ++i) thirds += random.below(std::uint64_t{3} << 62) % 3 == 0;
    CHECK(std::abs(thirds - 23333) < 5 * 125);  // false alarm 6e-7
}

}  // namespace
}  // namespace cvmcount::testing
