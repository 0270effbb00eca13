#include "sampler/success_skips.hpp"

#include <cmath>

namespace cvmcount {

void success_skips::set_probability(double p) noexcept {
    doublings_ = 0;
    if (p >= 1.0) return;
    // Exact: p has 53 significant bits, and p below 2**-11 still has all of them in units of
    // 2**-64.
    std::uint64_t failures = 0 - static_cast<std::uint64_t>(std::ldexp(p, 64));
    while (failures != 0 && doublings_ < 64) {
        failures_[static_cast<std::size_t>(doublings_++)] = failures;
        failures = multiply_high(failures, failures);
    }
}

// Inversion: the largest n with P(at least n failures) > u, its bits from the highest down.
std::uint64_t success_skips::draw(random_sequence& random) const noexcept {
    const std::uint64_t u = random.next();
    std::uint64_t skip = 0;
    std::uint64_t reached = ~std::uint64_t{0};  // P(at least `skip` failures), 1 at first
    for (int i = doublings_; i-- > 0;) {
        const std::uint64_t failures = failures_[static_cast<std::size_t>(i)];
        const std::uint64_t further = skip == 0 ? failures : multiply_high(reached, failures);
        const bool still = further > u;  // no branch: nobody could predict it
        skip += std::uint64_t{still} << i;
        reached = still ? further : reached;
    }
    return skip;
}

}  // namespace cvmcount
