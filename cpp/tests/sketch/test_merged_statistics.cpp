// A red run means that estimates after a merge, of set operations or of similarity are biased, or
// that their intervals lie. The seeds are fixed, so a run is red or green for good; the false-alarm
// probability of each test, had the seeds been drawn, is stated with it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sketch/sample_merge.hpp"
#include "sketch/set_operations.hpp"
#include "support/streams.hpp"

namespace cvmcount::testing {
namespace {

constexpr double levels[] = {0.68, 0.95, 0.997};

double noise_at(double level, int trials) {
    return std::sqrt(level * (1.0 - level) / trials);
}

enum class parts { disjoint, overlapping, identical };

// The union of so many sketches of n elements in all. Every item comes twice: without repeats no
// interval could reach beyond the items seen, which are the truth.
sampler merged_sampler(parts how, std::size_t count, std::size_t k, std::size_t n,
                       random_words& random) {
    std::vector<std::uint64_t> elements(n);
    for (auto& element : elements) element = random.next();
    const std::size_t share = n / count;
    const std::size_t reach = how == parts::overlapping ? 2 * share : share;
    sampler sum(coins::hashed, k, 0);
    sample_merge others;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t begin = how == parts::identical ? 0 : i * share;
        const std::size_t end =
            how == parts::identical || i + 1 == count ? n : std::min(begin + reach, n);
        if (how != parts::identical || i == 0) {
            sum = sampler(coins::hashed, k, 0);
            const auto items = std::span(elements).subspan(begin, end - begin);
            sum.offer_filtered(items, items.size());
            sum.offer_filtered(items, items.size());
        }
        if (i + 1 < count) others.add(sum);
    }
    others.merge_into(sum);
    return sum;
}

struct summary {
    double mean_error = 0.0;      // in standard errors of the mean, as theory has them
    double variance_ratio = 0.0;  // observed over predicted
    double coverage[3] = {};
};

constexpr int trials = 4000;

// RSE**2 = (n-k+1)/(n(k-2)).
summary summarize(parts how, std::size_t count, std::size_t k, std::size_t n, std::uint64_t seed) {
    random_words random(seed);
    error_summary errors(n);
    summary result;
    double sum_of_squares = 0.0;
    for (int trial = 0; trial < trials; ++trial) {
        const sampler merged = merged_sampler(how, count, k, n, random);
        const double error = merged.estimate() / static_cast<double>(n) - 1.0;
        errors.add(merged.estimate());
        sum_of_squares += error * error;
        for (int i = 0; i < 3; ++i) {
            const interval bounds = merged.confidence_interval(levels[i]);
            if (bounds.low <= n && n <= bounds.high) result.coverage[i] += 1.0 / trials;
        }
    }
    const double predicted =
        static_cast<double>(n - k + 1) / (static_cast<double>(n) * static_cast<double>(k - 2));
    result.mean_error = errors.mean() / std::sqrt(predicted / trials);
    result.variance_ratio = sum_of_squares / trials / predicted;
    return result;
}

// 9 checks of a standard normal value against 4.5: false alarm below 7e-5. 9 checks of a variance,
// whose relative standard error is 0.022, or 0.024 with the estimate's kurtosis, against 0.12:
// below 1e-5. 27 coverages against a point and 4.5 standard errors: below 2e-4. (Rounding outward
// adds less than a tenth of a point: the standard deviation is 120.)
TEST_CASE("merged estimates are unbiased, as precise as theory says, and covered") {
    std::uint64_t seed = 300;
    for (const parts how : {parts::disjoint, parts::overlapping, parts::identical}) {
        for (const std::size_t count : {2U, 16U, 64U}) {
            CAPTURE(static_cast<int>(how));
            CAPTURE(count);
            const summary got = summarize(how, count, 256, 2048, ++seed);
            CHECK(std::abs(got.mean_error) < 4.5);
            CHECK(std::abs(got.variance_ratio - 1.0) < 0.12);
            for (int i = 0; i < 3; ++i) {
                CAPTURE(levels[i]);
                const double noise = noise_at(levels[i], trials);
                CHECK(std::abs(got.coverage[i] - levels[i]) < 0.011 + 4.5 * noise);
            }
        }
    }
}

// Near the capacity intervals are wider than they need be; they must not be narrower.
TEST_CASE("merged sketches that are nearly exact") {
    std::uint64_t seed = 400;
    for (const std::size_t n : {257U, 270U, 320U}) {
        const summary got = summarize(parts::overlapping, 2, 256, n, ++seed);
        CAPTURE(n);
        CHECK(std::abs(got.mean_error) < 4.5);
        for (int i = 0; i < 3; ++i) {
            CHECK(got.coverage[i] > levels[i] - 0.01 - 4.5 * noise_at(levels[i], trials));
        }
    }
}

struct two_sketches {
    sampler a, b;
};

// 3000 elements each, of which so many in common, each offered twice.
two_sketches overlapping(std::size_t common, std::size_t k_a, std::size_t k_b,
                         random_words& random) {
    two_sketches two{sampler(coins::hashed, k_a, 0), sampler(coins::hashed, k_b, 0)};
    std::vector<std::uint64_t> elements(6000 - common);
    for (auto& element : elements) element = random.next();
    const std::span all(elements);
    for (int pass = 0; pass < 2; ++pass) {
        two.a.offer_filtered(all.first(3000), 3000);
        two.b.offer_filtered(all.last(3000), 3000);
    }
    return two;
}

class answers {
  public:
    explicit answers(double truth) : truth_(truth) {}

    template <class Answer>
    void add(const Answer& answer) {
        const double error = answer.estimate() - truth_;
        sum_ += error;
        sum_of_squares_ += error * error;
        for (int i = 0; i < 3; ++i) {
            const auto bounds = answer.confidence_interval(levels[i]);
            const auto low = static_cast<double>(bounds.low);
            const auto high = static_cast<double>(bounds.high);
            coverage_[i] += low <= truth_ && truth_ <= high ? 1.0 / trials : 0.0;
        }
    }

    // Unbiased, and covered at least as often as asked, to a point.
    void check() const {
        CAPTURE(truth_);
        const double deviation = std::sqrt(sum_of_squares_ / trials);
        CHECK(std::abs(sum_) <= 4.5 * deviation * std::sqrt(trials));
        for (int i = 0; i < 3; ++i) {
            CAPTURE(levels[i]);
            CHECK(coverage_[i] > levels[i] - 0.01 - 4.5 * noise_at(levels[i], trials));
        }
    }

    // Nor much more often.
    void check_not_too_wide() const {
        for (int i = 0; i < 3; ++i) {
            CAPTURE(levels[i]);
            CHECK(coverage_[i] < levels[i] + 0.03 + 4.5 * noise_at(levels[i], trials));
        }
    }

  private:
    double truth_;
    double sum_ = 0.0, sum_of_squares_ = 0.0;
    double coverage_[3] = {};
};

// 8 settings of four answers, each with a mean against 4.5 standard errors and three coverages
// against 4.5: false alarm below 1e-3 in all, had the seeds been drawn. A number that is 0 must
// be estimated as 0 every time.
TEST_CASE("set operations and similarity are unbiased and covered") {
    std::uint64_t seed = 500;
    for (const std::size_t common : {0U, 30U, 1500U, 3000U}) {
        for (const std::size_t other_capacity : {256U, 400U}) {
            CAPTURE(common);
            CAPTURE(other_capacity);
            random_words random(++seed);
            const auto in_both = static_cast<double>(common);
            answers both(in_both), first(3000 - in_both), one(6000 - 2 * in_both);
            answers share(in_both / (6000 - in_both)), contained(in_both / 3000);
            for (int trial = 0; trial < trials; ++trial) {
                const auto two = overlapping(common, 256, other_capacity, random);
                const overlap found(two.a, two.b);
                both.add(found.in_both());
                first.add(found.in_first_only());
                one.add(found.in_one_only());
                share.add(found.jaccard());
                contained.add(found.containment());
            }
            for (const answers* each : {&both, &first, &one, &share, &contained}) each->check();
            if (common == 1500) {
                for (const answers* each : {&both, &first, &one, &share, &contained}) {
                    each->check_not_too_wide();
                }
            }
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
