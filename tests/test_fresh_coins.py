"""A red run means that coins="fresh" is not the published algorithm's total and unbiased variant.

The core's own tests compare it with a slow twin bit for bit and in distribution; here is what can
only go wrong on the way from Python.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import strategies
from cvmcount import CVMSketch, count_approx


def fed(items, **arguments):
    sketch = CVMSketch(coins="fresh", **arguments)
    sketch.update(items)
    return sketch


def test_configuration():
    sketch = CVMSketch(coins="fresh")
    assert (sketch.coins, sketch.capacity, sketch.epsilon) == ("fresh", 6931, 0.05)
    assert CVMSketch().coins == "hashed"
    assert sketch != CVMSketch(capacity=6931)
    assert sketch.copy() == sketch
    assert CVMSketch(coins="fresh", capacity=6931).epsilon == pytest.approx(0.05, rel=1e-3)
    assert math.isinf(CVMSketch(coins="fresh", capacity=3).epsilon)
    assert repr(sketch).endswith("capacity=6,931, coins='fresh'>")


@given(st.lists(strategies.plain_values, max_size=300), st.data())
def test_container_and_chunks_do_not_matter(stream, data):
    whole = fed(stream, capacity=16)
    assert fed(iter(stream), capacity=16) == whole
    pieces = CVMSketch(coins="fresh", capacity=16)
    cut = data.draw(st.integers(0, len(stream)))
    pieces.update(stream[:cut])
    copy = pieces.copy()
    for sketch in (pieces, copy):
        for item in stream[cut:]:
            sketch.add(item)
    assert pieces == copy == whole


@given(strategies.streams)
def test_exact_counts_of_plain_values_are_those_of_a_set(stream):
    distinct = {item for item in stream if item is not None and item == item}
    assert count_approx(stream, coins="fresh") == len(distinct)
    assert fed(stream).is_exact


def test_the_coins_depend_on_the_seed_only():
    a = fed(range(5000), capacity=100, seed=1)
    assert a == fed(range(5000), capacity=100, seed=1)
    assert a.estimate() != fed(range(5000), capacity=100, seed=2).estimate()
    a.clear()
    assert a == CVMSketch(coins="fresh", capacity=100, seed=1)


@pytest.mark.parametrize("passes", [1, 3])
def test_unbiased_and_covered_by_its_intervals(passes):
    """The mean of 400 estimates, in standard errors, against 4.5: false alarm 7e-6.

    Coverage of a 90 % interval in 400 trials against 4.5 standard errors and two points: 1e-5.
    """
    items = [str(i) for i in range(5000)] * passes
    estimates, covered = [], 0
    for seed in range(400):
        sketch = fed([*items, None], capacity=300, seed=seed)
        estimates.append(sketch.estimate())
        low, high = sketch.interval(0.9)
        covered += low <= 5000 <= high
    mean = sum(estimates) / 400
    deviation = math.sqrt(sum((estimate - mean) ** 2 for estimate in estimates) / 399)
    assert abs(mean - 5000) < 4.5 * deviation / 20
    assert covered / 400 > 0.9 - 4.5 * math.sqrt(0.09 / 400) - 0.02
    if passes > 1:  # without repeats no interval reaches beyond the items seen
        assert covered / 400 < 0.9 + 4.5 * math.sqrt(0.09 / 400) + 0.02


def test_estimates_fall_within_epsilon():
    """200 seeds at delta = 0.01: more than 12 failures have a probability of 1e-6."""
    items = [i * i for i in range(6000)] * 2
    failures = 0
    for seed in range(200):
        estimate = count_approx(items, 0.1, 0.01, coins="fresh", seed=seed)
        failures += abs(estimate - 6000) > 600
    assert failures <= 12


def test_a_long_stream_in_bounded_memory():
    sketch = fed(range(300_000))
    assert sketch.nbytes < 250_000
    assert sketch.num_retained <= sketch.capacity


def counted_by_address(items):
    return len({id(item) for item in items})


def counted_until_none(items):
    return len(set(iter(iter(items).__next__, None)))


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_mistakes_of_published_implementations(coins):
    """What others do, made here on purpose: the product must not agree with it."""
    items = ["".join(("wo", "rd")) for _ in range(10)] + [None] + ["".join(("mo", "re"))]
    truth = len({oracle.identity(item) for item in items} - {None})
    assert counted_by_address(items) != truth
    assert counted_until_none(items) != truth
    assert count_approx(items, coins=coins) == truth == 2
    assert count_approx(iter(items), coins=coins) == truth
