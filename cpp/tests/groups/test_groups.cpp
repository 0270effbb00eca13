// A red run means that a group is not the sketch that its values alone would have given, or that it
// matters how items came: in which calls, by how many threads, or merged.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.hpp"
#include "groups/groups.hpp"
#include "identity/identity.hpp"
#include "sampler/sampler.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/saved_sketch.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

using words = std::vector<std::uint64_t>;

// The slow twin: a sampler for each key.
struct twin {
    std::size_t capacity;
    std::map<std::uint64_t, hashed_sampler> samplers = {};
    words order = {};

    void take(const words& keys, const words& values, std::uint64_t skipped) {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto [at, is_new] = samplers.try_emplace(keys[i], capacity);
            if (is_new) order.push_back(keys[i]);
            if (values[i] != skipped) at->second.offer({&values[i], 1});
        }
    }
};

std::vector<std::byte> name_of(std::uint64_t key) {
    std::vector<std::byte> name(1 + key % 3 * sizeof(key));
    if (name.size() > 1) store_le(name.data() + 1, key);
    return name;
}

void check_alike(const groups& made, const twin& expected) {
    REQUIRE(made.size() == expected.samplers.size());
    const auto places = made.in_order();
    REQUIRE(places.size() == expected.order.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::uint64_t key = expected.order[i];
        REQUIRE(made.key(places[i]) == key);
        const hashed_sampler& sampler = expected.samplers.at(key);
        REQUIRE(made.state(places[i]) == sampler.state());
        const auto name = made.name(places[i]);
        const auto expected = name_of(key);
        REQUIRE(std::equal(name.begin(), name.end(), expected.begin(), expected.end()));
        const auto answer = made.ask(places[i], 0.9);
        REQUIRE(answer.count == sampler.count());
        REQUIRE(answer.exact == sampler.is_exact());
        REQUIRE(interval{answer.low, answer.high} == sampler.confidence_interval(0.9));
        const auto found = made.find(key);
        REQUIRE(found.has_value());
        REQUIRE(made.key(*found) == key);
    }
    REQUIRE(!made.find(12345).has_value());
}

const std::uint64_t missing = identity_hash(0).of_missing();

// Keys of very different frequency, values with many repeats, 0 and the largest among them.
void make_items(random_words& random, std::size_t size, std::uint64_t num_keys,
                std::uint64_t num_values, words& keys, words& values) {
    keys.clear();
    values.clear();
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t key = random.below(random.below(num_keys) + 1);
        keys.push_back(mix64(key));
        const std::uint64_t value = random.below(num_values);
        values.push_back(value == 0 ? 0 : value == 1 ? ~std::uint64_t{0} : mix64(value + 77));
        if (random.below(50) == 0) values.back() = missing;
    }
}

void name_all(groups& all) {
    for (const auto& each : all.unnamed()) all.name(name_of(each.key));
}

TEST_CASE("a group is what a sampler of its values alone would be") {
    random_words random(1);
    words keys, values;
    for (const std::size_t capacity : {64U, 100U, 1024U}) {
        for (const auto& [num_keys, num_values] :
             std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                 {1, 5000}, {3, 30}, {40, 300}, {300, 100'000}, {5000, 40}}) {
            groups made({.capacity = capacity}, false);
            twin expected = {capacity};
            for (int call = 0; call < 6; ++call) {
                make_items(random, random.below(20'000), num_keys, num_values, keys, values);
                made.take(keys, values);
                made.flush();
                expected.take(keys, values, missing);
                name_all(made);
                check_alike(made, expected);
            }
        }
    }
}

TEST_CASE("the number of threads and the cut into calls change nothing") {
    random_words random(2);
    words keys, values;
    make_items(random, 60'000, 3000, 500, keys, values);
    groups whole({.capacity = 64}, false);
    whole.take(keys, values);
    whole.flush();
    name_all(whole);
    for (const std::size_t workers : {2U, 5U}) {
        thread_team team(workers);
        groups made({.capacity = 64}, false);
        for (std::size_t begin = 0; begin < keys.size();) {
            const std::size_t size =
                std::min<std::size_t>(1 + random.below(9000), keys.size() - begin);
            made.take(std::span(keys).subspan(begin, size), std::span(values).subspan(begin, size));
            if (random.below(3) == 0) made.flush(&team);
            begin += size;
        }
        made.flush(&team);
        made.release_memory();
        name_all(made);
        CHECK(made == whole);
    }
}

TEST_CASE("missing keys and values") {
    const words keys = {missing, 7, missing, 7};
    const words values = {1, missing, 2, missing};
    groups all({.dropna = false}, false);
    all.take(keys, values);
    all.flush();
    CHECK(all.size() == 2);
    CHECK(all.ask(*all.find(missing), 0.9).count == 2);
    CHECK(all.ask(*all.find(7), 0.9).count == 1);
    groups some({}, true);
    some.take(keys, values);
    some.flush();
    CHECK(some.size() == 1);
    CHECK(some.ask(*some.find(7), 0.9).count == 0);
    CHECK(some.items_seen() == 4);
}

sampler merged(const hashed_sampler& a, const hashed_sampler& b) {
    sampler target(a);
    sample_merge both;
    both.add(sampler(b));
    both.merge_into(target);
    return target;
}

TEST_CASE("groups merge as sketches do, and all together are the sketch of everything") {
    random_words random(3);
    words keys, values;
    for (const std::uint64_t num_values : {8U, 60U, 400U, 100'000U}) {
        groups a({.capacity = 100}, false), b({.capacity = 100}, false);
        twin twin_a = {100}, twin_b = {100};
        make_items(random, 20'000, 400, num_values, keys, values);
        a.take(keys, values);
        a.flush();
        twin_a.take(keys, values, missing);
        make_items(random, 20'000, 800, num_values, keys, values);
        b.take(keys, values);
        b.flush();
        twin_b.take(keys, values, missing);
        name_all(a);
        name_all(b);
        for (const std::uint64_t key : twin_b.order) {
            const auto at = twin_a.samplers.find(key);
            if (at == twin_a.samplers.end()) {
                twin_a.order.push_back(key);
                twin_a.samplers.emplace(key, twin_b.samplers.at(key));
            } else {
                at->second = merged(at->second, twin_b.samplers.at(key)).hashed();
            }
        }
        a.merge(b);
        check_alike(a, twin_a);

        sample_merge total;
        for (const auto& [key, each] : twin_a.samplers) total.add(sampler(each));
        sampler everything(hashed_sampler{100});
        total.merge_into(everything);
        CHECK(a.saved_total() == save(everything, {.delta = 0.001}, {}));
        const auto first = a.in_order().front();
        CHECK(a.saved_sketch(first) ==
              save(sampler(twin_a.samplers.at(a.key(first))), {.delta = 0.001}, {}));
    }
}

TEST_CASE("copies, moves and what is left out") {
    random_words random(4);
    words keys, values;
    make_items(random, 30'000, 50, 100'000, keys, values);
    groups made({.capacity = 64}, false);
    made.take(keys, values);
    made.flush();
    name_all(made);
    groups copy(made);
    CHECK(copy == made);
    make_items(random, 3000, 90, 100'000, keys, values);
    copy.take(keys, values);
    copy.flush();
    name_all(copy);
    CHECK(!(copy == made));
    groups moved(std::move(copy));
    CHECK(moved.size() > made.size());

    auto places = made.in_order();
    const std::uint64_t dropped = made.key(places[3]);
    places.erase(places.begin() + 3);
    const groups left = made.only(places);
    CHECK(left.size() == made.size() - 1);
    CHECK(!left.find(dropped).has_value());
    CHECK(left.state(*left.find(made.key(places[5]))) == made.state(places[5]));
}

TEST_CASE("settings that are out of range") {
    CHECK_THROWS_AS(groups({.capacity = 63}, false), std::invalid_argument);
    CHECK_THROWS_AS(groups({.epsilon = 2.0}, false), std::invalid_argument);
    CHECK(groups({.epsilon = 0.1}, false).capacity() == sized_capacity(coins::hashed, 0.1, 0.001));
    const groups one({.seed = 1}, false), two({.seed = 2}, false);
    CHECK_THROWS_WITH_AS(one.require_like(two), doctest::Contains("seed"), std::invalid_argument);
    one.require_like(groups({.seed = 1}, false));
}

TEST_CASE("keys that share their low and high bits are found") {
    words keys, values;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        keys.push_back(i << 40 | 5);
        values.push_back(i);
    }
    groups made({}, false);
    made.take(keys, values);
    made.flush();
    CHECK(made.size() == 5000);
}

// What spread() makes a number of.
std::uint64_t unspread(std::uint64_t word) {
    return word * 0xf1de83e19937733dU;
}

TEST_CASE("keys and values that were chosen to share a home cost no more than a way down a tree") {
    static_assert(spread(0xf1de83e19937733dU) == 1);
    for (const std::uint64_t elements : {3U, 70U, 3000U}) {
        CAPTURE(elements);
        words keys, values;
        twin expected = {2000};
        for (std::uint64_t i = 0; i < 3000 + elements; ++i) {
            keys.push_back(unspread(i < elements ? 7 : i + 10));
            values.push_back(unspread(i + 1));
        }
        groups made({.capacity = 2000}, false);
        for (int pass = 0; pass < 2; ++pass) {
            made.take(keys, values);
            made.flush();
            expected.take(keys, values, missing);
            name_all(made);
            check_alike(made, expected);
        }
        check_alike(groups(made), expected);
    }
}

}  // namespace
}  // namespace cvmcount::testing
