"""A red run means that `union` or `intersection` of several sketches is not what its operands
allow: biased, too sure of itself, or worse than their merged sketch.
"""

import itertools
import math
import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch, intersection, union
from saved_identities import identities_of, state_of


def sketch_of(items, capacity=256, seed=1, merged=False):
    sketch = CVMSketch(capacity=capacity, seed=seed)
    sketch.update(items)
    if merged:
        sketch.forget_history()
    return sketch


# ---- a slow twin, from the formulas --------------------------------------------------------------


class Operand:
    """What a saved sketch says, by docs/format.md."""

    def __init__(self, sketch):
        data = sketch.to_bytes()
        self.k = sketch.capacity
        state = state_of(data)
        self.exact, self.has_history = state == "exact", state == "counted"
        identities = identities_of(data)
        self.theta = 1.0 if self.exact else identities[-1] / 2**64
        self.below = set(identities if self.exact else identities[:-1])
        if self.has_history:
            hip, variance = struct.unpack("<dd", data[64:80])
            self.d = hip - (self.k - 1) / self.theta
            self.D = max(0, (self.k - 1) * (1 - self.theta) / self.theta**2 - variance)


def reference(sketches):
    """Return the estimate of a union and its variance: every element, every operand, in turn."""
    operands = [Operand(sketch) for sketch in sketches]
    operands.sort(key=lambda operand: -operand.theta)
    histories = [operand for operand in operands if operand.has_history]
    estimate = variance = 0.0
    shares = {id(operand): [0.0, 0.0] for operand in histories}
    for element in set().union(*(operand.below for operand in operands)):
        owners = [operand for operand in operands if element in operand.below]
        largest = max(operand.theta for operand in owners)
        estimate += 1 / largest
        variance += (1 - largest) / largest**2
        owners = [operand for operand in owners if operand.has_history]
        for rank, operand in enumerate(owners):
            shares[id(operand)][0] += 1 / largest**2
            shares[id(operand)][1] += sum(1 / other.theta**2 for other in owners[:rank])
            shares[id(operand)][1] += (len(owners) - rank) / operand.theta**2
    for operand in histories:
        scale = operand.theta**2 / (operand.k - 1)
        share, others = (number * scale for number in shares[id(operand)])
        others -= 1
        row = 1 + others * (2 - others / (len(histories) - 1)) if len(histories) > 1 else 1
        beta = share**2 / row
        estimate += beta * operand.d
        variance -= beta * share**2 * operand.D
    return estimate, max(variance, 0)


def variance_of(count):
    return count.__reduce__()[1][-1][1]


# ---- the numbers ---------------------------------------------------------------------------------


def golden_operands():
    a, b = sketch_of(range(5000)), sketch_of(range(4000, 9000))
    return {
        "A": a,
        "B": b,
        "C": sketch_of(range(8000, 20_000), 64),
        "E": sketch_of(range(100)),
        "M": a | b,
    }


@pytest.mark.parametrize(
    ("names", "estimate", "variance"),
    [
        ("AB", 9271.575111645132, 104125.99235272239),
        ("AA", 4892.461685351828, 42840.198631752),
        ("ABE", 9258.407733493985, 105445.65305859662),
        ("ABEC", 18469.90926495945, 1219194.3457705555),
        ("MC", 19253.247081623755, 1483087.4570217682),
    ],
)
def test_golden_unions(names, estimate, variance):
    operands = golden_operands()
    for order in itertools.permutations(names):
        found = union(*(operands[name] for name in order))
        assert found.estimate() == pytest.approx(estimate, rel=1e-12)
        assert variance_of(found) == pytest.approx(variance, rel=1e-12)
        assert not found.is_exact


parts = st.tuples(
    st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([3, 16, 200]), st.booleans()
)


@given(st.lists(parts, min_size=2, max_size=5))
def test_the_slow_twin(parts):
    sketches = [
        sketch_of(range(begin, begin + size), capacity, merged=merged)
        for begin, size, capacity, merged in parts
    ]
    found = union(*sketches)
    estimate, variance = reference(sketches)
    assert found.estimate() == pytest.approx(estimate, rel=1e-11)
    if not found.is_exact:
        assert variance_of(found) == pytest.approx(variance, rel=1e-9, abs=1e-6 * estimate**2)
    low, high = found.interval()
    true = len(set().union(*(range(begin, begin + size) for begin, size, _, _ in parts)))
    assert low <= found.count() <= high
    assert found.num_retained <= true <= sum(sketch.items_seen for sketch in sketches)
    if all(sketch.is_exact for sketch in sketches):
        assert found.is_exact
        assert found.count() == true


def test_one_operand_answers_for_itself():
    for sketch in golden_operands().values():
        alone = union(sketch)
        assert alone.estimate() == sketch.estimate()
        assert alone.count() == sketch.count()
        assert alone.is_exact == sketch.is_exact
        for confidence in (0.5, 0.95, 0.999):
            assert alone.interval(confidence) == sketch.interval(confidence)


def test_exact_beyond_the_capacity():
    sketches = [sketch_of(range(200 * i, 200 * i + 250)) for i in range(10)]
    found = union(*sketches)
    assert found.is_exact
    assert (found.count(), found.interval(), found.num_retained) == (2050, (2050, 2050), 2050)


def test_an_empty_operand_changes_nothing():
    operands = golden_operands()
    a, b = operands["A"], operands["B"]
    assert union(a, CVMSketch(seed=1), b).estimate() == union(a, b).estimate()
    assert union(CVMSketch(), CVMSketch()).interval() == (0, 0)


def test_results_are_values():
    operands = golden_operands()
    found = union(operands["A"], operands["C"])
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(found) == hash(union(operands["C"], operands["A"]))
    assert float(found) == found.estimate()


class Unlike:
    """Known by its own hash() alone."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return hash(("Unlike", self.number))

    def __eq__(self, other):
        return isinstance(other, Unlike) and self.number == other.number


def test_hashes_that_may_collide_are_a_floor():
    one, other = CVMSketch(), CVMSketch()
    one.add(Unlike(1))
    other.add(Unlike(2))
    for found in union(one, other), intersection(one, other):
        assert not found.is_exact
    assert union(one, other).interval() == (2, 2)
    other.update([Unlike(2), Unlike(3)])
    assert union(one, other).interval() == (3, 4)


# ---- what it is good for -------------------------------------------------------------------------

TRIALS = 300
SHAPES = {
    # The parts, the root mean square of the error times sqrt(k) at most, that of the merged sketch.
    "8 disjoint": ([range(1000 * i, 1000 * i + 1000) for i in range(8)], 0.20),
    "the same set twice, in other orders": ([range(8000), range(7999, -1, -1)], 0.72),
    "2 halves in common": ([range(8000), range(4000, 12_000)], 0.75),
    "a chain of 7": ([range(2000 * i, 2000 * i + 6000) for i in range(7)], 0.64),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_statistics(shape):
    """Over fixed seeds. False alarms: bias 7e-6 (4.5 standard errors), coverage 3e-5 (4), and the
    root mean square, 5/sqrt(2 * TRIALS) above what simulation found, less than 1e-6."""
    parts, most = SHAPES[shape]
    true, k = len(set().union(*parts)), 256
    errors, covered = [], 0
    for seed in range(TRIALS):
        found = union(*(sketch_of(part, k, seed) for part in parts))
        errors.append(found.estimate() / true - 1)
        low, high = found.interval(0.95)
        covered += low <= true <= high
    mean = sum(errors) / TRIALS
    rms = math.sqrt(sum(error**2 for error in errors) / TRIALS)
    assert abs(mean) <= 4.5 * rms / math.sqrt(TRIALS) + 0.5 / k
    assert covered / TRIALS >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / TRIALS)
    assert rms * math.sqrt(k) <= most * (1 + 5 / math.sqrt(2 * TRIALS))


# ---- more than two -------------------------------------------------------------------------------


@given(st.lists(parts, min_size=1, max_size=4))
def test_intersection_of_several(parts):
    sketches = [
        sketch_of(range(begin, begin + size), capacity, merged=merged)
        for begin, size, capacity, merged in parts
    ]
    found = intersection(*sketches)
    if len(sketches) == 2:
        first, second = sketches
        assert found == first & second
    operands = [Operand(sketch) for sketch in sketches]
    theta = min(operand.theta for operand in operands)
    common = set.intersection(*(operand.below for operand in operands))
    assert found.sampling_rate == theta
    assert found.num_retained == sum(x < theta * 2**64 or theta == 1 for x in common)
    assert found.is_exact == all(sketch.is_exact for sketch in sketches)


@pytest.mark.parametrize("function", [union, intersection])
def test_what_is_no_operand(function):
    a = CVMSketch()
    for arguments, words in (
        ((), "at least one"),
        (([a, a],), r"\(\*sketches\)"),
        ((a, a.to_bytes()), "from_bytes"),
        ((a, None), "not NoneType"),
    ):
        with pytest.raises(TypeError, match=words):
            function(*arguments)
    for other, word in (
        (CVMSketch(seed=1), "seed"),
        (CVMSketch(dropna=False), "dropna"),
        (CVMSketch(coins="fresh"), "fresh"),
    ):
        with pytest.raises(ValueError, match=word):
            function(a, other)
    with pytest.raises(ValueError, match="fresh"):
        function(CVMSketch(coins="fresh"))


def test_errors_say_what_to_write():
    a, b, c = (sketch_of(range(10)) for _ in range(3))
    for wrong, words in (
        (lambda: a & b & c, r"intersection\(a, b, c\)"),
        (lambda: a & (b & c), r"intersection\(a, b, c\)"),
        (lambda: a - b - c, r"a - \(b \| c\)"),
        (lambda: a & b | c, r"union\(a, b, c\)"),
        (lambda: sum([a, b]), "merge"),
        (lambda: a + b, r"a \| b"),
        (lambda: a.merge([b, c]), r"merge\(\*others\)"),
        (lambda: a.merge(b.to_bytes()), "from_bytes"),
    ):
        with pytest.raises(TypeError, match=words):
            wrong()
