// Mistakes seen in published implementations, made here on purpose. A red run means that the tests
// of bias would not notice one of them, or that the right algorithm fails them.
//
// Each check is a mean of relative errors in standard errors of that mean: the right algorithm
// stays below 4.5 (false alarm 7e-6 for each), the mistaken one exceeds 8. Objects compared by
// address and None as the end of a stream are tested from Python.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "support/reference_fresh_sampler.hpp"
#include "support/reference_hashed_sampler.hpp"
#include "support/streams.hpp"

namespace cvmcount::testing {
namespace {

constexpr std::size_t capacity = 20;
constexpr std::size_t elements = 200;

double bias_of(fresh_mistake mistake, order how) {
    error_summary errors(elements);
    random_words random(5);
    for (std::uint64_t seed = 0; seed < 6000; ++seed) {
        reference_fresh_sampler<coin_for_each_item> sampler{
            capacity, {random_words(seed)}, mistake};
        for (const std::uint64_t item : make_stream(how, elements, random)) sampler.offer(item);
        errors.add(sampler.estimate());
    }
    return errors.z();
}

double bias_of(hashed_mistake mistake, order how) {
    error_summary errors(elements);
    random_words random(6);
    for (int trial = 0; trial < 6000; ++trial) {
        reference_hashed_sampler sampler{capacity, mistake};
        for (const std::uint64_t item : make_stream(how, elements, random)) sampler.offer(item);
        errors.add(sampler.estimate);
    }
    return errors.z();
}

TEST_CASE("the right algorithms are unbiased") {
    for (const order how : {order::once, order::passes}) {
        CHECK(std::abs(bias_of(fresh_mistake::none, how)) < 4.5);
        CHECK(std::abs(bias_of(hashed_mistake::none, how)) < 4.5);
    }
}

TEST_CASE("not removing an element before its coin, or keeping its old coin") {
    CHECK(bias_of(fresh_mistake::stays_on_a_repeat, order::passes) > 8.0);
}

TEST_CASE("evicting one of k+1 with the factor (k-1)/k") {
    CHECK(bias_of(fresh_mistake::wrong_factor, order::once) > 8.0);
}

TEST_CASE("p taken after the change") {
    CHECK(bias_of(hashed_mistake::p_after_the_change, order::once) > 8.0);
}

TEST_CASE("counting the element at the threshold") {
    CHECK(bias_of(hashed_mistake::counts_the_threshold, order::passes) > 8.0);
}

TEST_CASE("a reserved key that loses an element") {
    reference_fresh_sampler<coin_for_each_item> right{10, {random_words(1)}};
    reference_fresh_sampler<coin_for_each_item> mistaken{
        10, {random_words(1)}, fresh_mistake::reserved_key};
    for (const std::uint64_t item : {0U, 1U, 2U}) {
        right.offer(item);
        mistaken.offer(item);
    }
    CHECK(right.estimate() == 3.0);
    CHECK(mistaken.estimate() != 3.0);
}

}  // namespace
}  // namespace cvmcount::testing
