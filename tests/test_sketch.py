"""A red run means that a sketch misreports its state, or that two sketches share one."""

import copy
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


def test_defaults():
    sketch = CVMSketch()
    assert (sketch.epsilon, sketch.delta, sketch.capacity) == (0.05, 0.001, 4364)
    assert (sketch.seed, sketch.dropna) == (0, True)
    assert (sketch.estimate(), sketch.interval()) == (0.0, (0, 0))
    assert (sketch.is_exact, sketch.sampling_rate) == (True, 1.0)
    assert (sketch.items_seen, sketch.num_retained) == (0, 0)
    assert type(sketch.estimate()) is float
    assert bool(sketch)  # an empty sketch is not nothing


def test_epsilon_of_a_capacity():
    assert CVMSketch(capacity=4364).epsilon == pytest.approx(0.05, rel=1e-3)
    assert CVMSketch(capacity=3).epsilon > 1
    assert CVMSketch(0.01, capacity=4364).epsilon == CVMSketch(capacity=4364).epsilon
    assert CVMSketch(0.5, 0.5).epsilon == 0.5  # as asked for, though 1024 elements do better


def test_a_full_sketch():
    sketch = fed([*range(100_000)] * 2, capacity=1000)
    assert not sketch.is_exact
    assert sketch.num_retained == 1000
    assert sketch.items_seen == 200_000
    assert sketch.sampling_rate == pytest.approx(1000 / 100_000, rel=0.2)
    low, high = sketch.interval()
    assert type(low) is type(high) is int
    assert 1001 <= low < sketch.estimate() < high <= 200_000
    wider = sketch.interval(0.999)
    assert wider[0] < low
    assert wider[1] > high


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_a_copy_is_independent(first, second):
    sketch = fed(first, capacity=8, seed=9, delta=0.1, dropna=False)
    other = sketch.copy()
    assert other == sketch
    assert (other.epsilon, other.delta, other.seed) == (sketch.epsilon, sketch.delta, sketch.seed)
    other.update(second)
    assert sketch == fed(first, capacity=8, seed=9, delta=0.1, dropna=False)
    sketch.update(second)
    assert sketch == other


def test_the_copy_module():
    sketch = fed(range(100), capacity=8)
    assert copy.copy(sketch) == copy.deepcopy(sketch) == sketch
    assert copy.copy(sketch) is not sketch


def test_a_copy_remembers_the_epsilon_asked_for():
    assert CVMSketch(0.2).copy().epsilon == 0.2


def test_clear_forgets_items_and_keeps_the_configuration():
    sketch = fed(range(5000), capacity=100, seed=3)
    sketch.clear()
    assert sketch == CVMSketch(capacity=100, seed=3)
    sketch.update(range(5000))
    assert sketch == fed(range(5000), capacity=100, seed=3)


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
@pytest.mark.parametrize("before", [0, 50, 300, 5000])
def test_clear_in_the_middle_of_a_stream(coins, before):
    """What came before is forgotten, to the item, and what comes after is not."""
    sketch = CVMSketch(capacity=100, coins=coins)

    def stream():
        yield from range(before)
        sketch.clear()
        yield from range(5)

    sketch.update(stream())
    expected = CVMSketch(capacity=100, coins=coins)
    expected.update(range(5))
    assert sketch == expected


class Clearer:
    """An item whose hash() empties a sketch."""

    def __init__(self, sketch):
        self.sketch = sketch

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        self.sketch.clear()
        return 7


def test_clear_by_an_item():
    sketch = CVMSketch(capacity=10)
    sketch.update(range(1000))
    sketch.add(Clearer(sketch))
    assert sketch.items_seen == sketch.estimate() == 1
    sketch.update([*range(1000), Clearer(sketch), "a", "b"])
    assert sketch.items_seen == sketch.estimate() == 3


@pytest.mark.parametrize(
    "other",
    [
        {"capacity": 101},
        {"capacity": 100, "seed": 1},
        {"capacity": 100, "dropna": False},
        {"capacity": 100, "delta": 0.01},
    ],
)
def test_unequal_configurations(other):
    assert CVMSketch(capacity=100) != CVMSketch(**other)


def test_equality():
    assert fed(["abc"]) == fed(["abc"])
    assert fed(["a", "b"]) == fed(["b", "a"])  # still exact: the order has not mattered
    assert fed(["a"]) != fed(["b"])
    assert fed(["a"]) != fed(["a", "a"])  # another number of items seen
    assert CVMSketch() != 0
    with pytest.raises(TypeError, match="unhashable"):
        hash(CVMSketch())


def test_a_drawn_seed_can_be_read_back():
    a, b = CVMSketch(seed=None), CVMSketch(seed=None)
    assert a.seed != b.seed
    assert CVMSketch(seed=a.seed) == a


def test_seeds_give_independent_estimates():
    """Seeds that only shift small integers about would give one and the same estimate."""
    estimates = {fed(range(2000), capacity=50, seed=seed).estimate() for seed in range(100)}
    assert len(estimates) == 100


def test_memory():
    assert CVMSketch().nbytes < 400
    few = CVMSketch()
    few.update(range(10))
    # An object of a free-threaded Python begins with 16 bytes more.
    assert few.nbytes < 600 + sys.getsizeof(object()) - 16
    sketch = fed(range(1_000_000))
    assert sketch.nbytes < 250_000
    assert sys.getsizeof(sketch) >= sketch.nbytes
    sketch.clear()
    assert sketch.nbytes < 1000


def test_repr():
    assert repr(fed(["a", "b"])) == "<CVMSketch: 2 distinct of 2 items, capacity=4,364>"
    text = repr(fed(range(100_000), capacity=100))
    assert text.startswith("<CVMSketch: about ")
    assert text.endswith(" of 100,000 items, capacity=100>")


def test_the_interval_of_a_tiny_sketch_knows_what_is_certain():
    sketch = fed(range(1000), capacity=3)
    low, high = sketch.interval(1 - 1e-15)
    assert low >= 4
    assert high <= 1000
    assert math.isfinite(sketch.estimate())
