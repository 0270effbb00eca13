// A red run means that what is kept of one element becomes that of another, or is lost while it is
// in the sample.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/mix.hpp"
#include "items/kept_items.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

using words = std::vector<std::uint64_t>;

item_bytes value_of(std::uint64_t identity) {
    return item_bytes(1 + identity % 5, static_cast<std::byte>(identity));
}

TEST_CASE("identities that were chosen to share a slot are found in few steps") {
    words crafted;
    for (std::uint64_t i = 0; crafted.size() < 400; ++i) {
        if ((mix64(i) & 1023) == 5) crafted.push_back(i);
    }
    kept_items kept;
    for (const std::uint64_t identity : crafted) kept.at(identity).bytes = value_of(identity);
    words left;
    for (std::size_t i = 0; i < crafted.size(); ++i) {
        REQUIRE(kept.find(crafted[i]) != nullptr);
        CHECK(kept.find(crafted[i])->identity == crafted[i]);
        CHECK(&kept.at(crafted[i]) == kept.find(crafted[i]));
        if (i % 3 > 0) left.push_back(crafted[i]);
    }
    CHECK(kept.size() == crafted.size());
    CHECK(kept.find(1) == nullptr);
    kept.keep_only(left);
    for (const std::uint64_t identity : crafted) {
        CHECK((kept.find(identity) != nullptr) ==
              std::binary_search(left.begin(), left.end(), identity));
    }
}

TEST_CASE("items are found under their identities, whatever comes and goes") {
    random_words random(1);
    for (const bool small : {false, true}) {  // identities that are no hashes, too
        kept_items kept;
        std::map<std::uint64_t, std::uint64_t> twin;  // the counts
        for (int round = 0; round < 40; ++round) {
            for (int i = 0; i < 300; ++i) {
                const std::uint64_t number = random.below(2000);
                const std::uint64_t identity = small ? number : mix64(number);
                kept.at(identity).bytes = value_of(identity);
                kept.count(identity, {});
                ++twin[identity];
            }
            words identities;
            for (const auto& [identity, count] : twin) {
                if (random.below(3) > 0) identities.push_back(identity);
            }
            if (round % 2 == 0) {
                kept.keep_only(identities);
            } else {
                identities.clear();
                for (const auto& each : twin) identities.push_back(each.first);
                identities.resize(std::min<std::size_t>(identities.size(), 700));
                kept.keep_smallest(700);
            }
            std::erase_if(twin, [&](const auto& each) {
                return !std::binary_search(identities.begin(), identities.end(), each.first);
            });
            REQUIRE(kept.size() == twin.size());
            for (const auto& [identity, count] : twin) {
                const kept_item* const found = kept.find(identity);
                REQUIRE(found != nullptr);
                REQUIRE(found->identity == identity);
                REQUIRE(found->bytes == value_of(identity));
                REQUIRE(found->summary.count == count);
            }
            REQUIRE(kept.find(~std::uint64_t{5}) == nullptr);
        }
    }
}

item_number integer(std::int64_t value) {
    return {number_form::integer, static_cast<std::uint64_t>(value)};
}

TEST_CASE("numbers agree on a form, and durations on none but theirs") {
    kept_items kept;
    kept.agree_on(number_form::none);
    kept.agree_on(number_form::integer);
    kept.count(1, integer(-3));
    kept.count(1, {});
    kept.agree_on(number_form::real);
    kept.count(1, {number_form::real, bit_cast<std::uint64_t>(0.5)});
    kept.count(1, integer(2));
    const item_summary& summary = kept.find(1)->summary;
    CHECK(summary.count == 4);
    CHECK(summary.totals.numbers == 3);
    CHECK(summary.totals.sum_as_double(number_form::real) == -0.5);
    CHECK_THROWS_AS(kept.agree_on(number_form::duration), std::invalid_argument);
    CHECK(kept.number_form() == number_form::real);
}

TEST_CASE("merging adds what both know") {
    kept_items a, b;
    a.agree_on(number_form::integer);
    b.agree_on(number_form::real);
    a.at(1).bytes = value_of(1);
    a.count(1, integer(5));
    a.count(2, integer(7));
    b.at(1).bytes = value_of(9);  // of equal ones, the first is kept
    b.at(2).bytes = value_of(2);
    b.count(1, {number_form::real, bit_cast<std::uint64_t>(0.25)});
    b.count(3, {});
    a.merge(b);
    CHECK(a.size() == 3);
    CHECK(a.number_form() == number_form::real);
    CHECK(a.find(1)->bytes == value_of(1));
    CHECK(a.find(2)->bytes == value_of(2));
    CHECK(a.find(1)->summary.count == 2);
    CHECK(a.find(1)->summary.totals.sum_as_double(number_form::real) == 5.25);
    CHECK(a.find(3)->summary == item_summary{1, {}});
    kept_items times;
    times.agree_on(number_form::duration);
    times.count(1, {number_form::duration, 5});
    CHECK_THROWS_AS(a.merge(times), std::invalid_argument);
    CHECK(a.find(1)->summary.count == 2);
}

TEST_CASE("what is lacking is given once") {
    lacking_items lacking(words{3, 5, 9});
    CHECK(lacking.left() == 3);
    CHECK(lacking.largest() == 9);
    CHECK(lacking.lacks(5));
    CHECK(!lacking.lacks(4));
    CHECK(!lacking.lacks(10));
    lacking.give(5, value_of(5));
    CHECK(!lacking.lacks(5));
    CHECK(lacking.left() == 2);
    kept_items kept;
    kept.at(3).bytes = value_of(8);
    lacking.give(3, value_of(3));
    lacking.move_to(kept);
    CHECK(kept.find(3)->bytes == value_of(8));
    CHECK(kept.find(5)->bytes == value_of(5));
    CHECK(kept.find(9) == nullptr);
    CHECK(lacking_items(words{}).largest() == 0);
    CHECK(!lacking_items(words{}).lacks(0));
}

TEST_CASE("what is lacking is found, whether it is hashes or not") {
    std::mt19937_64 random(1);
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    words hashes;
    for (int i = 0; i < 1'000; ++i) hashes.push_back(random() >> 8);
    std::sort(hashes.begin(), hashes.end());
    words crowded(1'000);
    std::iota(crowded.begin(), crowded.end(), 0U);
    words far_away = crowded;
    far_away.push_back(largest);
    for (const words& all :
         {hashes, crowded, far_away, words{0}, words{largest}, words{7, largest}}) {
        const lacking_items lacking(all);
        CHECK(std::all_of(all.begin(), all.end(),
                          [&](std::uint64_t id) { return lacking.lacks(id); }));
        const auto finds_other = [&](std::uint64_t id) {
            return lacking.lacks(id + 1) != std::binary_search(all.begin(), all.end(), id + 1);
        };
        CHECK(std::none_of(all.begin(), all.end(), finds_other));
    }
}

}  // namespace
}  // namespace cvmcount::testing
