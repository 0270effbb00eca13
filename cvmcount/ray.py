"""Approximate distinct counts of Ray datasets, by Ray's own aggregations.

docs/ray.md has a complete example. The workers need cvmcount, too.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

from cvmcount._engines import partials

try:
    import pyarrow as pa
    from ray.data import Dataset, from_arrow
    from ray.data.aggregate import AggregateFnV2
except ImportError as error:
    raise ImportError(
        f"cvmcount.ray needs Ray Data ({error}): pip install 'ray[data]' pyarrow"
    ) from error

from cvmcount._engines.arrow import partial_sketches, with_estimates

__all__ = ["DistinctSketch", "count_approx", "sample", "sketches"]


class DistinctSketch(AggregateFnV2):
    """The sketch of a column as an aggregation, beside others in one pass.

    `dataset.groupby("city").aggregate(DistinctSketch("user"), Count())` gives the columns `city`,
    `sketch` (binary, what `CVMSketch.to_bytes` gives) and `count()`.

    Parameters
    ----------
    on : str
        The column.
    name : str
        Of the result.
    **settings
        epsilon, delta, capacity, seed and dropna, as for `CVMSketch`.
    """

    def __init__(
        self, on: str, name: str = "sketch", **settings: Unpack[partials.Settings]
    ) -> None:
        if not isinstance(on, str):
            raise TypeError(f"the column must be a str, not {on!r}")
        self.empty = empty = partials.empty_sketch(settings)
        super().__init__(name, lambda: empty, on=on, ignore_nulls=False)

    def aggregate_block(self, block: Any) -> bytes:
        return partials.sketch_of(block[self.get_target_column()], self.empty)

    def combine(self, current_accumulator: bytes, new: bytes) -> bytes:
        return partials.merged([current_accumulator, new])


class _Merged(DistinctSketch):
    """The merge of partial sketches."""

    def __init__(self, **settings: Unpack[partials.Settings]) -> None:
        super().__init__("sketch", **settings)

    def aggregate_block(self, block: Any) -> bytes:
        return partials.merged(pa.array(block["sketch"]).to_pylist())


def count_approx(
    dataset: Dataset,
    column: str,
    *,
    by: str | list[str] | None = None,
    **settings: Unpack[partials.Settings],
) -> int | Dataset:
    """The approximate number of distinct elements of a column.

    Parameters
    ----------
    dataset : ray.data.Dataset
        The data.
    column : str
        The column to count. Missing values are skipped unless `dropna=False`.
    by : str or list of str, optional
        Columns to group by. Missing values are a group of their own.
    **settings
        epsilon, delta, capacity, seed and dropna, as for `CVMSketch`.

    Returns
    -------
    int or ray.data.Dataset
        An int, for which the dataset is read at once. With `by` a dataset, made when it is used,
        with one row for each group: the columns of `by`, then `estimate` (float), `low` and `high`
        (ints, the 95 % interval).

    Raises
    ------
    TypeError, ValueError
        Before anything is read, if a setting is wrong or such sketches do not merge
        (coins="fresh"), if a column is missing, or if `by` has a name twice or that of a result.

    Notes
    -----
    *Reproducibility*: the result does not depend on blocks, workers or retries: it is that of
    merging on one machine after `CVMSketch.forget_history`. *Cost*: for each block and group a
    sketch in memory that grows with what it has seen, and its bytes to be sent: 8 for each element
    that it retains, and 72 to 96 more.
    """
    if by is None:
        return partials.count_of(_sketch_of_all(dataset, column, settings))
    found = sketches(dataset, column, by=by, **settings)
    return found.map_batches(with_estimates, batch_format="pyarrow")


def sketches(
    dataset: Dataset,
    column: str,
    *,
    by: str | list[str] | None = None,
    **settings: Unpack[partials.Settings],
) -> Dataset:
    """The sketches themselves, to be kept and merged later.

    Parameters are those of `count_approx`.

    Returns
    -------
    ray.data.Dataset
        The columns of `by`, then `sketch` (binary), what `CVMSketch.to_bytes` gives. Without `by`
        it has one row, for which the dataset is read at once.
    """
    if by is None:
        return from_arrow(pa.table({"sketch": [_sketch_of_all(dataset, column, settings)]}))
    names = partials.as_list(by)
    partials.check_names(names)
    _check_columns(dataset, [*names, column])
    merge = _Merged(**settings)  # seed=None is drawn once, for the parts and for what merges them
    make = partial(_partials, names=names, column=column, empty=merge.empty)
    parts = dataset.map_batches(make, batch_format="pyarrow", batch_size=None)
    return parts.groupby(names).aggregate(merge)


def sample(dataset: Dataset, column: str, **settings: Unpack[partials.Settings]) -> Dataset:
    """A uniform sample of the distinct elements of a column, for which the dataset is read at once.

    Parameters
    ----------
    dataset, column
        As for `count_approx`.
    **settings
        Likewise. Without `keep="items"` the exact number of occurrences is counted, too; the sample
        has one element less than `capacity`, or all.

    Returns
    -------
    ray.data.Dataset
        `item`, of the type of the column, and `count` (int).
    """
    settings = partials.sample_settings(settings)
    columns = partials.sample_of(_sketch_of_all(dataset, column, settings))
    schema = dataset.schema()
    kind = dict(zip(schema.names, schema.types, strict=True))[column] if schema else None
    if not isinstance(kind, pa.DataType):
        kind = None
    types = {"item": kind, "count": pa.int64()}
    return from_arrow(
        pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})
    )


def _partials(rows: pa.Table, names: list[str], column: str, empty: bytes) -> pa.Table:
    keys = [f"key{number}" for number in range(len(names))]
    items = rows.select(names).rename_columns(keys).append_column("item", rows.column(column))
    found = pa.Table.from_batches(
        partial_sketches(items.to_batches(), empty, pa.binary()),
        pa.schema([*items.schema][:-1]).append(pa.field("sketch", pa.binary())),
    )
    return found.rename_columns([*names, "sketch"])


def _check_columns(dataset: Any, names: list[str]) -> None:
    """A column that is missing is found before any work is handed out."""
    partials.check_frame(dataset, Dataset, "ray.data.Dataset")
    if (schema := dataset.schema()) is None:
        return
    for name in names:
        if isinstance(name, str) and name not in schema.names:
            known = ", ".join(schema.names)
            raise ValueError(f"there is no column {name!r}: the dataset has {known}")


def _sketch_of_all(dataset: Dataset, column: str, settings: partials.Settings) -> bytes:
    _check_columns(dataset, [column])
    found = dataset.aggregate(DistinctSketch(column, **settings))
    sketch = found and found["sketch"]  # None without rows, and found itself without columns
    return partials.empty_sketch(settings) if sketch is None else sketch
