"""A red run means that a sample is not that of the sketch, or that a summary is not exact."""

import contextlib
import datetime as dt
import pickle
import threading
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch
from cvmcount._identity.objects import identity
from rapid_hash import rapidhash
from strategies import streams

pa = pytest.importorskip("pyarrow")

WORDS = [f"user {number * number % 4999}" for number in range(30_000)]


def polars():
    return pytest.importorskip("polars")


def kept(items, keep="items", capacity=64, **arguments):
    sketch = CVMSketch(capacity=capacity, keep=keep, **arguments)
    sketch.update(items)
    return sketch


def totals_of(items, values):
    found = defaultdict(list)
    for item, value in zip(items, values, strict=True):
        found[item].append(value)
    return found


# ---- which elements ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda words: np.array(words, dtype=object),
        lambda words: np.array(words, dtype=np.dtypes.StringDType()),
        pa.array,
        lambda words: pa.chunked_array([words[:10], words[10:20_000], words[20_000:]]),
        lambda words: pa.array(words).dictionary_encode(),
        pd.Series,
        lambda words: pd.Series(words).astype("category"),
        lambda words: pd.Series(words, dtype=object),
        lambda words: polars().Series(words),
        lambda words: polars().Series(words, dtype=polars().Categorical),
        lambda words: pytest.importorskip("duckdb").from_arrow(pa.table({"word": words})),
    ],
)
@pytest.mark.parametrize("keep", ["items", "summaries"])
def test_every_container_gives_the_same_sample(container, keep):
    sketch = kept(container(WORDS), keep)
    plain = CVMSketch(capacity=64)
    plain.update(WORDS)
    sample = sketch.sample()
    smallest = sorted((identity(word), word) for word in set(WORDS))
    assert sample.items() == [word for _, word in smallest[:63]]
    assert sketch.estimate() == plain.estimate()
    assert len(sample) == 63
    assert sample.sampling_rate == smallest[63][0] / 2**64
    assert not sample.is_exact
    if keep == "summaries":
        assert all(row.count == WORDS.count(row.item) for row in sample)


@given(streams, st.booleans(), st.integers(3, 20))
def test_the_items_are_those_of_the_retained_elements(items, dropna, capacity):
    sketch = kept(items, capacity=capacity, dropna=dropna)
    ids = {identity(item, dropna=dropna): item for item in items}
    ids.pop(None, None)
    smallest = sorted(ids)[: capacity if sketch.is_exact else capacity - 1]
    found = [identity(item, dropna=dropna) for item in sketch.sample().items()]
    assert found == smallest


def test_workers_do_not_matter():
    column = pa.array(np.arange(300_000) % 70_000)
    for keep in ("items", "summaries"):
        sketches = [CVMSketch(capacity=64, keep=keep) for _ in range(2)]
        for sketch, workers in zip(sketches, (1, 3), strict=True):
            sketch.update(column, workers=workers)
        assert sketches[0] == sketches[1]
        assert sketches[0].to_bytes() == sketches[1].to_bytes()


def test_of_equal_items_the_first_is_kept():
    for items in ([1, 1.0, True], [1.0, 1, True], [True, 1]):
        for keep in ("items", "summaries"):
            (row,) = kept(items, keep).sample()
            assert type(row.item) is type(items[0])


@pytest.mark.parametrize("dropna", [True, False])
@pytest.mark.parametrize(
    "dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "M8[us]", "m8[s]"]
)
def test_values_that_identities_tell(dtype, dropna):
    """A column of numbers gives them without being read again, before and behind other items."""
    random = np.random.default_rng(8)
    bits = random.integers(-(2**40), 2**40, 20_000)
    numbers = (bits % 9973 / 8 if dtype[0] == "f" else bits).astype(dtype)
    plain = numbers.tolist()
    missing = np.ma.array(numbers, mask=np.arange(20_000) % 7 == 0)
    for before in ([], ["a", "b"]):
        sketch = kept(before, capacity=50, dropna=dropna)
        sketch.update(missing)
        sketch.update(["text"] * 3)
        sketch.update(numbers.reshape(2, -1)[1])
        twin = kept(before, capacity=50, dropna=dropna)
        twin.update(None if i % 7 == 0 else each for i, each in enumerate(plain))
        twin.update(["text"] * 3)
        twin.update(plain[10_000:])
        assert list(map(repr, sketch.sample().items())) == list(map(repr, twin.sample().items()))
        assert sketch == twin


@pytest.mark.threads
@pytest.mark.parametrize("cleared", [False, True])
def test_values_of_two_threads_stay_apart(cleared):
    """What another thread adds or clears meanwhile is no value of this one's column."""
    numbers = np.random.default_rng(9).integers(0, 2**60, 400_000)
    sketch = CVMSketch(capacity=300, keep="items")
    done = threading.Event()

    def update_with_words():
        count = 0
        while not done.is_set():
            sketch.update([f"word {count + i}" for i in range(500)])
            count += 500
            if cleared:
                sketch.clear()

    thread = threading.Thread(target=update_with_words)
    thread.start()
    for begin in range(0, len(numbers), 4000):
        sketch.update(numbers[begin : begin + 4000])
    done.set()
    thread.join()
    known = set(numbers.tolist())
    items = sketch.sample().items()
    assert all(item in known or str(item).startswith("word ") for item in items)


def test_one_by_one():
    sketch = CVMSketch(capacity=64, keep="summaries")
    for word in WORDS[:5000]:
        sketch.add(word)
    assert sketch == kept(WORDS[:5000], "summaries")


def test_lines_of_a_file_are_kept(tmp_path):
    path = tmp_path / "words"
    path.write_bytes(b"a\r\nb\n\xff\na")
    with path.open("rb") as file:
        sketch = kept(file, "summaries")
    assert {row.item: row.count for row in sketch.sample()} == {"a": 2, "b": 1, b"\xff": 1}


def test_fresh_coins_keep_items():
    sketch = kept(WORDS, coins="fresh", seed=3)
    plain = CVMSketch(capacity=64, coins="fresh", seed=3)
    plain.update(WORDS)
    assert sketch.estimate() == plain.estimate()
    items = sketch.sample().items()
    assert len(items) == sketch.num_retained
    assert set(items) <= set(WORDS)
    assert CVMSketch.from_bytes(sketch.to_bytes()) == sketch


def test_an_error_half_way_loses_no_value():
    def items():
        yield from WORDS[:1000]
        raise OSError("gone")

    for source in (items(), [*WORDS[:1000], [1]]):
        sketch = CVMSketch(capacity=64, keep="items")
        with pytest.raises((OSError, TypeError)):
            sketch.update(source)
        assert sketch == kept(WORDS[:1000])


def test_several_threads_lose_no_value():
    sketch = CVMSketch(capacity=64, keep="summaries")
    parts = [np.arange(0, 200_000), list(range(100_000, 130_000)), pa.array(range(50_000))]
    threads = [threading.Thread(target=sketch.update, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = np.bincount(np.concatenate([np.asarray(part) for part in parts]))
    assert all(row.count == counts[row.item] for row in sketch.sample())


# ---- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values_as",
    [
        list,
        tuple,
        iter,
        np.array,
        pa.array,
        pd.Series,
        lambda values: polars().Series(values),
        lambda values: pd.Series(values, dtype=object),
        lambda values: pa.chunked_array([values[:7], values[7:]]),
    ],
)
@pytest.mark.parametrize("items_as", [list, iter, np.array, pa.array])
def test_summaries_are_exact(items_as, values_as):
    values = [number * 7919 % 1000 - 500 for number in range(len(WORDS))]
    sketch = CVMSketch(capacity=64, keep="summaries")
    sketch.update(items_as(WORDS), values=values_as(values))
    found = totals_of(WORDS, values)
    rows = list(sketch.sample())
    assert len(rows) == 63
    for row in rows:
        own = found[row.item]
        assert row[1:] == (len(own), sum(own), min(own), max(own))
        assert type(row.sum) is int


def test_missing_numbers_are_occurrences():
    sketch = CVMSketch(keep="summaries")
    sketch.update(["a", "a", "b", None], values=[1, None, None, 5])
    assert sorted(sketch.sample()) == [("a", 2, 1, 1, 1), ("b", 1, None, None, None)]


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([2**62, 2**62, 2**62], 3 * 2**62),
        ([-(2**63), -1, 0], -(2**63) - 1),
        ([-5, 2, 1], -2),
        ([1, 0.5, 2], 3.5),
        ([0.5, 1, 2], 3.5),
        ([2**64, 1, 1], 2.0**64),
        ([True, True, False], 2),
        ([dt.timedelta(days=40_000)] * 3, dt.timedelta(days=120_000)),
    ],
)
def test_sums_are_exact_where_they_can_be(values, total):
    sketch = CVMSketch(keep="summaries")
    sketch.update(["a"] * 3, values=values)
    (row,) = sketch.sample()
    assert (row.sum, row.min, row.max) == (total, min(values), max(values))


def test_decimals_and_durations_of_columns():
    sketch = CVMSketch(keep="summaries")
    prices = pa.array([1.25, 2.5, -1.0]).cast(pa.decimal128(9, 2))
    sketch.update([1, 1, 1], values=prices)
    assert next(iter(sketch.sample()))[1:] == (3, 2.75, -1.0, 2.5)
    sketch.clear()
    sketch.update([1, 1], values=np.array([90, -30], "m8[s]"))
    assert next(iter(sketch.sample())).sum == dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("items", "values", "error", "message"),
    [
        ([1, 2], [1], ValueError, "values must be as many as the items, 2, and not 1"),
        (iter([1, 2]), [1], ValueError, "fewer"),
        (iter([1, 2]), [1, 2, 3], ValueError, "more"),
        (iter([1, 2]), np.array([1]), ValueError, "fewer"),
        (iter([1, 2]), np.array([1, 2, 3]), ValueError, "more"),
        ([1, 2], ["a", "b"], TypeError, "values must be numbers or durations, not 'a'"),
        ([1, 2], pa.array(["a", "b"]), TypeError, "values must be numbers or durations"),
        ([1, 2], "ab", TypeError, "values must be a container of numbers, not str"),
        ([1, 2], [1, dt.timedelta(1)], ValueError, "numbers or durations, not both"),
    ],
)
def test_wrong_values(items, values, error, message):
    sketch = CVMSketch(keep="summaries")
    with pytest.raises(error, match=message):
        sketch.update(items, values=values)


def test_numbers_of_two_forms_leave_the_sketch_as_it_was():
    sketch = CVMSketch(keep="summaries")
    sketch.update(["a"], values=[1])
    before = sketch.copy()
    with pytest.raises(ValueError, match="not both"):
        sketch.update(["b", "a"], values=[2, dt.timedelta(1)])
    assert sketch == before


def test_items_before_a_wrong_number_are_taken():
    sketch = CVMSketch(keep="summaries")
    with pytest.raises(TypeError):
        sketch.update(["a", None, "b", "c"], values=[1, 1, 2, "x"])
    assert sketch.items_seen == 2
    assert sorted(row.item for row in sketch.sample()) == ["a", "b"]


# ---- as a sketch ---------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [2, 5, 64])
def test_merging_adds_up(parts):
    values = list(range(len(WORDS)))
    whole = CVMSketch(capacity=64, keep="summaries")
    whole.update(WORDS, values=values)
    whole.forget_history()
    merged = CVMSketch(capacity=100, keep="summaries")
    for part in range(parts):
        one = CVMSketch(capacity=64 + part, keep="summaries")
        one.update(WORDS[part::parts], values=values[part::parts])
        merged |= one
    assert merged == whole
    assert merged.to_bytes() == whole.to_bytes()


def test_what_is_kept_must_be_the_same_to_merge():
    for a, b in [("items", None), ("items", "summaries"), (None, "summaries")]:
        with pytest.raises(ValueError, match="cannot be merged if they differ in keep"):
            CVMSketch(keep=a).merge(CVMSketch(keep=b))
    assert (kept([1, 2]) & CVMSketch()).count() == 0


@pytest.mark.parametrize("keep", ["items", "summaries"])
@pytest.mark.parametrize("size", [0, 10, 30_000])
def test_saving(keep, size):
    sketch = kept(WORDS[:size], keep)
    for again in (
        CVMSketch.from_bytes(sketch.to_bytes()),
        pickle.loads(pickle.dumps(sketch)),
        sketch.copy(),
    ):
        assert again == sketch
        assert again.keep == keep
        assert again.sample().to_pylist() == sketch.sample().to_pylist()
        again.update(WORDS)
        again.update(["other"])
        assert again != sketch


def test_equality_heeds_what_is_kept():
    assert kept([1]) != kept([1.0])
    assert kept([1]) != kept([1], None)
    assert kept([1], "summaries") != kept([1, 1], "summaries")
    a, b = CVMSketch(keep="summaries"), CVMSketch(keep="summaries")
    a.update([1], values=[1])
    b.update([1], values=[2])
    assert a != b


def test_objects_are_pickled_and_never_unpickled_from_bytes():
    import pathlib

    path = pathlib.PurePosixPath("/a")
    sketch = kept([path, "b"])
    assert path in sketch.sample().items()
    assert path in pickle.loads(pickle.dumps(sketch)).sample().items()
    with pytest.raises(TypeError, match="pickle the sketch"):
        sketch.to_bytes()
    state = sketch.__reduce__()[1][0]
    with pytest.raises(ValueError, match="only pickle can load"):
        CVMSketch.from_bytes(state)


def section_types(saved):
    position = 48
    while position < len(saved) - 8:
        head = int.from_bytes(saved[position : position + 8], "little")
        yield head % 256
        position += 8 + head // 256


@given(st.data())
def test_damaged_values_are_an_error_or_a_sketch(data):
    saved = bytearray(kept([1, "ab", (2.5, None), b"x"], "summaries").to_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        saved[data.draw(st.integers(48, len(saved) - 9))] = data.draw(st.integers(0, 255))
    saved[-8:] = rapidhash(bytes(saved[:-8]), 0).to_bytes(8, "little")
    try:
        sketch = CVMSketch.from_bytes(bytes(saved))
    except ValueError:
        return
    if max(section_types(saved)) < 128:  # others are those of later versions, and passed over
        assert sketch.to_bytes() == saved
    assert CVMSketch.from_bytes(sketch.to_bytes()) == sketch
    with contextlib.suppress(ValueError, OverflowError):  # a time that nothing holds
        sketch.sample()


def test_clear_forgets_the_values():
    sketch = kept(WORDS, "summaries")
    sketch.clear()
    assert sketch == CVMSketch(capacity=64, keep="summaries")
    assert len(sketch.sample()) == 0


def test_wrong_arguments():
    with pytest.raises(ValueError, match="keep must be None, 'items' or 'summaries', not 'all'"):
        CVMSketch(keep="all")
    with pytest.raises(ValueError, match="needs coins='hashed'"):
        CVMSketch(keep="summaries", coins="fresh")
    with pytest.raises(ValueError, match="values need a sketch made with keep='summaries'"):
        CVMSketch(keep="items").update([1], values=[1])
    with pytest.raises(ValueError, match="make it with keep='items'"):
        CVMSketch().sample()


def test_the_sample_shows_itself():
    sample = kept(WORDS, "summaries").sample()
    assert "63 elements" in repr(sample)
    assert "<table" in sample._repr_html_()
    frame = pd.DataFrame(sample.to_pydict())
    assert list(frame.columns) == ["item", "count", "sum", "min", "max"]
    assert polars().DataFrame(kept([1, 2]).sample().to_pydict()).shape == (2, 1)
