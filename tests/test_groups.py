"""A red run means that a count by key is not what a sketch of that key's values alone says, or that
keys come back as others than they were."""

import collections
import copy
import dataclasses
import datetime as dt
import io
import ipaddress
import pickle
import threading
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMGroups, CVMSketch, GroupCounts, count_approx
from strategies import plain_values

pa = pytest.importorskip("pyarrow")

KEYS = [f"pägé {number * number % 23}" for number in range(5000)]
VALUES = [number * 7 % 1009 for number in range(5000)]


def polars():
    return pytest.importorskip("polars")


def grouped(keys, values, workers=1, **arguments):
    groups = CVMGroups(**{"capacity": 64, **arguments})
    groups.update(keys, values, workers=workers)
    return groups


def by_key(keys, values):
    found = collections.defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        found[key].append(value)
    return found


def sketch_of(values, **arguments):
    sketch = CVMSketch(**{"capacity": 64, **arguments})
    sketch.update(values)
    return sketch


EXPECTED = grouped(KEYS, VALUES)


def test_each_group_is_the_sketch_of_its_values():
    expected = by_key(KEYS, VALUES)
    assert EXPECTED.keys() == list(EXPECTED) == list(expected)
    assert len(EXPECTED) == len(expected)
    for (key, values), row in zip(expected.items(), EXPECTED.estimates(0.9), strict=True):
        sketch = sketch_of(values)
        assert EXPECTED[key] == sketch
        assert row == (key, sketch.count(), *sketch.interval(0.9))
    assert not EXPECTED[KEYS[1]].is_exact
    assert EXPECTED.items_seen == len(KEYS)


CONTAINERS = {
    "tuples": lambda: (list(KEYS), tuple(VALUES)),
    "iterators": lambda: (iter(KEYS), (value for value in VALUES)),
    "an iterator and an array": lambda: (iter(KEYS), np.array(VALUES)),
    "arrays": lambda: (np.array(KEYS), np.array(VALUES, "int16")),
    "arrays of objects": lambda: (np.array(KEYS, object), np.array(VALUES, object)),
    "pandas": lambda: (pd.Series(KEYS), pd.Series(VALUES, dtype="Int64")),
    "categories": lambda: (pd.Series(KEYS, dtype="category"), pd.Series(VALUES, dtype=object)),
    "Arrow": lambda: (pa.array(KEYS), pa.array(VALUES)),
    "chunks": lambda: (
        pa.chunked_array([KEYS[:10], [], KEYS[10:]]),
        pa.chunked_array([VALUES[:3000], VALUES[3000:]]),
    ),
    "dictionaries": lambda: (pa.array(KEYS).dictionary_encode(), pa.array(VALUES, pa.float64())),
    "Polars": lambda: (polars().Series(KEYS), polars().Series(VALUES)),
    "a stream of batches": lambda: (
        pa.RecordBatchReader.from_batches(
            pa.schema([("k", pa.string())]),
            [pa.record_batch([pa.array(KEYS[i : i + 700])], ["k"]) for i in range(0, 5000, 700)],
        ),
        VALUES,
    ),
}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("name", CONTAINERS)
def test_the_same_groups_through_every_container(name, workers):
    groups = grouped(*CONTAINERS[name](), workers=workers)
    assert groups == EXPECTED
    assert groups.keys() == EXPECTED.keys()


def test_long_columns_by_several_workers():
    random = np.random.default_rng(1)
    keys = random.integers(0, 30_000, 1_500_000)
    values = random.integers(0, 50, 1_500_000)
    whole = grouped(keys, values)
    assert grouped(keys, values, workers=3) == whole
    pieces = CVMGroups(capacity=64)
    for begin in range(0, len(keys), 399_999):
        pieces.update(keys[begin : begin + 399_999], values[begin : begin + 399_999])
    assert pieces == whole
    exact = pd.DataFrame({"k": keys, "v": values}).groupby("k", sort=False)["v"].nunique()
    assert whole.estimates().to_dict() == exact[exact <= 64].to_dict() == exact.to_dict()


values_of_any_kind = st.lists(plain_values, max_size=60)


@given(values_of_any_kind, st.randoms())
def test_keys_and_values_of_any_kind(values, random):
    keys = [random.choice(values) if values else None for _ in values]
    groups = CVMGroups(capacity=64, dropna=False)
    groups.update(keys, values)
    twin = {}
    for key, value in zip(keys, values, strict=True):
        name = None if key != key else key
        twin.setdefault(name, []).append(value)
    assert len(groups) == len(twin)
    for (key, items), found in zip(twin.items(), groups.keys(), strict=True):
        assert found == key
        assert groups[key] == sketch_of(items, dropna=False)


def test_missing_keys_and_values():
    keys, values = ["a", None, "b", float("nan")], [None, 1, 2, 3]
    groups = grouped(keys, values)
    assert groups.estimates().to_dict() == {"a": 0, None: 2, "b": 1}
    assert groups[None].count() == groups[float("nan")].count() == 2
    dropped = grouped(keys, values, dropna_keys=True)
    assert dropped.estimates().to_dict() == {"a": 0, "b": 1}
    assert grouped(keys, values, dropna=False).estimates().to_dict()["a"] == 1


def test_several_key_columns():
    cities = ["Oslo", "Bern", None, "Oslo"] * 300
    days = [dt.date(2026, 1, 1 + number % 5) for number in range(1200)]
    values = [number % 77 for number in range(1200)]
    expected = grouped(list(zip(cities, days, strict=True)), values)
    for columns in (
        lambda: (cities, days),
        lambda: (iter(cities), days),
        lambda: (pa.array(cities), pd.Series(days)),
        lambda: (pa.chunked_array([cities[:5], cities[5:]]), np.array(days, "M8[D]")),
    ):
        for workers in (1, 2):
            assert grouped(columns(), values, workers=workers) == expected
    assert expected[None, dt.date(2026, 1, 3)].count() > 0
    assert ("Oslo", dt.date(2026, 1, 1)) in expected
    counts = expected.estimates()
    assert counts.key_names == ("key0", "key1")
    assert pa.table(counts).column_names == ["key0", "key1", "estimate", "low", "high"]


def test_updates_add_up():
    groups = CVMGroups(capacity=64)
    for begin in range(0, 5000, 777):
        groups.update(KEYS[begin : begin + 777], iter(VALUES[begin : begin + 777]))
    assert groups == EXPECTED


# ---- errors --------------------------------------------------------------------------------------


def test_different_lengths():
    groups = CVMGroups()
    with pytest.raises(ValueError, match=r"have one length, and have 2 and 3"):
        groups.update(["a", "b"], [1, 2, 3])
    with pytest.raises(ValueError, match="one length"):
        groups.update((["a", "b"], ["a"]), [1, 2])
    assert len(groups) == 0
    for keys, values in ((iter("abc"), iter([1, 2])), (iter("ab"), iter([1, 2, 3]))):
        groups = CVMGroups()
        with pytest.raises(ValueError, match="one length"):
            groups.update(keys, values)
        assert groups.keys() == ["a", "b"]


def test_an_error_half_way_loses_nothing_before():
    def failing():
        yield from range(1000)
        raise OSError("no more")

    for keys, values in ((failing(), range(2000)), (iter(range(2000)), failing())):
        groups = CVMGroups()
        with pytest.raises(OSError, match="no more"):
            groups.update(keys, values)
        assert len(groups) >= 768  # whole blocks of an iterator
        assert groups.keys() == list(range(len(groups)))
        groups.update(["x"], [1])
        assert groups["x"].count() == 1


def test_what_cannot_be_counted():
    groups = CVMGroups()
    with pytest.raises(TypeError, match="not hashable"):
        groups.update([["a"]], [1])
    with pytest.raises(TypeError, match="keys must be a container"):
        groups.update("ab", [1, 2])
    with pytest.raises(ValueError, match="two or more"):
        groups.update((["a"],), [1])

    class OwnHash:
        def __hash__(self):
            return 5

    for keys, values, name in (([OwnHash()], [1], "keys"), ([1], [OwnHash()], "values")):
        with pytest.raises(TypeError, match=f"{name} hold elements that are known only by"):
            groups.update(keys, values)
    assert len(groups) == 0


def test_keys_that_cannot_be_kept_are_counted_without_a_value(tmp_path):
    @dataclasses.dataclass(frozen=True)  # of a function, so that pickle does not find it
    class Local:
        number: int

    groups = CVMGroups()
    with pytest.raises(TypeError, match="cannot keep an item of type"):
        groups.update(["a", Local(1), "b"], [1, 2, 3])
    assert len(groups) == 3
    assert set(groups.keys()) <= {"a", "b", None}
    groups.update(["c"], [4])
    assert "c" in groups.keys()  # noqa: SIM118, the list is meant
    assert groups["b"].count() == groups[Local(1)].count() == groups["c"].count() == 1
    assert len(CVMGroups.from_bytes(groups.to_bytes())) == 4

    (tmp_path / "keys").write_bytes(b"a\nb\n")
    with open(tmp_path / "keys", "rb") as file, pytest.raises(TypeError, match="binary file"):
        groups.update(file, [1, 2])
    with open(tmp_path / "keys") as file:
        groups.update(file, [5, 6])
    assert groups["a"].count() == 2


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        ({"capacity": 63}, ValueError, "capacity"),
        ({"capacity": 2**40}, ValueError, "capacity"),
        ({"capacity": 2.5}, TypeError, "capacity"),
        ({"epsilon": 0}, ValueError, "epsilon"),
        ({"delta": 2}, ValueError, "delta"),
        ({"seed": -1}, ValueError, "seed"),
        ({"dropna": 1}, TypeError, "dropna"),
        ({"dropna_keys": None}, TypeError, "dropna_keys"),
    ],
)
def test_wrong_settings(arguments, error, name):
    with pytest.raises(error, match=name):
        CVMGroups(**arguments)


def test_wrong_arguments():
    groups = grouped(["a"], [1])
    with pytest.raises(KeyError, match="b"):
        groups["b"]
    for confidence in (0, 1, "a"):
        with pytest.raises((TypeError, ValueError), match="confidence"):
            groups.estimates(confidence)
        with pytest.raises((TypeError, ValueError), match="confidence"):
            groups.top(1, confidence)
    with pytest.raises(ValueError, match="n must"):
        groups.top(0)
    with pytest.raises(ValueError, match="workers"):
        groups.update(["a"], [1], workers=0)


def test_settings_can_be_read():
    groups = CVMGroups(0.02, seed=7, dropna=False, dropna_keys=True)
    assert groups.capacity == CVMSketch(0.02).capacity
    assert (groups.seed, groups.dropna, groups.dropna_keys) == (7, False, True)
    assert CVMGroups().capacity == 1024
    assert CVMGroups(seed=None).seed != CVMGroups(seed=None).seed
    assert groups.nbytes < 100_000


# ---- several -------------------------------------------------------------------------------------


def test_merging_is_that_of_the_sketches():
    first, second = grouped(KEYS[:3000], VALUES[:3000]), grouped(KEYS[2000:], VALUES[2000:])
    expected = {key: first[key] for key in first}
    for key in second:
        part = second[key]
        expected[key] = expected[key] | part if key in expected else part
    merged = first | second
    assert merged.keys() == list(expected)
    for key, sketch in expected.items():
        assert merged[key] == sketch
    for groups in (first.copy(), copy.copy(first), copy.deepcopy(first)):
        groups |= second
        assert groups == merged
        assert groups != first
    twice = first.copy()
    twice.merge(twice)
    assert twice.keys() == first.keys()


def test_the_total_is_that_of_merging_all():
    total = EXPECTED.total()
    sketches = [EXPECTED[key] for key in EXPECTED]
    merged = CVMSketch(capacity=64)
    merged.merge(*sketches)
    assert total == merged
    assert CVMGroups(capacity=64).total() == CVMSketch(capacity=64)


def test_what_does_not_merge():
    groups = grouped(["a"], [1])
    for arguments, name in (
        ({"capacity": 65}, "capacity"),
        ({"seed": 1}, "seed"),
        ({"dropna": False}, "dropna"),
        ({"dropna_keys": True}, "dropna_keys"),
    ):
        with pytest.raises(ValueError, match=name):
            groups.merge(grouped(["b"], [1]), grouped(["b"], [1], **arguments))
        assert groups.keys() == ["a"]
    with pytest.raises(TypeError, match="CVMSketch"):
        groups.merge(CVMSketch())
    with pytest.raises(TypeError):
        groups | 1


def test_dropping_keys():
    groups = EXPECTED.copy()
    first, second, *rest = EXPECTED
    groups.drop([second, first])
    assert groups.keys() == rest
    assert all(groups[key] == EXPECTED[key] for key in rest)
    with pytest.raises(KeyError):
        groups.drop([rest[0], first])
    assert groups.keys() == rest
    groups.update([first], [1])
    assert groups.keys() == [*rest, first]


# ---- bytes ---------------------------------------------------------------------------------------


def test_bytes_files_and_pickle(tmp_path):
    data = EXPECTED.to_bytes()
    assert CVMGroups.from_bytes(data) == EXPECTED
    assert CVMGroups.from_bytes(memoryview(data)).to_bytes() == data
    with open(tmp_path / "groups", "wb") as file:
        EXPECTED.save(file)
    assert (tmp_path / "groups").read_bytes() == data
    with open(tmp_path / "groups", "rb") as file:
        loaded = CVMGroups.load(file)
    for groups in (loaded, pickle.loads(pickle.dumps(EXPECTED)), EXPECTED.copy()):
        assert groups == EXPECTED
        assert groups.keys() == EXPECTED.keys()
        groups.update(KEYS[:100], range(100))
        assert groups != EXPECTED
    empty = CVMGroups(0.05, 0.01, seed=3)
    assert CVMGroups.from_bytes(empty.to_bytes()) == empty


def test_a_file_of_many_megabytes():
    groups = grouped(np.arange(200_000), np.arange(200_000))
    file = io.BytesIO()
    groups.save(file)
    assert file.tell() > 5_000_000
    file.seek(0)
    assert CVMGroups.load(file) == groups


def test_a_file_is_written_piece_by_piece():
    groups = grouped(np.arange(200_000), np.arange(200_000))

    class Sink:
        def write(self, piece):
            self.most = max(getattr(self, "most", 0), len(piece))

    file = Sink()
    tracemalloc.start()
    try:
        groups.save(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * file.most < 4_000_000


def test_nothing_changes_groups_while_they_are_read_for_or_saved():
    groups = CVMGroups()

    def keys():
        for number in range(5):
            groups.update([f"inner {number}"], [1])
            yield f"outer {number}"

    with pytest.raises(RuntimeError, match="cannot change"):
        groups.update(keys(), range(5))
    assert groups.keys() == []
    groups.update(["a", "b"], [1, 2])

    class Caller:
        def __init__(self, call):
            self.write = lambda piece: call()

    calls = (
        lambda: groups.update(["c"], [1]),
        lambda: groups.merge(groups.copy()),
        lambda: groups.drop(["a"]),
        lambda: groups.save(io.BytesIO()),
    )
    for call in calls:
        with pytest.raises(RuntimeError, match="cannot change"):
            groups.save(Caller(call))
    groups.save(Caller(groups.keys))
    assert groups.keys() == ["a", "b"]


def test_keys_of_every_kind_come_back():
    keys = [1, -5, 2**70, 1.5, "a", b"a", True, dt.date(2026, 1, 1), (1, "a"), None, 1j]
    groups = grouped(keys, range(len(keys)))
    assert CVMGroups.from_bytes(groups.to_bytes()).keys() == groups.keys()
    assert set(groups.keys()) == set(keys)


def test_objects_stay_in_pickles():
    groups = grouped([ipaddress.ip_address("127.0.0.1")], [1])
    assert pickle.loads(pickle.dumps(groups)).keys() == groups.keys()
    for save in (groups.to_bytes, lambda: groups.save(io.BytesIO())):
        with pytest.raises(TypeError, match="pickle"):
            save()


@pytest.mark.parametrize("size", [0, 3, 10, 60, 200])
def test_bytes_that_are_cut(size):
    data = EXPECTED.to_bytes()
    for wrong in (data[:size], data[:-1], data + b"x"):
        with pytest.raises(ValueError, match="groups"):
            CVMGroups.from_bytes(wrong)
    with pytest.raises(ValueError, match="CVMG"):
        CVMGroups.from_bytes(CVMSketch().to_bytes())
    with pytest.raises(TypeError):
        CVMGroups.from_bytes("text")


# ---- results -------------------------------------------------------------------------------------


def test_the_table_of_counts():
    counts = EXPECTED.estimates()
    assert isinstance(counts, GroupCounts)
    assert len(counts) == len(EXPECTED)
    assert counts[0].key == KEYS[0]
    assert counts[-1] == list(counts)[-1]
    assert counts[:2] == list(counts)[:2]
    assert counts.to_pylist()[0] == {
        "key": KEYS[0], "estimate": counts[0].estimate, "low": counts[0].low,
        "high": counts[0].high,
    }  # fmt: skip
    assert pa.table(counts).to_pydict() == counts.to_pydict()
    assert polars().DataFrame(counts).to_dict(as_series=False) == counts.to_pydict()
    assert f"{len(counts)} keys" in repr(counts)
    page = counts._repr_html_()
    assert "pägé 1" in page
    assert f"{len(counts) - 10:,} more" in page
    assert "<script" not in grouped(["<script>"], [1]).estimates()._repr_html_()
    assert EXPECTED._repr_html_().startswith("<div")
    assert CVMGroups()._repr_html_().startswith("<div")
    assert repr(EXPECTED).startswith("<CVMGroups: ")
    assert counts == EXPECTED.copy().estimates()
    assert counts != EXPECTED.estimates(0.5)


def test_the_top():
    keys = [key for key in range(20) for _ in range(10 * (key + 1))]
    groups = grouped(keys, range(len(keys)), capacity=1024)
    top = groups.top(3)
    assert top.is_simultaneous
    assert [row.key for row in top] == [19, 18, 17]
    assert [row.estimate for row in top] == [200, 190, 180]
    assert [row.key for row in groups.top(1000)] == list(range(19, -1, -1))
    assert "together" in repr(top)
    assert len(CVMGroups().top(5)) == 0


def test_intervals_of_the_top_hold_together():
    """400 keys of 1,000 values at a capacity of 64, under 100 seeds.

    All 400 intervals hold together with a probability of at least 95 % (Bonferroni); fewer than 86
    of 100 do with one of 2e-4. The first row's own 95 % interval nearly always misses; fewer than
    half of the 100 with one below 1e-9.
    """
    keys = np.repeat(np.arange(400), 1000)
    together = alone = 0
    for seed in range(100):
        groups = CVMGroups(capacity=64, seed=seed)
        for _ in range(2):  # repeats, or no estimate would exceed the number of items
            groups.update(keys, np.arange(400_000))
        top = groups.top(400)
        together += all(row.low <= 1000 <= row.high for row in top)
        counts = max(groups.estimates(), key=lambda row: row.estimate)
        alone += counts.low > 1000
    assert together >= 86
    assert alone >= 50


def test_each_group_is_as_good_as_alone():
    """2,000 keys of 5,000 values of their own at a capacity of 100.

    Bias within 4.5 standard errors (7e-6), 95 % intervals cover 95 - 4 standard errors or more
    (3e-5), rms within 6 standard errors of 1/sqrt(2 (k - 1)).
    """
    keys = np.repeat(np.arange(2000), 5000)
    groups = CVMGroups(capacity=100, seed=11)
    for _ in range(2):  # repeats, or no estimate would exceed the number of items
        groups.update(keys, np.arange(10_000_000))
    counts = groups.estimates()
    estimates = np.array([row.estimate for row in counts]) / 5000 - 1
    expected = (2 * 99) ** -0.5
    assert abs(estimates.mean()) < 4.5 * expected / 2000**0.5
    rms = (estimates**2).mean() ** 0.5
    assert abs(rms / expected - 1) < 6 / (2 * 2000) ** 0.5 + 0.02
    covered = np.mean([row.low <= 5000 <= row.high for row in counts])
    assert covered > 0.95 - 4 * (0.95 * 0.05 / 2000) ** 0.5


# ---- count_approx --------------------------------------------------------------------------------


def test_count_approx_by_keys():
    counts = count_approx(VALUES, by=KEYS)
    assert counts == grouped(KEYS, VALUES, capacity=1024).estimates()
    assert count_approx(VALUES, 0.02, by=KEYS, seed=3) == (
        grouped(KEYS, VALUES, capacity=CVMSketch(0.02).capacity, seed=3).estimates()
    )
    assert count_approx(VALUES, by=(KEYS, VALUES)).key_names == ("key0", "key1")


def make_frame(library):
    data = {"user": VALUES, "page": KEYS, "day": [number % 3 for number in range(5000)]}
    if library == "duckdb":
        return pytest.importorskip("duckdb").from_arrow(pa.table(data))
    if library == "polars":
        return polars().DataFrame(data)
    return pd.DataFrame(data) if library == "pandas" else pa.table(data)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb"])
def test_frames(library):
    frame = make_frame(library)
    expected = count_approx(VALUES, by=KEYS).to_pydict()
    found = count_approx(frame, "user", by="page")
    assert type(found) is type(frame)
    table = pa.table(found.to_arrow_table() if library == "duckdb" else found)
    assert table.column_names == ["page", "estimate", "low", "high"]
    assert table.to_pydict() == {"page": expected.pop("key"), **expected}
    assert count_approx(frame, "user") == count_approx(VALUES)
    two = count_approx(frame, "user", by=["day", "page"])
    names = two.column_names if library == "pyarrow" else list(two.columns)
    assert names[:2] == ["day", "page"]
    for arguments, name in (({"by": "other"}, "by"), ({"by": "user "}, "by")):
        with pytest.raises(ValueError, match=f"{name}: the frame has no column"):
            count_approx(frame, "user", **arguments)
    with pytest.raises(ValueError, match="column: the frame has no column 'other'"):
        count_approx(frame, "other")
    with pytest.raises(ValueError, match="two columns"):
        count_approx(frame, "user", by=["page", "page"])
    with pytest.raises(ValueError, match="names no column"):
        count_approx(frame, "user", by=[])


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_frames_by_columns_that_are_no_part_of_them(library):
    frame = make_frame(library)
    expected = count_approx(VALUES, by=([n % 7 for n in range(5000)], KEYS)).to_pydict()
    found = count_approx(frame, "user", by=[np.arange(5000) % 7, "page"])
    assert pa.table(found).to_pydict() == {
        "key0": expected.pop("key0"), "page": expected.pop("key1"), **expected
    }  # fmt: skip
    named = pd.Series(np.arange(5000) % 7, name="weekday")
    assert pa.table(count_approx(frame, "user", by=named)).column_names[0] == "weekday"


def test_epsilon_of_frames_and_others():
    frame = make_frame("pandas")
    exact = count_approx(frame, "user", 0.02)
    assert exact == count_approx(frame, column="user", epsilon=0.02) == 1009
    for arguments, keywords in (
        ((0.1, 0.2), {}),
        ((0.1,), {"delta": 0.2}),
        ((), {"epsilon": 0.1, "delta": 0.2}),
    ):
        sketch = CVMSketch(0.1, 0.2)
        sketch.update(range(5000))
        assert count_approx(range(5000), *arguments, **keywords) == sketch.count()
        counts = count_approx(frame, "user", *arguments, by=np.zeros(5000), **keywords)
        assert counts["estimate"][0] == count_approx(VALUES, *arguments, **keywords)
    with pytest.raises(TypeError, match="epsilon is given twice"):
        count_approx(VALUES, 0.1, 0.2, 0.3)


def test_an_analysts_wrong_tries_say_what_to_write():
    frame = pd.DataFrame({"user": [1], "day": [2]})
    with pytest.raises(TypeError, match=r"count_approx\(frame, 'column', by='key'\)"):
        count_approx(frame, by="day")
    with pytest.raises(TypeError, match=r"count_approx\(frame, 'column', by='key'\)"):
        count_approx(frame["user"], by="day")
    with pytest.raises(TypeError, match=r"column names one of a table of pandas.* a list$"):
        count_approx([1, 2], "user")
    with pytest.raises(TypeError, match="rows of several are tuples"):
        count_approx(frame, ["user", "day"])
    with pytest.raises(TypeError, match="keys must be a container of elements, not one str"):
        CVMGroups().update("day", frame["user"])
    with pytest.raises(TypeError, match="values must be a container of elements, not one str"):
        CVMGroups().update(frame, "user")
    lazy = polars().LazyFrame({"user": [1]})
    with pytest.raises(TypeError, match=r"collect\(\)"):
        count_approx(lazy, "user")
    with pytest.raises(TypeError, match="names of columns, or columns, not Expr"):
        count_approx(lazy.collect(), "user", by=polars().col("user"))
    with pytest.raises(ValueError, match="hashed"):
        count_approx([1], by=[1], coins="fresh")


# ---- threads -------------------------------------------------------------------------------------


@pytest.mark.threads
def test_many_threads_on_one_object():
    groups = CVMGroups(capacity=64)
    parts = [(KEYS[i::4], VALUES[i::4]) for i in range(4)]
    barrier = threading.Barrier(5)
    answers = []

    def update(keys, values):
        barrier.wait()
        groups.update(keys, iter(values))

    def ask():
        barrier.wait()
        for _ in range(20):
            answers.append(len(groups.estimates()))
            answers.append(len(CVMGroups.from_bytes(groups.to_bytes())))

    threads = [threading.Thread(target=update, args=part) for part in parts]
    threads.append(threading.Thread(target=ask))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert groups.items_seen == 5000
    assert set(groups.keys()) == set(KEYS)
    assert answers == sorted(answers)
