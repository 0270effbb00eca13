// Streams of n distinct elements for the statistical tests, in the orders that samplers get wrong.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random_words.hpp"

namespace cvmcount::testing {

enum class order { once, passes, shuffled, halves, zipf };

// A new identity for each element every time, so that hashed coins are drawn anew.
inline std::vector<std::uint64_t> make_stream(order how, std::size_t n, random_words& random) {
    std::vector<std::uint64_t> elements(n);
    for (auto& element : elements) element = random.next();
    std::vector<std::uint64_t> items = elements;
    const auto half = static_cast<std::ptrdiff_t>(n / 2);
    switch (how) {
        case order::once:
            break;
        case order::passes:
            for (int pass = 1; pass < 3; ++pass) {
                items.insert(items.end(), elements.begin(), elements.end());
            }
            break;
        case order::shuffled:
            for (std::size_t i = 0; i < 2 * n; ++i) items.push_back(elements[random.below(n)]);
            random.shuffle(items);
            break;
        case order::halves:  // the first half comes again before the second appears
            items.insert(items.begin() + half, elements.begin(), elements.begin() + half);
            break;
        case order::zipf:  // the element of rank r comes about 1/r as often as the first
            for (std::size_t i = 0; i < 2 * n; ++i) {
                const double u = std::ldexp(static_cast<double>(random.next() >> 11), -53);
                const double rank = std::pow(static_cast<double>(n), u);
                items.push_back(elements[static_cast<std::size_t>(rank) % n]);
            }
            random.shuffle(items);
            break;
    }
    return items;
}

// The mean of relative errors over trials, in standard errors of that mean, and their spread.
class error_summary {
  public:
    explicit error_summary(std::size_t truth) : truth_(static_cast<double>(truth)) {}

    void add(double estimate) {
        const double error = estimate / truth_ - 1.0;
        sum_ += error;
        sum_of_squares_ += error * error;
        ++trials_;
    }

    double mean() const { return sum_ / trials_; }
    double variance() const { return sum_of_squares_ / trials_ - mean() * mean(); }
    double z() const { return mean() / std::sqrt(variance() / trials_); }

  private:
    double truth_;
    double sum_ = 0.0, sum_of_squares_ = 0.0, trials_ = 0.0;
};

}  // namespace cvmcount::testing
