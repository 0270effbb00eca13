// A red run means that a truncated sketch answers otherwise than the whole one, that what several
// of them say is biased or too sure of itself, or that its bytes do not come back or harm who reads
// them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include "sketch/operands.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/set_operations.hpp"
#include "sketch/truncated_sketch.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

using words = std::vector<std::uint64_t>;

words draw(random_words& random, std::size_t count) {
    words all(count);
    for (auto& each : all) each = random.next();
    return all;
}

sampler fed(std::size_t capacity, const std::vector<words>& parts) {
    sampler made(coins::hashed, capacity, 0);
    for (const words& part : parts) made.offer_filtered(part, part.size());
    return made;
}

sampler merge_of(const sampler& a, const sampler& b) {
    sample_merge both;
    both.add(a);
    sampler target = b;
    both.merge_into(target);
    return target;
}

truncated_sketch truncated(const sampler& whole, unsigned bits) {
    return {whole.hashed().state(), {}, bits};
}

sampled_count union_of(const std::vector<truncated_sketch>& sketches) {
    std::vector<const truncated_sketch*> operands;
    for (const truncated_sketch& each : sketches) operands.push_back(&each);
    return truncated_sketch::in_any(operands);
}

// The answers of samplers in every state.
std::vector<sampler> states() {
    random_words random(1);
    const words some = draw(random, 300), many = draw(random, 20'000), more = draw(random, 20'000);
    const sampler merged = merge_of(fed(500, {many}), fed(500, {more}));
    return {fed(500, {}), fed(500, {some}), fed(500, {many}), merged, fed(3, {some})};
}

TEST_CASE("a truncated sketch answers for itself as the whole one") {
    for (const sampler& whole : states()) {
        const truncated_sketch cut = truncated(whole, 40);
        CHECK(cut.estimate() == doctest::Approx(whole.estimate()).epsilon(1e-5));
        CHECK(cut.count() == doctest::Approx(static_cast<double>(whole.count())).epsilon(1e-5));
        CHECK(cut.is_exact() == whole.is_exact());
        CHECK(cut.items_seen() == whole.items_seen());
        const interval bounds = cut.confidence_interval(0.95);
        const interval of_whole = whole.confidence_interval(0.95);
        CHECK(static_cast<double>(bounds.low) ==
              doctest::Approx(static_cast<double>(of_whole.low)).epsilon(1e-4));
        CHECK(static_cast<double>(bounds.high) ==
              doctest::Approx(static_cast<double>(of_whole.high)).epsilon(1e-4));
        const sampled_count alone = union_of({cut});
        CHECK(alone.count() == cut.count());
        CHECK(alone.confidence_interval(0.95) == bounds);
    }
}

TEST_CASE("with most bits, several say what whole sketches say") {
    random_words random(2);
    const words first = draw(random, 9'000), common = draw(random, 5'000),
                second = draw(random, 30'000);
    const sampler a = fed(1000, {first, common}), b = fed(700, {common, second});
    const truncated_sketch cut_a = truncated(a, 60), cut_b = truncated(b, 60);
    const overlap whole(a, b);
    CHECK((cut_a & cut_b).retained == whole.in_both().retained);
    CHECK((cut_a - cut_b).retained == whole.in_first_only().retained);
    CHECK((cut_b - cut_a).retained == overlap(b, a).in_first_only().retained);
    CHECK((cut_a ^ cut_b).retained == whole.in_one_only().retained);
    CHECK((cut_a & cut_b).estimate() == doctest::Approx(whole.in_both().estimate()).epsilon(1e-6));
    CHECK((cut_a & cut_b).confidence_interval(0.9) == whole.in_both().confidence_interval(0.9));
    CHECK(cut_a.jaccard(cut_b).estimate() == whole.jaccard().estimate());
    CHECK(cut_a.containment(cut_b).estimate() == whole.containment().estimate());

    operands all;
    all.add(a);
    all.add(b);
    const sampled_count expected = all.in_any(), found = union_of({cut_a, cut_b});
    CHECK(found.estimate() == doctest::Approx(expected.estimate()).epsilon(1e-6));
    CHECK(found.refined.variance == doctest::Approx(expected.refined.variance).epsilon(1e-4));
    CHECK(found.refined.at_least == expected.refined.at_least);

    truncated_sketch merged = cut_a;
    merged.merge(cut_b);
    const sampler of_whole = merge_of(a, b);
    CHECK(merged.capacity() == 700);
    CHECK(merged.items_seen() == of_whole.items_seen());
    CHECK(merged.estimate() == doctest::Approx(of_whole.estimate()).epsilon(1e-6));
    truncated_sketch other_way = cut_b;
    other_way.merge(cut_a);
    CHECK(other_way == merged);
}

TEST_CASE("exact sketches that are merged are a little less than exact") {
    random_words random(3);
    const words first = draw(random, 100), second = draw(random, 50);
    truncated_sketch both = truncated(fed(500, {first}), 40);
    const truncated_sketch empty = truncated(fed(500, {}), 40);
    truncated_sketch same = both;
    same.merge(empty);
    CHECK(same == both);
    both.merge(truncated(fed(500, {second, first}), 40));
    CHECK_FALSE(both.is_exact());
    CHECK(both.count() == 150);
    CHECK(both.confidence_interval(0.95).low == 150);
    CHECK(both.confidence_interval(0.95).high <= 151);
    // Beyond the capacity it becomes a sample.
    for (int i = 0; i < 20; ++i) both.merge(truncated(fed(500, {draw(random, 400)}), 40));
    CHECK(both.retained() == 499);
    CHECK(both.estimate() == doctest::Approx(8'150).epsilon(0.2));  // 4.5 standard errors
}

// Of many trials, whose errors are in standard errors of one.
struct trials {
    double sum = 0.0, squares = 0.0;
    int covered = 0, count = 0;

    void add(double error, bool is_covered) {
        sum += error;
        squares += error * error;
        covered += is_covered ? 1 : 0;
        ++count;
    }
    double mean() const { return sum / count; }
    double deviation() const { return std::sqrt(squares / count / count); }
    double coverage() const { return static_cast<double>(covered) / count; }
};

void add_count(trials& to, const sampled_count& found, double truth) {
    const interval bounds = found.confidence_interval(0.95);
    to.add(found.estimate() - truth,
           static_cast<double>(bounds.low) <= truth && truth <= static_cast<double>(bounds.high));
}

// Means within 4.5 standard errors (false alarm 7e-6 each), coverage within 4 (3e-5 each).
void check(const trials& found) {
    CHECK(std::abs(found.mean()) < 4.5 * found.deviation());
    CHECK(found.coverage() > 0.95 - 4.0 * std::sqrt(0.95 * 0.05 / found.count));
}

TEST_CASE("what shares cells by chance is corrected for") {
    constexpr std::size_t capacity = 256, elements = 20'000;
    constexpr unsigned bits = 22;  // 6.5 more than the logarithm of all elements
    random_words random(4);
    trials raw, disjoint, half, difference, either, merged;
    for (int trial = 0; trial < 500; ++trial) {
        const words a = draw(random, elements), b = draw(random, elements),
                    common = draw(random, elements / 4);
        const auto cut = [&](const std::vector<words>& parts) {
            return truncated(fed(capacity, parts), bits);
        };
        const truncated_sketch only_a = cut({a}), only_b = cut({b}), more_a = cut({common, a}),
                               more_b = cut({b, common});
        add_count(disjoint, only_a & only_b, 0.0);
        const sampled_count uncorrected = overlap(fed(capacity, {a}), fed(capacity, {b})).in_both();
        CHECK(uncorrected.retained == 0);
        raw.add((only_a & only_b).refined.by_chance, true);
        add_count(half, more_a & more_b, elements / 4.0);
        add_count(difference, more_a - more_b, elements);
        add_count(either, union_of({more_a, only_b, more_b}), 2.25 * elements);
        truncated_sketch both = more_a;
        both.merge(more_b);
        const interval bounds = both.confidence_interval(0.95);
        merged.add(both.estimate() - 2.25 * elements,
                   static_cast<double>(bounds.low) <= 2.25 * elements &&
                       2.25 * elements <= static_cast<double>(bounds.high));
    }
    CHECK(raw.mean() == doctest::Approx(1.2).epsilon(0.2));  // what would be counted without
    check(disjoint);
    check(half);
    check(difference);
    check(merged);
    check(either);
}

TEST_CASE("small exact sketches of few bits are corrected, too") {
    random_words random(5);
    trials either, common;
    for (int trial = 0; trial < 1'000; ++trial) {
        const words a = draw(random, 400), b = draw(random, 400), c = draw(random, 100);
        const truncated_sketch first = truncated(fed(1024, {a, c}), 16);
        const truncated_sketch second = truncated(fed(1024, {b, c}), 16);
        CHECK(first.count() == 500);
        add_count(either, union_of({first, second}), 900);
        add_count(common, first & second, 100);
    }
    check(either);
    check(common);
}

TEST_CASE("bits that are too few are refused") {
    random_words random(6);
    const sampler many = fed(1000, {draw(random, 100'000)});
    CHECK_THROWS_AS(truncated(many, 22), std::invalid_argument);
    CHECK_NOTHROW(truncated(many, 23));
    CHECK_THROWS_AS(truncated(many, 15), std::invalid_argument);
    CHECK_THROWS_AS(truncated(many, 64), std::invalid_argument);
    const truncated_sketch few = truncated(fed(1000, {draw(random, 10)}), 16);
    const truncated_sketch wide = truncated(many, 40);
    CHECK_THROWS_AS(few & wide, std::invalid_argument);
    CHECK_THROWS_AS(union_of({wide, few}), std::invalid_argument);
    truncated_sketch target = wide;
    CHECK_THROWS_AS(target.merge(few), std::invalid_argument);
    CHECK(target == wide);
}

TEST_CASE("sketches of other settings are not compared") {
    const hashed_state state = fed(500, {}).hashed().state();
    const truncated_sketch plain(state, {}, 40), seeded(state, {.seed = 1}, 40),
        with_missing(state, {.dropna = false}, 40);
    CHECK_THROWS_AS(plain & seeded, std::invalid_argument);
    CHECK_THROWS_AS(plain.jaccard(with_missing), std::invalid_argument);
    CHECK_THROWS_AS(union_of({plain, seeded}), std::invalid_argument);
}

TEST_CASE("bytes with cells beyond their threshold are refused") {
    auto saved = truncated(states()[2], 40).to_bytes();  // not exact, and never merged
    constexpr std::size_t top_of_threshold = 48 + 8 + 2 + 4 * 8 + 7;
    CHECK(saved[top_of_threshold] > std::byte{1});
    saved[top_of_threshold] >>= 1;
    seal(saved);
    CHECK_THROWS_AS(truncated_sketch::from_bytes(saved), std::invalid_argument);
}

TEST_CASE("the bytes of truncated sketches come back, and others are refused") {
    for (const sampler& whole : states()) {
        for (const unsigned bits : {30U, 40U, 63U}) {
            const truncated_sketch cut = truncated(whole, bits);
            const auto saved = cut.to_bytes();
            CHECK(truncated_sketch::from_bytes(saved) == cut);
            for (std::size_t size = 0; size < saved.size(); ++size) {
                CHECK_THROWS_AS(truncated_sketch::from_bytes(std::span(saved).first(size)),
                                std::invalid_argument);
            }
            for (std::size_t at = 0; at < std::min<std::size_t>(saved.size(), 130); ++at) {
                auto changed = saved;
                changed[at] ^= std::byte{0x81};
                CHECK_THROWS_AS(truncated_sketch::from_bytes(changed), std::invalid_argument);
                seal(changed);
                try {
                    const auto other = truncated_sketch::from_bytes(changed);
                    CHECK(other.to_bytes() == changed);
                    CHECK(other.count() <= other.items_seen());
                } catch (const std::invalid_argument&) {
                }
            }
        }
    }
}

}  // namespace
}  // namespace cvmcount::testing
