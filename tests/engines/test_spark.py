"""A red run means that Spark counts otherwise than one machine does, or not at all."""

import doctest
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyspark
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

import engine_cases as cases
from cvmcount import CVMSketch
from cvmcount._engines import arrow
from cvmcount.spark import count_approx, sample, sketches

PAGE = Path(__file__).parents[2] / "docs" / "spark.md"


@pytest.fixture(scope="module", autouse=True)
def spark(workers_directory):
    """Two executors, each a process of its own."""
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def frame(spark, partitions):
    return spark.createDataFrame(cases.table()).repartition(partitions)


def rows(found):
    return [tuple(row) for row in found.collect()]


@pytest.mark.parametrize("partitions", cases.PARTITIONS)
@pytest.mark.parametrize(("column", "by"), cases.CASES)
def test_the_sketches_are_those_of_one_machine(spark, column, by, partitions):
    found = sketches(frame(spark, partitions), column, by=by, **cases.SETTINGS)
    cases.check_sketches(rows(found), column, by)


@pytest.mark.parametrize("column", ["number", "word"])
def test_estimates(spark, column):
    cases.check_count(count_approx(frame(spark, 3), column, **cases.SETTINGS), column)
    found = count_approx(frame(spark, 3), column, by="group", **cases.SETTINGS)
    assert found.columns == ["group", "estimate", "low", "high"]
    cases.check_estimates(rows(found), column, "group")


@pytest.mark.parametrize("column", ["number", "word"])
def test_samples(spark, column):
    data = frame(spark, 3)
    found = sample(data, column, **cases.SETTINGS)
    assert found.schema["item"].dataType == data.schema[column].dataType
    cases.check_sample(rows(found), column)
    assert sample(data, column, keep="items", **cases.SETTINGS).columns == ["item"]
    with pytest.raises(ValueError, match="keep"):
        sample(data, column, keep=None)


def test_partitions_without_rows(spark):
    data = frame(spark, 7)
    assert count_approx(data.where("id > 9000 and id < 9100"), "id") == 99
    for none in (data.where("id < 0"), spark.createDataFrame([], data.schema)):
        assert count_approx(none, "id") == 0
        assert len(rows(sketches(none, "id"))) == 1
        assert rows(count_approx(none, "id", by="group")) == []


def test_a_killed_executor_changes_nothing(spark, once):
    def kill_once(batches):
        for batch in batches:
            if 10_000 in batch["id"].to_pylist() and once():
                # This process was started by a daemon, and that by the executor.
                daemon = Path(f"/proc/{os.getppid()}/stat").read_text()
                executor = int(daemon.rsplit(")", 1)[1].split()[1])
                os.kill(executor, signal.SIGKILL)
            yield batch

    data = frame(spark, 7)
    killing = data.mapInArrow(kill_once, data.schema)
    found = rows(sketches(killing, "word", by="group", **cases.SETTINGS))
    assert not once()
    cases.check_sketches(found, "word", "group")


def test_sketches_that_need_more_memory_than_a_task_has(spark, monkeypatch):
    """Then a group has several partial sketches of one partition."""
    monkeypatch.setattr(arrow, "MOST_MEMORY", 10_000)
    monkeypatch.setattr(arrow, "GATHERED", 1)
    empty = CVMSketch(**cases.SETTINGS).to_bytes()
    batches = cases.table().select(["group", "number"]).to_batches(max_chunksize=1000)
    partials = pa.Table.from_batches(arrow.partial_sketches(batches, empty, pa.binary()))
    assert partials.num_rows > 20
    merged = {}
    for row in partials.to_pylist():
        sketch = CVMSketch.from_bytes(row["sketch"])
        merged.setdefault((row["group"],), CVMSketch(**cases.SETTINGS)).merge(sketch)
    found = [(*key, sketch.to_bytes()) for key, sketch in merged.items()]
    cases.check_sketches(found, "number", "group")


def test_small_batches_are_gathered():
    empty = CVMSketch(**cases.SETTINGS).to_bytes()
    table = cases.table().select(["group", "number"])
    nothing = pa.RecordBatch.from_pylist([], table.schema)
    batches = [nothing, *table.to_batches(max_chunksize=100), nothing]
    partials = pa.Table.from_batches(arrow.partial_sketches(batches, empty, pa.binary()))
    cases.check_sketches([tuple(row.values()) for row in partials.to_pylist()], "number", "group")
    assert [*arrow.partial_sketches([nothing], empty, pa.binary())] == []


def test_names_are_those_of_select(spark):
    data = spark.createDataFrame(cases.table())
    names = {"group": "the.group", "even": "is `even`", "number": "a number", "word": "wörd"}
    data = data.withColumnsRenamed(names)
    found = sketches(data, "a number", by=["`the.group`", "`is ``even```"], **cases.SETTINGS)
    assert found.columns == ["the.group", "is `even`", "sketch"]
    cases.check_sketches(rows(found), "number", ["group", "even"])
    found = count_approx(data, "wörd", by="wörd")  # what is counted as a key, too
    assert {(word is not None, n) for word, n, *_ in rows(found)} == {(True, 1), (False, 0)}


def test_a_stream_is_counted_batch_by_batch(spark, tmp_path):
    frame(spark, 3).write.parquet(str(tmp_path / "data"))
    stream = spark.readStream.schema(frame(spark, 1).schema).parquet(str(tmp_path / "data"))
    with pytest.raises(ValueError, match="foreachBatch"):
        sketches(stream, "word")
    found = CVMSketch(**cases.SETTINGS)

    def add(batch, _):
        sketch = sketches(batch, "word", **cases.SETTINGS).collect()[0]["sketch"]
        found.merge(CVMSketch.from_bytes(sketch))

    query = stream.writeStream.foreachBatch(add).trigger(availableNow=True).start()
    assert query.awaitTermination(60)
    assert query.exception() is None
    assert found == cases.expected("word", None)[()]


def test_spark_connect():
    """In a process of its own: one that has a session of the other kind cannot start this one."""
    code = """
from pyspark.sql import SparkSession
import engine_cases as cases
from cvmcount.spark import count_approx, sketches
spark = SparkSession.builder.remote("local[2]").getOrCreate()
frame = spark.createDataFrame(cases.table()).repartition(3)
cases.check_count(count_approx(frame, "word", **cases.SETTINGS), "word")
found = sketches(frame, "word", by="group", **cases.SETTINGS).collect()
cases.check_sketches([tuple(row) for row in found], "word", "group")
spark.stop()
print("counted")
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(cases.__file__).parent)}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1:] == ["counted"], done.stderr


def test_keys_of_many_types(spark):
    keys = ["timestamp_seconds(id % 3)", "cast(timestamp_seconds(id % 3) as timestamp_ntz)"]
    keys += ["date_from_unix_date(int(id % 3))", "id % 3 / 2", "string(id % 3)"]
    keys += ["cast(id % 3 as decimal(20, 2))", "binary(string(id % 3))", "if(id % 3 = 0, null, 1)"]
    by = [sf.expr(key).alias(f"key.{number}") for number, key in enumerate(keys)]
    by.append("even")
    item = sf.col("id") % 10
    data = frame(spark, 3)
    found = {tuple(key): estimate for *key, estimate, _, _ in rows(count_approx(data, item, by=by))}
    plain = {tuple(key): n for *key, n in rows(data.groupBy(by).agg(sf.count_distinct(item)))}
    assert found == plain
    assert len(found) == 6


def test_spark_says_which_floats_are_one_key(spark):
    nan = float("nan")
    data = [(nan, 1), (None, 2), (0.0, 3), (-0.0, 4), (nan, 5), (None, 2)]
    found = rows(
        count_approx(spark.createDataFrame(data, "key double, item int"), "item", by="key")
    )
    assert sorted((str(key), estimate) for key, estimate, *_ in found) == [
        ("0.0", 2),
        ("None", 1),
        ("nan", 2),
    ]


@pytest.mark.skipif(
    pyspark.__version__.startswith("4.1."), reason="there applyInArrow refuses large types"
)
def test_large_types_of_arrow(spark):
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    try:
        for by in (None, "group"):
            found = sketches(frame(spark, 3), "word", by=by, **cases.SETTINGS)
            cases.check_sketches(rows(found), "word", by)
    finally:
        spark.conf.unset("spark.sql.execution.arrow.useLargeVarTypes")


def test_wrong_arguments_are_found_at_once(spark):
    data = spark.createDataFrame([(1, "a", [1])], "group int, word string, list array<int>")
    data = data.withColumn("json", sf.parse_json("word"))
    for function in (count_approx, sketches):
        cases.check_wrong_settings(function, data)
        with pytest.raises(TypeError, match=r"expected a pyspark.sql.DataFrame, not a .*Table"):
            function(cases.table(), "word")
        for several in ("*", ["group", "word"]):
            with pytest.raises(ValueError, match="column: there are several, group, word"):
                function(data, several)
        with pytest.raises(Exception, match=r"UNRESOLVED_COLUMN.*absent"):
            function(data, "absent")
        for by in (["group", "group"], [], ["group", "GROUP"], sf.col("group").alias("Sketch")):
            with pytest.raises(ValueError, match="by"):
                function(data, "word", by=by)
        for name, kind in (("list", "array"), ("json", "variant")):
            with pytest.raises(TypeError, match=f"by: '{name}' is of the type {kind}"):
                function(data, "word", by=["group", name])


def test_page(spark):
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 3
