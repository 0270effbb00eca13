// A red run means that an element is lost, because its object was taken for another one, or that
// looking objects up goes on where it does not pay.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>

#include "base/address_cache.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

TEST_CASE("no object is taken for another, wherever they lie") {
    random_words random(1);
    // Few differing bits, anywhere: many objects that share a place or a tag.
    for (const std::uint64_t mask : {0xfffffULL, 0x7f0000fc003fULL, 0x70000700007c00ffULL,
                                     0x7fffffffffffULL, ~0ULL, 0xff800000ULL}) {
        address_cache table;
        std::set<std::uint64_t> told;
        for (int i = 0; i < 20000; ++i) {
            const std::uint64_t address = 64 + (random.next() & mask & ~0xfULL);
            if (table.contains(address)) REQUIRE(told.count(address) == 1);
            table.add(address);
            told.insert(address);
        }
    }
}

TEST_CASE("objects allocated together are all remembered") {
    for (const std::uint64_t size : {16U, 32U, 48U, 64U, 96U}) {
        address_cache table;
        const std::uint64_t begin = 0x7f12'3456'7040;
        const std::uint64_t number = 131072 * 64 / size / 2;
        for (std::uint64_t i = 0; i < number; ++i) table.add(begin + i * size);
        std::uint64_t found = 0;
        for (std::uint64_t i = 0; i < number; ++i) found += table.contains(begin + i * size);
        // Up to two to a cache line. Where there are four, the newer two.
        CHECK(found * 64 >= number * (size < 32 ? 32 : 64));
    }
}

TEST_CASE("it forgets") {
    address_cache table;
    table.add(0x7f0000001000);
    CHECK(table.contains(0x7f0000001000));
    table.clear();
    CHECK_FALSE(table.contains(0x7f0000001000));
    table.add(0x7f0000001000);
    table.rest();
    CHECK_FALSE(table.contains(0x7f0000001000));
}

TEST_CASE("it rests where it does not pay, for longer and longer, and comes back") {
    address_cache table;
    const auto items_until = [&table](bool paying, std::size_t found_of_64) {
        std::size_t items = 0;
        for (; table.pays() != paying; items += 64) table.record(64, found_of_64);
        return items;
    };
    CHECK(items_until(false, 0) == 2 * address_cache::phase_items);
    CHECK(items_until(true, 0) == address_cache::first_rest);
    CHECK(items_until(false, 15) == 2 * address_cache::phase_items);
    CHECK(items_until(true, 0) == 4 * address_cache::first_rest);
    for (int i = 0; i < 1'000'000; ++i) {
        table.record(64, 16);
        REQUIRE(table.pays());
    }
    table.rest();
    CHECK_FALSE(table.pays());
    const std::size_t rest = items_until(true, 0);
    table.rest();
    table.rest();  // resting already: nothing is added
    CHECK(items_until(true, 0) == 4 * rest);
}

}  // namespace
}  // namespace cvmcount::testing
