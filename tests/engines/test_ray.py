"""A red run means that Ray counts otherwise than one machine does, or not at all."""

import doctest
import os
from pathlib import Path

import pyarrow as pa
import pytest
import ray
from ray.data.aggregate import Count

import engine_cases as cases
from cvmcount import CVMSketch
from cvmcount.ray import DistinctSketch, count_approx, sample, sketches

PAGE = Path(__file__).parents[2] / "docs" / "ray.md"


@pytest.fixture(scope="module", autouse=True)
def cluster(workers_directory):
    memory = 200 * 2**20
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=memory,
        logging_level="error",
        _node_ip_address="127.0.0.1",
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def dataset(partitions):
    return ray.data.from_arrow(cases.table()).repartition(partitions)


def rows(found):
    return [tuple(row.values()) for row in found.take_all()]


@pytest.mark.parametrize("partitions", cases.PARTITIONS)
@pytest.mark.parametrize(("column", "by"), cases.CASES)
def test_the_sketches_are_those_of_one_machine(column, by, partitions):
    found = sketches(dataset(partitions), column, by=by, **cases.SETTINGS)
    cases.check_sketches(rows(found), column, by)


@pytest.mark.parametrize("column", ["number", "word"])
def test_estimates(column):
    cases.check_count(count_approx(dataset(3), column, **cases.SETTINGS), column)
    found = count_approx(dataset(3), column, by="group", **cases.SETTINGS)
    assert found.schema().names == ["group", "estimate", "low", "high"]
    cases.check_estimates(rows(found), column, "group")


@pytest.mark.parametrize("column", ["number", "word"])
def test_samples(column):
    found = sample(dataset(3), column, **cases.SETTINGS)
    assert found.schema().types[0] == cases.table().schema.field(column).type
    cases.check_sample(rows(found), column)
    items = sample(dataset(3), column, keep="items", **cases.SETTINGS)
    assert items.schema().names == ["item"]
    with pytest.raises(ValueError, match="keep"):
        sample(dataset(3), column, keep=None)


def test_blocks_without_rows():
    few = dataset(7).filter(lambda row: 9000 < row["id"] < 9100)
    assert count_approx(few, "id") == 99
    none = dataset(7).filter(lambda row: row["id"] < 0)
    assert count_approx(none, "id") == 0
    assert len(rows(sketches(none, "id"))) == 1
    assert rows(count_approx(none, "id", by="group")) == []
    assert count_approx(ray.data.from_items([]), "id") == 0


def test_blocks_of_pandas():
    data = ray.data.from_pandas(cases.table().to_pandas(types_mapper=None)).repartition(3)
    cases.check_count(count_approx(data, "word", **cases.SETTINGS), "word")
    found = sketches(data, "word", by="even", **cases.SETTINGS)
    cases.check_sketches(rows(found), "word", "even")


def test_a_killed_worker_changes_nothing(once):
    def kill_once(batch):
        if 10_000 in batch["id"].to_pylist() and once():
            os._exit(1)
        return batch

    killing = dataset(7).map_batches(kill_once, batch_format="pyarrow")
    found = rows(sketches(killing, "word", by="group", **cases.SETTINGS))
    assert not once()
    cases.check_sketches(found, "word", "group")


def test_beside_other_aggregations():
    sketch = DistinctSketch("word", name="words", **cases.SETTINGS)
    found = dataset(3).groupby("even").aggregate(Count(), sketch).take_all()
    assert [row["count()"] for row in found] == [10_000, 10_000]
    cases.check_sketches([(row["even"], row["words"]) for row in found], "word", "even")


def test_a_seed_that_is_drawn_is_one_for_all_parts():
    found = sketches(dataset(3), "word", by="even", seed=None).take_all()
    assert len({CVMSketch.from_bytes(row["sketch"]).seed for row in found}) == 1
    counts = {row["even"]: CVMSketch.from_bytes(row["sketch"]).items_seen for row in found}
    expected = cases.expected("word", "even")
    assert counts == {even: one.items_seen for (even,), one in expected.items()}


def test_wrong_arguments_are_found_at_once():
    data = ray.data.from_arrow(pa.table({"group": [1], "word": ["a"]}))
    for function in (count_approx, sketches):
        cases.check_wrong_settings(function, data)
        with pytest.raises(TypeError, match=r"the column must be a str, not \['word'\]"):
            function(data, ["word"])
        for by in (None, "group"):
            with pytest.raises(TypeError, match=r"expected a ray\.data\.Dataset, not a .*Table"):
                function(cases.table(), "word", by=by)
        with pytest.raises(ValueError, match="absent"):
            function(data, "absent")
        with pytest.raises(ValueError, match="no column 'absent': the dataset has group, word"):
            function(data, "word", by="absent")
        for by in (["group", "group"], [], "sketch", ["estimate"]):
            with pytest.raises(ValueError, match="by"):
                function(data, "word", by=by)


def test_sketches_are_kept_in_files(tmp_path):
    sketches(dataset(3), "word", by="group", **cases.SETTINGS).write_parquet(str(tmp_path))
    kept = CVMSketch(**cases.SETTINGS)
    for row in ray.data.read_parquet(str(tmp_path)).take_all():
        kept.merge(CVMSketch.from_bytes(row["sketch"]))
    assert kept == cases.expected("word", None)[()]


def test_page():
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 3
