"""A red run means that a truncated sketch cannot be stored, or says other things than whole ones.

What it says of several sketches, its statistics and its bytes are tested in the core,
cpp/tests/sketch/test_truncated_sketch.cpp.
"""

import copy
import pickle
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden_sketches
from cvmcount import CVMSketch, TruncatedSketch, intersection, union


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


MONDAY, TUESDAY = fed(range(60_000)), fed(range(40_000, 90_000))
OPERATIONS = [
    lambda a, b: a & b,
    lambda a, b: a - b,
    lambda a, b: a ^ b,
    lambda a, b: a | b,
    lambda a, b: union(a, b),
    lambda a, b: union(b, a, b),
]


@given(st.integers(0, 3000), st.integers(3, 1000), st.integers(36, 63), st.integers(0, 9))
def test_it_is_stored_and_answers_as_its_sketch(numbers, capacity, bits, seed):
    sketch = fed(range(numbers), capacity=capacity, seed=seed, dropna=False)
    cut = TruncatedSketch(sketch, bits)
    data = cut.to_bytes()
    assert data == sketch.to_bytes(bits=bits)
    for other in (TruncatedSketch.from_bytes(data), pickle.loads(pickle.dumps(cut))):
        assert other == cut
        assert other.to_bytes() == data
    assert copy.copy(cut) == cut
    assert cut.bits == bits
    assert cut.nbytes > 0
    for name in ("capacity", "epsilon", "delta", "seed", "dropna", "is_exact", "items_seen"):
        assert getattr(cut, name) == getattr(sketch, name)
    assert cut.estimate() == sketch.estimate()
    assert cut.count() == sketch.count()
    assert cut.interval(0.9) == sketch.interval(0.9)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whole_and_truncated_ones_go_together(operation):
    whole = operation(MONDAY, TUESDAY)
    for a in (MONDAY, TruncatedSketch(MONDAY), TruncatedSketch(MONDAY, 50)):
        for b in (TUESDAY, TruncatedSketch(TUESDAY, 44)):
            assert operation(a, b).count() == pytest.approx(whole.count(), rel=1e-4)
            assert operation(a, b).interval() == pytest.approx(whole.interval(), rel=1e-4)
            if a is not MONDAY or b is not TUESDAY:
                assert not operation(a, b).is_exact
    for share in ("jaccard", "containment"):
        cut, full = (
            getattr(monday, share)(TUESDAY) for monday in (TruncatedSketch(MONDAY), MONDAY)
        )
        assert cut.estimate() == pytest.approx(full.estimate(), abs=1e-3)


def test_many_are_merged():
    parts = [fed(range(n, n + 3000), capacity=500) for n in range(0, 30_000, 1000)]
    merged = reduce(or_, map(TruncatedSketch, parts))
    whole = reduce(or_, parts)
    assert merged.num_retained == 499
    assert merged.items_seen == whole.items_seen
    assert merged.estimate() == pytest.approx(whole.estimate(), rel=1e-5)
    assert TruncatedSketch(whole).estimate() == pytest.approx(whole.estimate(), rel=1e-5)


def test_results_are_pickled():
    for result in (TruncatedSketch(MONDAY) & TUESDAY, union(TruncatedSketch(MONDAY), TUESDAY)):
        again = pickle.loads(pickle.dumps(result))
        assert again == result
        assert again.interval() == result.interval()


def test_what_it_cannot_do_says_what_can_be_done():
    cut = TruncatedSketch(MONDAY)
    assert not hasattr(cut, "update")
    assert not hasattr(cut, "add")
    for call, error, message in (
        (lambda: CVMSketch.from_bytes(cut.to_bytes()), ValueError, "TruncatedSketch.from_bytes"),
        (lambda: TruncatedSketch.from_bytes(MONDAY.to_bytes()), ValueError, "CVMSketch.from_bytes"),
        (lambda: TruncatedSketch.from_bytes("text"), TypeError, "data must be bytes"),
        (lambda: MONDAY.copy().merge(cut), TypeError, "truncated"),
        (lambda: TruncatedSketch(MONDAY, 20), ValueError, "bits=20 are too few"),
        (lambda: TruncatedSketch(MONDAY, 15), ValueError, "bits must lie in 16"),
        (lambda: MONDAY.to_bytes(bits=64), ValueError, "bits must lie in 16"),
        (lambda: TruncatedSketch([1, 2]), TypeError, "sketch must be a CVMSketch, not list"),
        (lambda: TruncatedSketch(CVMSketch(coins="fresh")), ValueError, "coins='hashed'"),
        (lambda: cut & CVMSketch(seed=1), ValueError, "seed"),
        (lambda: cut & {1}, TypeError, "unsupported operand"),
        (lambda: {1} - cut, TypeError, "unsupported operand"),
        (lambda: cut.jaccard(3), TypeError, "other must be a sketch"),
        (lambda: union(cut, 3), TypeError, "sketches must be CVMSketch, not int"),
        (lambda: intersection(MONDAY, cut), TypeError, "of two, write a & b"),
        (lambda: TruncatedSketch(fed(hash_only())), ValueError, "own hash"),
    ):
        with pytest.raises(error, match=message):
            call()


def hash_only():
    class Plain:
        def __init__(self, number):
            self.number = number

        def __eq__(self, other):
            return self.number == other.number

        def __hash__(self):
            return hash(("plain", self.number))

    return map(Plain, range(3))


def test_a_kept_sample_is_left_out():
    sketch = fed(range(1000), capacity=100, keep="summaries")
    assert TruncatedSketch(sketch) == TruncatedSketch(fed(range(1000), capacity=100))


@pytest.mark.parametrize("name", golden_sketches.TRUNCATED)
def test_golden_files(name):
    data = (golden_sketches.FILES / f"{name}.cvms").read_bytes()
    made = golden_sketches.TRUNCATED[name]()
    assert TruncatedSketch.from_bytes(data) == made
    assert made.to_bytes() == data
