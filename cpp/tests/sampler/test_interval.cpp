// A red run means that an interval is not the one that its confidence asks for.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "sampler/interval.hpp"

namespace cvmcount::testing {
namespace {

constexpr certain_bounds anything{0, UINT64_MAX};

TEST_CASE("normal quantiles, from published tables") {
    CHECK(normal_quantile(0.5) == doctest::Approx(0.674489750196082).epsilon(1e-12));
    CHECK(normal_quantile(0.95) == doctest::Approx(1.959963984540054).epsilon(1e-12));
    CHECK(normal_quantile(0.99) == doctest::Approx(2.575829303548901).epsilon(1e-12));
    CHECK(normal_quantile(0.999999) == doctest::Approx(4.891638475698590).epsilon(1e-9));
    CHECK(normal_quantile(1e-9) == doctest::Approx(1.2533141373155e-9).epsilon(1e-6));
    CHECK(normal_quantile(1.0 - 1e-16) > 8.0);
}

TEST_CASE("bounds are rounded outward, but not past an integer that they are") {
    const interval wide = log_normal_interval(1000.0, 10.0, 2.0, anything);
    CHECK(wide.low == static_cast<std::uint64_t>(std::floor(1000.0 * std::exp(-0.02))));
    CHECK(wide.high == static_cast<std::uint64_t>(std::ceil(1000.0 * std::exp(0.02))));
    const double two = std::log(2.0);
    CHECK(log_normal_interval(1000.0, 1000.0, two, anything) == interval{500, 2000});
}

TEST_CASE("what is certain wins") {
    CHECK(log_normal_interval(1000.0, 100.0, 3.0, {990, 1001}) == interval{990, 1001});
    CHECK(log_normal_interval(7.0, 0.0, 3.0, anything) == interval{7, 7});
    CHECK(log_normal_interval(1e30, 1e29, 3.0, anything).high == UINT64_MAX);
}

// At a small threshold the number below it is Poisson, whose exact bounds are tabulated.
TEST_CASE("an interval from a threshold") {
    const interval bounds = threshold_interval(10, 0.001, normal_quantile(0.95), anything);
    CHECK(std::abs(static_cast<double>(bounds.low) - 4795) < 50);  // Poisson: 4.795 ... 18.39
    CHECK(std::abs(static_cast<double>(bounds.high) - 18390) < 100);
    CHECK(threshold_interval(0, 0.5, 1.96, anything).low == 0);
    CHECK(threshold_interval(0, 0.5, 1.96, anything).high >= 4);
    CHECK(threshold_interval(7, 1.0, 1.96, anything).low <= 7);
}

// The smallest coins of very many elements are a Poisson process: k/U is chi-square distributed.
TEST_CASE("an interval from the k-th smallest coin") {
    const interval bounds = order_statistic_interval(10, 1e-5, normal_quantile(0.95), anything);
    CHECK(std::abs(static_cast<double>(bounds.low) / 1e5 - 4.795) < 0.03);    // gamma(10) at 2.5 %
    CHECK(std::abs(static_cast<double>(bounds.high) / 1e5 - 17.085) < 0.03);  // and at 97.5 %
    const interval certain = order_statistic_interval(10, 1.0, 1.96, anything);
    CHECK(certain.high - certain.low <= 1);
}

TEST_CASE("Wilson's interval, from published tables") {
    const double z = normal_quantile(0.95);
    CHECK(wilson_interval(5, 10, z).low == doctest::Approx(0.2366).epsilon(1e-3));
    CHECK(wilson_interval(5, 10, z).high == doctest::Approx(0.7634).epsilon(1e-3));
    CHECK(wilson_interval(0, 10, z).low == 0.0);
    CHECK(wilson_interval(0, 10, z).high == doctest::Approx(0.2775).epsilon(1e-3));
    CHECK(wilson_interval(10, 10, z).low == doctest::Approx(0.7225).epsilon(1e-3));
    CHECK(wilson_interval(10, 10, z).high == 1.0);
    CHECK(wilson_interval(0, 0, z) == fraction_interval{0.0, 1.0});
}

}  // namespace
}  // namespace cvmcount::testing
