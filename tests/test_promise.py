"""A red run means that the promise of (epsilon, delta) is broken.

Hypothesis draws the streams; the seeds are counted through. For a stream and N seeds the number of
failures is at most binomial with N trials and probability delta. A test fails above the quantile
that such a number exceeds with the probability stated at the test.
"""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from cvmcount import CVMSketch, count_approx


def binomial_bound(trials, probability, false_alarm):
    """The smallest number that Binomial(trials, probability) exceeds less often than that."""
    below = 0.0
    for count in range(trials + 1):
        log_term = (
            (math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1))
            + count * math.log(probability)
            + (trials - count) * math.log1p(-probability)
        )
        below += math.exp(log_term)
        if 1 - below < false_alarm:
            return count
    return trials


def test_the_binomial_bound():
    assert binomial_bound(10, 0.5, 0.5) == 5
    assert binomial_bound(1, 0.01, 1e-9) == 1
    assert binomial_bound(400, 0.01, 1e-6) == 16


@given(
    n=st.integers(1, 6000),
    repeats=st.integers(1, 3),
    order=st.randoms(use_true_random=False),
    base=st.sampled_from([0, 10**6, 2**62, -(2**63)]),
)
@settings(max_examples=25)
def test_estimates_fall_within_epsilon(n, repeats, order, base):
    """False alarm: 1e-6 for each of 25 streams."""
    epsilon, delta, seeds = 0.1, 0.01, 100
    items = [base + i for i in range(n)] * repeats
    order.shuffle(items)
    failures = 0
    for seed in range(seeds):
        estimate = count_approx(items, epsilon, delta, seed=seed)
        failures += abs(estimate - n) > epsilon * n
    assert failures <= binomial_bound(seeds, delta, 1e-6)


def test_a_tight_capacity_fails_about_as_often_as_its_epsilon_says():
    """With the capacity itself, not the 1024 below which sizing never goes: the promise is in use.

    The martingale estimate does better than the bound, which is exact for merged sketches: its
    standard error is 0.71 of theirs. So failures must be rarer than delta, but not absent: about
    P(|Z| > z(delta)*1.41) = 0.0055 of 2000, that is 11; fewer than 1 or more than 26 have a
    probability below 1e-4.
    """
    words = [f"word {i}" for i in range(3000)]
    failures = 0
    epsilon = CVMSketch(capacity=64, delta=0.05).epsilon
    for seed in range(2000):
        sketch = CVMSketch(capacity=64, delta=0.05, seed=seed)
        sketch.update(words)
        failures += abs(sketch.estimate() - 3000) > epsilon * 3000
    assert 1 <= failures <= 26


def test_a_merged_sketch_fails_as_often_as_its_epsilon_says():
    """For it the bound is exact, but for the factor sqrt(1 - k/n) of a sample without replacement.

    With that, about P(|Z| > 1.96/sqrt(1 - 64/3000)) = 0.0475 of 2000, that is 95 with a standard
    deviation of 9.5; 4.5 of them on both sides: false alarm 7e-6.
    """
    words = [f"word {i}" for i in range(3000)]
    failures = 0
    epsilon = CVMSketch(capacity=64, delta=0.05).epsilon
    for seed in range(2000):
        parts = [CVMSketch(capacity=64, delta=0.05, seed=seed) for _ in range(3)]
        for number, part in enumerate(parts):
            part.update(words[900 * number : 900 * number + 1200])
        parts[0].merge(*parts[1:])
        failures += abs(parts[0].estimate() - 3000) > epsilon * 3000
    assert 52 <= failures <= 138


@given(st.integers(0, 1024), st.integers(1, 3), st.integers(0, 2**64 - 1))
@settings(max_examples=50)
def test_exact_up_to_the_capacity(n, repeats, seed):
    sketch = CVMSketch(epsilon=0.5, delta=0.5, seed=seed)
    assert sketch.capacity == 1024
    sketch.update([str(i) for i in range(n)] * repeats)
    assert sketch.is_exact
    assert sketch.estimate() == n
    assert sketch.interval() == (n, n)
    assert sketch.num_retained == n


def test_unbiased_and_covered_by_its_intervals():
    """The mean of 400 estimates, in standard errors, against 4.5: false alarm 7e-6.

    Coverage of a 90 % interval in 400 trials against 4.5 standard errors and a point: 1e-5.
    """
    items = [i * 7919 for i in range(20_000)] * 2
    random.Random(3).shuffle(items)
    estimates, covered = [], 0
    for seed in range(400):
        sketch = CVMSketch(capacity=500, seed=seed)
        sketch.update(items)
        estimates.append(sketch.estimate())
        low, high = sketch.interval(0.9)
        covered += low <= 20_000 <= high
    standard_error = 20_000 * math.sqrt(0.5 / 500) / math.sqrt(400)
    assert abs(sum(estimates) / 400 - 20_000) < 4.5 * standard_error
    assert abs(covered / 400 - 0.9) < 4.5 * math.sqrt(0.09 / 400) + 0.01


def coverage(capacity, n, confidence, seeds):
    """The share of intervals that hold n, of a stream that has each element twice."""
    covered = 0
    for seed in range(seeds):
        sketch = CVMSketch(capacity=capacity, seed=seed)
        sketch.update(list(range(n)) * 2)
        low, high = sketch.interval(confidence)
        covered += low <= n <= high
    return covered / seeds


def test_intervals_of_small_buffers():
    """As interval() says. False alarm: 4.5 standard errors, 7e-6 for each of the twelve."""
    seeds = 4000
    for n in (24, 32, 80):
        for confidence in (0.9, 0.95, 0.99):
            error = math.sqrt(confidence * (1 - confidence) / seeds)
            assert coverage(16, n, confidence, seeds) > confidence - 0.01 - 4.5 * error
    error = math.sqrt(0.9 * 0.1 / seeds)
    for n in (5, 6, 9):
        assert 0.9 - 4.5 * error < coverage(3, n, 0.99, seeds) < 0.95 + 4.5 * error
