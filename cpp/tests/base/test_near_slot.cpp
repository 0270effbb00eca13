// A red run means that a search in a hash table takes longer than it may, or misses a slot.
#include <doctest/doctest.h>

#include "base/near_slot.hpp"

namespace cvmcount::testing {
namespace {

TEST_CASE("a search ends at the first slot that ends it, or after so many steps") {
    std::size_t steps = 0;
    const auto ends_at = [&steps](std::size_t wanted) {
        return [&steps, wanted](std::size_t slot) {
            ++steps;
            return slot == wanted;
        };
    };
    CHECK(near_slot(5, 1023, 128, ends_at(5)) == 5);
    CHECK(steps == 1);
    CHECK(near_slot(1020, 1023, 128, ends_at(3)) == 3);  // the first follows the last
    CHECK(steps == 9);
    CHECK(near_slot(5, 1023, 128, ends_at(132)) == 132);
    steps = 0;
    CHECK(near_slot(5, 1023, 128, ends_at(133)) == no_slot);
    CHECK(steps == 128);
}

}  // namespace
}  // namespace cvmcount::testing
