"""Approximate distinct counts of Spark data frames, by Arrow batches and grouped merges.

docs/spark.md has a complete example. The executors need cvmcount and pyarrow, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Unpack

from cvmcount._engines import partials
from cvmcount._sketch import CVMSketch

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyspark.sql import Column, DataFrame, types
except ImportError as error:
    raise ImportError(
        f"cvmcount.spark needs PySpark and pyarrow ({error}): pip install 'pyspark[sql]'"
    ) from error

from cvmcount._engines.arrow import partial_sketches, with_estimates

__all__ = ["count_approx", "sample", "sketches"]

SKETCH_FIELD = types.StructField("sketch", types.BinaryType())
ESTIMATE_FIELDS = [
    types.StructField(name, kind)
    for name, kind in zip(
        partials.ESTIMATES, (types.DoubleType(), types.LongType(), types.LongType()), strict=True
    )
]
NOT_GROUPED = (types.ArrayType, types.MapType, types.StructType, types.VariantType)


def count_approx(
    frame: DataFrame,
    column: str | Column,
    *,
    by: str | Column | list[str | Column] | None = None,
    **settings: Unpack[partials.Settings],
) -> int | DataFrame:
    """The approximate number of distinct elements of a column.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        The data.
    column : str or Column
        The column to count. Missing values are skipped unless `dropna=False`.
    by : str or Column, or list of such, optional
        Columns to group by, of no nested or variant type. Missing values are a group of their own.
    **settings
        epsilon, delta, capacity, seed and dropna, as for `CVMSketch`.

    Returns
    -------
    int or DataFrame
        An int, by an action, of which one sketch comes to the driver. With `by` a DataFrame, made
        when it is used, with one row for each group: the columns of `by`, then `estimate` (double),
        `low` and `high` (bigint, the 95 % interval).

    Raises
    ------
    TypeError, ValueError
        Before any job starts, if a setting is wrong or such sketches do not merge (coins="fresh"),
        if the frame is a stream, if `column` is several, or if `by` has such a type, or a name
        twice or that of a result.

    Notes
    -----
    *Reproducibility*: the result does not depend on partitions, executors or retried tasks: it is
    that of merging on one machine after `CVMSketch.forget_history`. *Cost*: for each partition and
    group a sketch in memory that grows with what it has seen, 256 MB for all of a task, beside 16
    MB of rows; and its bytes to be shuffled: 8 for each element that it retains, and 72 to 96 more.
    """
    found, names = _sketches(frame, column, by, settings)
    if not names:
        return partials.count_of(found.collect()[0]["sketch"])
    schema = types.StructType([*found.schema.fields[:-1], *ESTIMATE_FIELDS])
    return found.mapInArrow(_with_estimates, schema).toDF(*names, *partials.ESTIMATES)


def sketches(
    frame: DataFrame,
    column: str | Column,
    *,
    by: str | Column | list[str | Column] | None = None,
    **settings: Unpack[partials.Settings],
) -> DataFrame:
    """The sketches themselves, to be kept and merged later.

    Parameters are those of `count_approx`.

    Returns
    -------
    DataFrame
        The columns of `by`, then `sketch` (binary), what `CVMSketch.to_bytes` gives. Without `by`
        it has one row.
    """
    found, names = _sketches(frame, column, by, settings)
    return found.toDF(*names, "sketch")


def sample(
    frame: DataFrame, column: str | Column, **settings: Unpack[partials.Settings]
) -> DataFrame:
    """A uniform sample of the distinct elements of a column, by an action.

    Parameters
    ----------
    frame, column
        As for `count_approx`.
    **settings
        Likewise. Without `keep="items"` the exact number of occurrences is counted, too; the sample
        has one element less than `capacity`, or all.

    Returns
    -------
    DataFrame
        `item`, of the type of the column, and `count` (bigint).
    """
    settings = partials.sample_settings(settings)
    found, _ = _sketches(frame, column, None, settings)
    columns = partials.sample_of(found.collect()[0]["sketch"])
    kind = frame.select(column).schema.fields[0].dataType
    types_of = {"item": kind, "count": types.LongType()}
    schema = types.StructType([types.StructField(name, types_of[name]) for name in columns])
    rows = list(zip(*columns.values(), strict=True))
    return frame.sparkSession.createDataFrame(rows, schema)


def _sketches(
    frame: DataFrame, column: Any, by: Any, settings: partials.Settings
) -> tuple[DataFrame, list[str]]:
    """The result but for the names of its keys, and those.

    mapInArrow and groupBy would read a name such as `a.b` as a field of a struct.
    """
    partials.check_frame(frame, DataFrame, "pyspark.sql.DataFrame")
    if frame.isStreaming:
        raise ValueError("a stream has no end: take the sketches of each batch in foreachBatch")
    empty = partials.empty_sketch(settings)
    if len(several := frame.select(column).columns) > 1:
        raise ValueError(f"column: there are several, {', '.join(several)}")
    rows = frame.select(*partials.as_list(by), column)
    names = rows.columns[:-1]
    same_case = frame.sparkSession.conf.get("spark.sql.caseSensitive") == "true"
    partials.check_names(names if same_case else [name.lower() for name in names])
    for field in rows.schema.fields[:-1]:
        if isinstance(field.dataType, NOT_GROUPED):
            kind = field.dataType.typeName()
            raise TypeError(f"by: {field.name!r} is of the type {kind}, which makes no groups")
    keys = [f"key{number}" for number in range(len(names))]
    rows = rows.toDF(*keys, "item")
    schema = types.StructType([*rows.schema.fields[:-1], SKETCH_FIELD])
    sketch = partial(
        partial_sketches if keys else _partial_sketch,
        empty=empty,
        binary=_binary_type(frame.sparkSession),
    )
    parts = rows.mapInArrow(sketch, schema)
    if not keys:  # one more, because there may be no partition
        parts = parts.union(frame.sparkSession.createDataFrame([(empty,)], schema))
    return parts.groupBy(*keys).applyInArrow(_merge, schema), names


def _binary_type(session: Any) -> pa.DataType:
    """Arrow's type of what Spark takes back as binary."""
    large = session.conf.get("spark.sql.execution.arrow.useLargeVarTypes", "false")
    return pa.large_binary() if large == "true" else pa.binary()


def _partial_sketch(
    batches: Iterator[pa.RecordBatch], empty: bytes, binary: pa.DataType
) -> Iterator[pa.RecordBatch]:
    sketch = CVMSketch.from_bytes(empty)
    for batch in batches:
        sketch.update(batch.column(0))
    yield pa.record_batch([pa.array([partials.sketch_bytes(sketch)], binary)], ["sketch"])


def _merge(
    key: tuple[pa.Scalar, ...], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows of one group, of which no more than a batch is in memory, to one row."""
    merged: list[bytes] = []
    for batch in batches:
        merged = [partials.merged([*merged, *batch.column("sketch").to_pylist()])]
    sketch = pa.array(merged, batch.schema.field("sketch").type)
    yield pa.record_batch([*map(_as_array, key), sketch], batch.schema.names)


def _as_array(key: pa.Scalar) -> pa.Array:
    """One value of a key, as applyInArrow takes it back."""
    one = pa.repeat(key, 1)
    if pa.types.is_timestamp(key.type) and key.type.tz:
        return one.cast(pa.timestamp(key.type.unit, "UTC"))  # handed out in the session's zone
    if pa.types.is_floating(key.type):
        return pc.add(one, pa.scalar(0, key.type))  # 0.0 and -0.0 are one key, and that is 0.0
    return one


def _with_estimates(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from with_estimates(pa.Table.from_batches([batch])).to_batches()
