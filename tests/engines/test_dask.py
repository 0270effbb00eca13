"""A red run means that Dask counts otherwise than one machine does, or not at all."""

import dataclasses
import datetime
import doctest
import os
from pathlib import Path

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from dask.distributed import Client, LocalCluster

import engine_cases as cases
from cvmcount import CVMSketch
from cvmcount.dask import count_approx, sample, sketches

PAGE = Path(__file__).parents[2] / "docs" / "dask.md"


@pytest.fixture(scope="module", autouse=True)
def client():
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster) as client:
        yield client


def frame(partitions):
    whole = cases.table().to_pandas(types_mapper=pd.ArrowDtype)
    return dd.from_pandas(whole, npartitions=partitions)


def rows(found):
    """Of Python's values, None for all that are missing."""
    plain = found.astype(object).where(found.notna(), None)
    return list(plain.itertuples(index=False, name=None))


@pytest.mark.parametrize("partitions", cases.PARTITIONS)
@pytest.mark.parametrize(("column", "by"), cases.CASES)
def test_the_sketches_are_those_of_one_machine(column, by, partitions):
    found = sketches(frame(partitions), column, by=by, **cases.SETTINGS)
    cases.check_sketches(rows(found.compute()), column, by)


@pytest.mark.parametrize("column", ["number", "word"])
def test_estimates(column):
    count = count_approx(frame(3), column, **cases.SETTINGS)
    cases.check_count(count.compute(), column)
    found = count_approx(frame(3), column, by="group", **cases.SETTINGS)
    assert list(found.columns) == ["group", "estimate", "low", "high"]
    computed = found.compute()
    assert computed.dtypes.to_dict() == found.dtypes.to_dict()
    cases.check_estimates(rows(computed), column, "group")


@pytest.mark.parametrize("column", ["number", "word"])
def test_samples(column):
    found = sample(frame(3), column, **cases.SETTINGS)
    computed = found.compute()
    assert computed.dtypes.to_dict() == found.dtypes.to_dict()
    assert computed["item"].dtype == frame(1)[column].dtype
    cases.check_sample(rows(computed), column)
    items = sample(frame(3), column, keep="items", **cases.SETTINGS).compute()
    assert list(items.columns) == ["item"]
    assert list(items["item"]) == list(computed["item"])
    with pytest.raises(ValueError, match="keep"):
        sample(frame(3), column, keep=None)


def frame_of_objects(make):
    column = pd.Series([make(f"page{i}", None) for i in range(100)] * 4, dtype=object)
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(column.to_frame("visit"), npartitions=8)


def test_objects_of_all_workers_are_one_element_or_an_error(client):
    """Dask gives all of its workers one PYTHONHASHSEED, but hash(None) is an address before Python
    3.12.
    """
    seeds = client.run(lambda: os.environ.get("PYTHONHASHSEED"))
    assert len(seeds) == 2
    assert len(set(seeds.values())) == 1

    @dataclasses.dataclass(frozen=True)  # here, because workers cannot import this file
    class Visit:
        page: str
        referrer: str | None

    class OwnHash(Visit):
        def __eq__(self, other):
            return self.page == other.page

        def __hash__(self):
            return hash((self.page, self.referrer))

    assert count_approx(frame_of_objects(Visit), "visit").compute() == 100
    with pytest.raises(ValueError, match="known only by their own hash"):
        count_approx(frame_of_objects(OwnHash), "visit").compute()


def test_different_settings_in_one_graph():
    """Dask computes once what has one token: settings must be part of it."""
    data = frame(3)
    counts = [count_approx(data, "number", capacity=200, seed=seed) for seed in range(3)]
    grouped = [sketches(data, "number", by="even", seed=seed) for seed in range(3)]
    counts, grouped = dask.compute(counts, grouped)
    assert len(set(counts)) == 3
    for seed, found in enumerate(grouped):
        assert {CVMSketch.from_bytes(one).seed for one in found["sketch"]} == {seed}


def test_partitions_without_rows():
    data = frame(7)
    few = data[(data["id"] > 9000) & (data["id"] < 9100)]
    assert count_approx(few, "id").compute() == 99
    none = data[data["id"] < 0]
    assert count_approx(none, "id").compute() == 0
    assert len(sketches(none, "id").compute()) == 1
    for found in (count_approx(none, "id", by="group"), sketches(none, "id", by="group")):
        assert found.compute().dtypes.to_dict() == found.dtypes.to_dict()
        assert len(found.compute()) == 0


def test_a_killed_worker_changes_nothing(once):
    def kill_once(part):
        if (part["id"] == 10_000).any() and once():
            os._exit(1)
        return part

    killing = frame(7).map_partitions(kill_once, meta=frame(1)._meta)
    found = sketches(killing, "word", by="group", **cases.SETTINGS).compute()
    assert not once()
    cases.check_sketches(rows(found), "word", "group")


def test_keys_of_pandas_own_types():
    whole = pd.DataFrame({"key": [1.5, None, 1.5, None], "item": ["a", "b", "c", "d"]})
    whole["kind"] = pd.Categorical(["x", "y", None, "y"], categories=["unused", "x", "y"])
    data = dd.from_pandas(whole, npartitions=2)
    found = count_approx(data, "item", by="key").compute()
    assert sorted(found["key"].isna()) == [False, True]
    assert list(found["estimate"]) == [2, 2]
    found = count_approx(data, "item", by="kind").compute()
    assert sorted(found["estimate"]) == [1, 1, 2]
    found = count_approx(data, "key", by="key").compute()
    assert sorted(found["estimate"]) == [0, 1]


@pytest.mark.parametrize("strings", [True, False])
def test_columns_of_objects(strings):
    """Unless told otherwise, Dask makes them strings, whatever they were."""
    days = [datetime.date(2024, 1, 1 + number % 20) for number in range(100)]
    whole = pd.DataFrame({"day": pd.Series(days, dtype=object), "key": ["a", None] * 50})
    whole["key"] = whole["key"].astype(object)
    items = [str(day) if strings else day for day in days]
    with dask.config.set({"dataframe.convert-string": strings}):
        data = dd.from_pandas(whole, npartitions=3)
        for by, expected in ((None, items), ("key", items[::2])):
            one = CVMSketch()
            one.update(expected)
            one.forget_history()
            found = rows(sketches(data, "day", by=by).compute())
            assert one.to_bytes() in [bytes(sketch) for *_, sketch in found]


def test_a_series():
    data = frame(3)
    expected = count_approx(data, "word", **cases.SETTINGS).compute()
    assert count_approx(data["word"], **cases.SETTINGS).compute() == expected
    with pytest.raises(ValueError, match="by needs a data frame"):
        count_approx(data["word"], by="group")


@pytest.mark.parametrize("settings", [{"capacity": 20}, {"keep": "items"}, {"epsilon": 0.2}])
def test_settings_of_groups(settings):
    found = rows(sketches(frame(3), "word", by="group", **settings).compute())
    assert len(found) == len(cases.expected("word", "group"))
    for _, data in found:
        sketch = CVMSketch.from_bytes(data)
        one = CVMSketch(**settings)
        assert (sketch.capacity, sketch.epsilon, sketch.delta, sketch.keep) == (
            one.capacity, one.epsilon, one.delta, one.keep
        )  # fmt: skip
    counts = {key: CVMSketch.from_bytes(data).items_seen for key, data in found}
    assert counts == {
        key: one.items_seen for (key,), one in cases.expected("word", "group").items()
    }


def test_sketches_are_kept_in_files(tmp_path):
    sketches(frame(3), "word", by="group", **cases.SETTINGS).to_parquet(tmp_path)
    loaded = dd.read_parquet(tmp_path).compute()
    kept = CVMSketch(**cases.SETTINGS)
    kept.merge(*map(CVMSketch.from_bytes, loaded["sketch"]))
    assert kept == cases.expected("word", None)[()]


def test_wrong_arguments_are_found_at_once():
    data = frame(2)
    for function in (count_approx, sketches):
        cases.check_wrong_settings(function, data)
        for wrong in (data["word"], data.head(1)):
            for by in (None, "group"):
                with pytest.raises(TypeError, match=r"expected a dask.dataframe.DataFrame, not"):
                    function(wrong, "word", by=by)
        for several in (["word"], ["word", "group"]):
            for by in (None, "even"):
                with pytest.raises(TypeError, match="not the name of one column"):
                    function(data, several, by=by)
        with pytest.raises(KeyError, match="absent"):
            function(data, "absent")
        for by in (["group", "group"], [], "sketch", ["estimate"]):
            with pytest.raises(ValueError, match="by"):
                function(data, "word", by=by)


def test_page():
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 3
