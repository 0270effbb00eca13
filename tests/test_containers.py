"""A red run means that the same items count differently in another container or another cut.

Or that an update which fails half-way loses what came before, or reads memory that is gone.
"""

import datetime
import gc
import itertools
import random
import signal
import sys
from decimal import Decimal
from unittest.mock import MagicMock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch, count_approx
from oracle import ReferenceSketch
from strategies import plain_values, streams


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


@given(st.lists(plain_values, max_size=40), st.integers(3, 12), st.integers(0, 5), st.booleans())
def test_the_sketch_agrees_with_the_reference(stream, capacity, seed, dropna):
    sketch = CVMSketch(capacity=capacity, seed=seed, dropna=dropna)
    reference = ReferenceSketch(capacity, seed, dropna=dropna)
    for items in (stream, stream[::-1], stream):
        sketch.update(items)
        for item in items:
            reference.add(item)
    assert sketch.estimate() == reference.estimate
    assert sketch.num_retained == len(reference.retained)
    assert sketch.sampling_rate == reference.sampling_rate
    assert sketch.items_seen == reference.items_seen
    assert sketch.is_exact == reference.is_exact


@given(st.lists(plain_values, max_size=300), st.data())
def test_container_and_chunks_do_not_matter(stream, data):
    whole = fed(stream, capacity=16)
    assert fed(tuple(stream), capacity=16) == whole
    assert fed((item for item in stream), capacity=16) == whole
    one_by_one = CVMSketch(capacity=16)
    for item in stream:
        one_by_one.add(item)
    assert one_by_one == whole
    pieces = CVMSketch(capacity=16)
    rest = iter(stream)
    while piece := list(itertools.islice(rest, data.draw(st.integers(1, 100)))):
        pieces.update(piece)
    assert pieces == whole


def test_long_streams_across_blocks():
    """Lengths around multiples of the block size, with missing values that do not fill blocks."""
    source = random.Random(1)
    for length in (0, 1, 255, 256, 257, 511, 512, 513, 5000):
        items = [
            source.choice([None, source.random(), str(source.random())]) for _ in range(length)
        ]
        whole = fed(items, capacity=100)
        assert fed(iter(items), capacity=100) == whole
        assert whole.items_seen == sum(item is not None for item in items)
        assert count_approx(items) == len(set(items) - {None})


@given(streams)
def test_other_iterables(stream):
    assert count_approx(frozenset(stream)) == count_approx(stream)
    assert count_approx(dict.fromkeys(stream).keys()) == count_approx(stream)
    assert count_approx(map(lambda item: item, stream)) == count_approx(stream)


class OneThrough:
    """Iterable by __getitem__ only, the old protocol."""

    def __getitem__(self, index):
        if index == 5:
            raise IndexError
        return index + 1


def test_pandas_columns_that_numpy_reads():
    import pandas as pd

    numbers = [i * i % 3001 for i in range(10_000)]
    words = [str(i) if i % 7 else None for i in numbers]
    held = pd.Series(words, dtype=pd.StringDtype("python"))
    for column in (held, held.array, pd.Index(held), held[::-1][::-1]):
        assert fed(column, capacity=100) == fed(words, capacity=100)
        assert fed(column, capacity=100, dropna=False) == fed(words, capacity=100, dropna=False)
    for fill in (0, 5.5, None):
        sparse = pd.arrays.SparseArray([*numbers, None], fill_value=fill)
        for column in (sparse, pd.Series(sparse)):
            assert fed(column, dropna=False) == fed([*numbers, None], dropna=False)


def test_the_old_sequence_protocol():
    assert count_approx(OneThrough()) == 5


class Oddities(list):
    def __iter__(self):
        return iter(["a", "b", "c"])


def test_a_subclass_is_read_as_it_says():
    assert count_approx(Oddities([1])) == 3


@pytest.mark.parametrize("before", [0, 1, 255, 256, 257, 1000])
def test_an_error_keeps_what_came_before(before):
    def failing():
        yield from range(before)
        raise RuntimeError("half-way")

    sketch = CVMSketch()
    with pytest.raises(RuntimeError, match="half-way"):
        sketch.update(failing())
    assert sketch == fed(range(before))
    with pytest.raises(TypeError, match="object"):
        sketch.update([*range(before, 2 * before), object(), "never reached"])
    assert sketch == fed([*range(before), *range(before, 2 * before)])


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_a_list_that_shrinks_while_it_is_read():
    """A signal's handler runs between two blocks: the reader must look at the list anew."""
    texts = [str(i) for i in range(1_000_000)]
    items, handled = [], []

    def shrink(signum, frame):
        handled.append(len(items))
        del items[:]
        gc.collect()

    before = signal.signal(signal.SIGALRM, shrink)
    sketch = CVMSketch()
    try:
        while sketch.items_seen == 0:  # where the machine is busy, it may come before the first
            items[:] = texts
            handled.clear()
            signal.setitimer(signal.ITIMER_REAL, 0.002)
            while not handled:
                sketch.update(items)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert sketch.estimate() < 1_200_000


class Saboteur:
    """An item whose hash() changes the list that is being read."""

    def __init__(self, act):
        self.act = act

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        self.act()
        return 1


@pytest.mark.parametrize("length", [1, 10, 1000])
def test_items_that_change_the_list_they_are_read_from(length):
    """Clearing it frees the items and the memory they lay in; growing it moves the memory."""
    items = []
    items[:] = [str(i) for i in range(length)]
    items.insert(length // 2, Saboteur(lambda: (items.clear(), gc.collect())))
    sketch = CVMSketch()
    sketch.update(items)
    assert sketch.items_seen == length // 2 + 1

    items[:] = [
        Saboteur(lambda: items.extend(["x"] * 1000) if len(items) < 5000 else None)
    ] * length
    sketch = CVMSketch()
    sketch.update(items)
    assert sketch.estimate() == 2
    assert sketch.items_seen == len(items)


def test_what_stands_for_a_library_in_a_test(monkeypatch):
    for name in ("polars", "pyarrow", "pandas", "numpy.ma", "sqlalchemy.engine"):
        monkeypatch.setitem(sys.modules, name, MagicMock())
    assert count_approx(letter for letter in "abca") == 3
    assert count_approx(["a", Decimal(1), datetime.date(2024, 1, 1), None]) == 3


def test_codes_that_are_no_array():
    pandas = pytest.importorskip("pandas")

    class Lying(pandas.Categorical):
        @property
        def codes(self):
            return MagicMock(itemsize=8, strides=(8,), ctypes=MagicMock(data=0))

    with pytest.raises(ValueError, match="codes"):
        count_approx(Lying(["a", "b"]))
