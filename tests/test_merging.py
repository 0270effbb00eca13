"""A red run means that pieces do not add up, or that sketches merge which must not.

The states themselves are compared with a model in test_sketch_machine.py.
"""

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch, SampledCount, SampledShare, count_approx


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


def merged(*sketches):
    first, *others = sketches
    result = first.copy()
    assert result.merge(*others) is None
    return result


@given(st.lists(st.lists(st.integers(0, 5000), max_size=300), min_size=1, max_size=6))
def test_the_sample_is_that_of_one_sketch(parts):
    union = merged(*(fed(part, capacity=50) for part in parts))
    whole = fed([item for part in parts for item in part], capacity=50)
    assert union.sampling_rate == whole.sampling_rate
    assert union.num_retained == whole.num_retained
    assert union.is_exact == whole.is_exact
    assert union.items_seen == whole.items_seen
    assert (union ^ whole).estimate() == 0
    if whole.is_exact:
        assert union == whole


def test_estimate_and_interval_after_a_merge():
    """The formulas once more, written out: (k-1)/U_k and Wilson and Hilferty's quantiles."""
    union = fed([*range(5000)] * 3, capacity=100) | fed(range(3000, 9000), capacity=100)
    k, u = 100, union.sampling_rate
    assert union.estimate() == (k - 1) / u
    for confidence in (0.5, 0.95, 0.999):
        q = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(1 - u)
        low, high = (
            k / u * (1 - 1 / (9 * k) + sign * q / (3 * math.sqrt(k))) ** 3 for sign in (-1, 1)
        )
        assert union.interval(confidence) == (math.floor(low), math.ceil(high))


def test_operators():
    a, b = fed(range(300), capacity=100), fed(range(200, 500), capacity=100)
    a_before, b_before = a.copy(), b.copy()
    union = a | b
    assert union == merged(a, b) == b | a
    assert (a, b) == (a_before, b_before)
    same = a
    a |= b
    assert a is same
    assert a == union
    b.merge()
    assert b == b_before
    for other in (1, None, {1}, "abc"):
        for operation in ("__or__", "__ior__", "__and__", "__sub__", "__xor__"):
            assert getattr(a, operation)(other) is NotImplemented
        with pytest.raises(TypeError, match="others must be sketches, not " + type(other).__name__):
            a.merge(b, other)
        with pytest.raises(TypeError, match="other must be a sketch, not " + type(other).__name__):
            a.jaccard(other)
        with pytest.raises(TypeError, match="other must be a sketch, not " + type(other).__name__):
            a.containment(other)
    assert a == union  # a merge that fails half-way has changed nothing


def test_a_sketch_with_itself():
    a = fed(range(300), capacity=100)
    rate = a.sampling_rate
    a.merge(a, a)
    assert a.items_seen == 900
    assert (a.sampling_rate, a.num_retained) == (rate, 100)
    assert (a - a).estimate() == (a ^ a).estimate() == 0
    assert a.jaccard(a).estimate() == a.containment(a).estimate() == 1
    assert (a & a).estimate() == 99 / rate


def test_empty_sketches_change_nothing():
    a, empty = fed(range(300), capacity=100), CVMSketch(capacity=100)
    assert a | empty == empty | a == merged(empty, empty, a, empty) == a
    assert a | CVMSketch(capacity=200, delta=0.5) == a
    assert empty | empty == empty


def test_updating_goes_on():
    a = fed(range(300), capacity=100) | fed(range(200, 500), capacity=100)
    a.update(range(400, 5000))
    assert a.sampling_rate == fed(range(5000), capacity=100).sampling_rate
    assert a.estimate() == 99 / a.sampling_rate
    assert a == CVMSketch.from_bytes(a.to_bytes())
    a.clear()
    a.update(range(5000))
    assert a == fed(range(5000), capacity=100)  # and has a history again


def test_the_smallest_capacity_wins_with_its_promise():
    large = fed(range(3000), epsilon=0.01, delta=0.05)
    small = fed(range(2500, 4000), epsilon=0.3, delta=0.2)
    union = large | small
    assert (union.capacity, union.epsilon, union.delta) == (1024, 0.3, 0.2)
    assert union == small | large
    assert not union.is_exact
    # Of equal capacities, the larger delta, then the larger epsilon.
    sketches = [CVMSketch(0.2, 0.2), CVMSketch(0.4, 0.2), CVMSketch(0.5, 0.1)]
    sketches += [CVMSketch(capacity=1024, delta=0.2)]
    union = merged(*sketches)
    assert (union.capacity, union.epsilon, union.delta) == (1024, 0.4, 0.2)
    assert union == merged(*sketches[::-1])


DIFFERENT = [
    ({"seed": 1}, "differ in seed$"),
    ({"dropna": False}, "differ in dropna: True and False"),
    ({"coins": "fresh"}, "Use coins='hashed'"),
]


@pytest.mark.parametrize(("arguments", "message"), DIFFERENT)
def test_what_does_not_merge(arguments, message):
    a, b = fed([1, 2]), fed([2, 3], **arguments)
    a_before, b_before = a.copy(), b.copy()
    for operation in (
        lambda: a.merge(b),
        lambda: a.merge(a, b),
        lambda: a | b,
        lambda: a & b,
        lambda: a - b,
        lambda: a ^ b,
        lambda: a.jaccard(b),
        lambda: a.containment(b),
        lambda: a.__ior__(b),
    ):
        with pytest.raises(ValueError, match=message):
            operation()
    assert (a, b) == (a_before, b_before)


def test_fresh_coins_do_not_merge_with_each_other():
    a = fed([1, 2], coins="fresh")
    with pytest.raises(ValueError, match=r"cannot be merged.*coin of its own.*coins='hashed'"):
        a.merge(a)
    with pytest.raises(ValueError, match=r"cannot be compared.*coin of its own.*coins='hashed'"):
        a & a
    a.merge()


@given(st.lists(st.integers(0, 500), max_size=300), st.integers(1, 6), st.randoms())
def test_without_history_parts_and_order_leave_no_trace(items, parts, random):
    expected = fed(items, capacity=50)
    assert expected.forget_history() is None
    random.shuffle(items)
    sketches = [fed(items[start::parts], capacity=50) for start in range(parts)]
    for sketch in sketches:
        sketch.forget_history()
    union = merged(CVMSketch(capacity=50), *sketches)
    assert union.to_bytes() == expected.to_bytes()
    if not union.is_exact:
        assert union.estimate() == 49 / union.sampling_rate


def test_fresh_coins_have_no_history_to_forget():
    with pytest.raises(ValueError, match="coins='fresh' has no history"):
        CVMSketch(coins="fresh").forget_history()


def test_exact_set_operations():
    a, b = fed(["a", "b", "c", 1, 2]), fed(["b", "c", "d"])
    both = a & b
    assert type(both) is SampledCount
    assert (both.estimate(), both.interval(), both.is_exact) == (2, (2, 2), True)
    assert (both.num_retained, both.sampling_rate) == (2, 1.0)
    assert ((a - b).estimate(), (b - a).estimate(), (a ^ b).estimate()) == (3, 1, 4)
    share = a.jaccard(b)
    assert type(share) is SampledShare
    assert (share.estimate(), share.interval(0.99), share.is_exact) == (2 / 6, (2 / 6, 2 / 6), True)
    assert (share.num_retained, share.sampling_rate) == (6, 1.0)
    assert (a.containment(b).estimate(), b.containment(a).estimate()) == (2 / 5, 2 / 3)
    assert a.containment(b).is_exact


def test_set_operations_of_sampled_sketches():
    a, b = fed(range(60_000)), fed(range(40_000, 90_000), capacity=2000)
    exact = fed(range(45_000, 45_100))
    rate = b.sampling_rate
    for count, truth in ((a & b, 20_000), (a - b, 40_000), (b - a, 30_000), (a ^ b, 70_000)):
        assert not count.is_exact
        assert count.sampling_rate == rate
        assert count.estimate() == count.num_retained / rate
        low, high = count.interval(0.999)
        assert low < truth < high
        wider = count.interval(0.99999)
        assert (wider[0] < low, wider[1] > high) == (True, True)
    # An exact sketch knows all its elements, the other those below its threshold.
    assert (exact & b).sampling_rate == rate
    assert (exact & b).interval(0.99999)[1] <= 100
    assert (exact - b).estimate() == 0
    for share, truth in (
        (a.jaccard(b), 2 / 9),
        (a.containment(b), 1 / 3),
        (b.containment(a), 2 / 5),
        (exact.containment(b), 1),
    ):
        low, high = share.interval(0.999)
        assert low < truth < high or (share.estimate() == truth and low < 0.7)


def test_the_count_lies_in_the_interval():
    # Every seventh user is one of all users, so no more than those can be in both.
    users = [f"user{number}" for number in range(20_000)]
    beyond = 0
    for seed in range(40):
        a, b = fed(users, seed=seed, capacity=500), fed(users[::7], seed=seed, capacity=500)
        for answer in (a & b, a - b, b - a, a ^ b, a | b):
            low, high = answer.interval()
            assert low <= answer.count() <= high
            assert type(answer.count()) is int
            inside = low <= answer.estimate() <= high
            assert answer.count() == round(answer.estimate()) or not inside
            beyond += not inside
        assert f"about {(a & b).count():,} distinct" in repr(a & b)
    assert beyond > 0
    exact = fed(["a", "b"]) & fed(["b", "c"])
    assert exact.count() == 1
    assert fed(range(10**5)).count() == count_approx(range(10**5))


def test_answers_are_values():
    import pickle

    a, b = fed(range(9000)), fed(range(5000, 20_000))
    for answer, other in ((a & b, a - b), (a.jaccard(b), a.jaccard(a))):
        assert pickle.loads(pickle.dumps(answer)) == answer
        assert hash(pickle.loads(pickle.dumps(answer))) == hash(answer)
        assert answer != other
        assert answer != answer.estimate()
        assert float(answer) == answer.estimate()
        for wrong, error in ((0, ValueError), (1.0, ValueError), ("95%", TypeError)):
            with pytest.raises(error, match="confidence"):
                answer.interval(wrong)
    assert repr(fed([1]) & fed([1])) == "<SampledCount: 1 distinct>"
    assert repr(fed([1]).jaccard(fed([1, 2]))) == "<SampledShare: 0.500 of 2 distinct>"
    assert "retained at a rate of 0.2" in repr(a & b)
    assert "retained at a rate of 0.2" in repr(a.jaccard(b))


def test_two_empty_sketches_are_alike():
    share = CVMSketch().jaccard(CVMSketch())
    assert (share.estimate(), share.interval()) == (1.0, (1.0, 1.0))
    assert (CVMSketch() & CVMSketch()).interval() == (0, 0)
