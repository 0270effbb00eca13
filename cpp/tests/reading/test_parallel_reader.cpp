// A red run means that several workers read something else than one, that what came before an item
// which stops them is lost, or that passes do not keep to the sizes and the room they are given.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "reading/parallel_reader.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

constexpr const char* stopped = "a number is 0";

// Numbers that are their own identities. One that is 0 stops the slice before it, for good.
struct numbers {
    std::vector<std::uint64_t> values;

    static std::size_t read_slice(void* context, std::size_t, std::size_t begin, std::size_t end,
                                  const reading_rules& rules, reading_output& output) {
        const auto& self = *static_cast<const numbers*>(context);
        for (; begin < end && self.values[begin] != 0; ++begin) {
            if (output.kept == output.room) break;
            ++output.item_count;
            if (self.values[begin] > rules.threshold) continue;
            output.identities[output.kept++] = self.values[begin];
        }
        if (begin < end && self.values[begin] == 0) output.error = stopped;
        return begin;
    }

    sliced_input slices() { return {read_slice, this}; }
};

// A clock that the test turns on by itself: each look at it takes so long.
double seconds_a_look = 0.0;
double seconds_shown = 0.0;

double test_clock() {
    return seconds_shown += seconds_a_look;
}

struct pass {
    std::size_t stop;
    std::vector<std::uint64_t> kept;
    std::uint64_t item_count;
    const char* error;
};

pass read(parallel_reader& reader, numbers& from, std::size_t begin, std::size_t end,
          std::uint64_t threshold, std::size_t room) {
    std::vector<std::uint64_t> identities(room + 1, 0x5eed);
    reading_output output = {.identities = identities.data(), .room = room};
    const reading_rules rules = {.threshold = threshold};
    const std::size_t stop = reader.read(from.slices(), begin, end, rules, output);
    CHECK(identities.back() == 0x5eed);
    identities.resize(output.kept);
    return {stop, identities, output.item_count, output.error};
}

TEST_CASE("any number of workers hands back what one does, in the order of the input") {
    random_words random(1);
    for (const std::size_t workers : {1U, 2U, 3U, 8U}) {
        parallel_reader reader(workers, {.first = 100, .most = 1000});
        REQUIRE(reader.workers() == workers);
        for (int round = 0; round < 200; ++round) {
            numbers from;
            const std::size_t size = random.below(300);
            for (std::size_t i = 0; i < size; ++i) from.values.push_back(1 + random.below(100));
            const std::size_t stops = random.below(3);
            for (std::size_t i = 0; size > 0 && i < stops; ++i) from.values[random.below(size)] = 0;
            const std::size_t begin = random.below(size + 1);
            const std::uint64_t threshold = random.below(2) == 0 ? 100 : random.below(100);

            std::size_t stop = begin;
            std::vector<std::uint64_t> expected;
            for (; stop < size && from.values[stop] != 0; ++stop) {
                if (from.values[stop] <= threshold) expected.push_back(from.values[stop]);
            }
            const pass found = read(reader, from, begin, size, threshold, size + workers);
            REQUIRE(found.stop == stop);
            REQUIRE(found.kept == expected);
            REQUIRE(found.item_count == stop - begin);
            REQUIRE(found.error == (stop < size ? stopped : nullptr));
        }
    }
}

TEST_CASE("a slice that finds no room stops the pass, and nothing before it is lost") {
    numbers from;
    for (std::uint64_t i = 0; i < 90; ++i) from.values.push_back(i % 30 + 1);
    parallel_reader reader(3, {.first = 30, .most = 30});
    // The first slice keeps 5 of 30, for which there is room; the second would keep 30.
    for (std::size_t i = 30; i < 60; ++i) from.values[i] = 1;
    const pass found = read(reader, from, 0, 90, 5, 3 * 10);
    CHECK(found.stop == 40);
    CHECK(found.kept.size() == 15);
    CHECK(found.item_count == 40);
}

TEST_CASE("short passes grow up to the most, long ones shrink") {
    numbers from;
    from.values.assign(1 << 16, 7);
    constexpr std::size_t room = 1 << 20;
    parallel_reader reader(2, {.first = 100, .most = 5000, .least = 64}, test_clock);
    const auto sizes_of_passes = [&](double seconds) {
        seconds_a_look = seconds;
        std::vector<std::size_t> sizes;
        for (int turn = 0; turn < 5; ++turn) {
            const std::size_t end = reader.end_of_pass(0, room);
            sizes.push_back(end);
            read(reader, from, 0, end, 0, 8);
        }
        return sizes;
    };
    using sizes = std::vector<std::size_t>;
    CHECK(sizes_of_passes(0.004) == sizes{200, 800, 3200, 10000, 10000});
    CHECK(sizes_of_passes(0.020) == sizes{10000, 10000, 10000, 10000, 10000});
    CHECK(sizes_of_passes(0.045) == sizes{10000, 2500, 624, 156, 128});
}

TEST_CASE("a pass is expected to take half of the room") {
    numbers from;
    from.values.assign(10000, 7);
    seconds_a_look = 0.001;
    parallel_reader reader(2, {.first = 1000, .most = 1000}, test_clock);
    read(reader, from, 0, 200, 7, 202);  // all are kept
    CHECK(reader.end_of_pass(200, 400) == 200 + 400 / 2);
    for (std::size_t i = 0; i < 10000; i += 4) from.values[i] = 9;
    read(reader, from, 0, 400, 7, 402);  // three of four are kept
    CHECK(reader.end_of_pass(0, 300) == 200);
    read(reader, from, 0, 400, 6, 402);  // none is
    CHECK(reader.end_of_pass(0, 300) == 2 * 1000);
}

TEST_CASE("what is left of a pass is read by the caller") {
    numbers from;
    from.values.assign(10000, 7);
    seconds_a_look = 0.001;
    parallel_reader reader(3, {.first = 10, .most = 1000}, test_clock);
    for (int turn = 0; turn < 4; ++turn) read(reader, from, 0, 3000, 0, 8);
    REQUIRE(reader.end_of_pass(0, 10000) == 3000);
    std::vector<std::uint64_t> identities(100);
    reading_output output = {.identities = identities.data(), .room = 100};
    const reading_rules rules = {.threshold = 7};
    CHECK(reader.read_alone(from.slices(), 50, 90, rules, output) == 90);
    CHECK(output.kept == 40);
    CHECK(reader.end_of_pass(0, 10000) == 3 * 10);  // and the next pass begins small again
}

}  // namespace
}  // namespace cvmcount::testing
