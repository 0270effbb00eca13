"""Approximate distinct counts of Dask data frames, by Dask's own reductions and aggregations.

docs/dask.md has a complete example. The workers need cvmcount, too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from cvmcount._engines import partials

try:
    import dask.dataframe as dd
    import pandas as pd
    import pyarrow as pa
except ImportError as error:
    raise ImportError(
        f"cvmcount.dask needs Dask's data frames ({error}): pip install 'dask[dataframe]' pyarrow"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["count_approx", "sample", "sketches"]

SKETCHES = pd.ArrowDtype(pa.binary())
THE_SERIES = "the series itself"


def count_approx(
    frame: dd.DataFrame | dd.Series,
    column: Hashable = THE_SERIES,
    *,
    by: Any = None,
    **settings: Unpack[partials.Settings],
) -> Any:
    """The approximate number of distinct elements of a column, lazily.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame or Series
        The data. Of a Series, leave the column out.
    column : name
        The column to count. Missing values are skipped unless `dropna=False`.
    by : name or list of names, optional
        Columns to group by. Missing values are a group of their own.
    **settings
        epsilon, delta, capacity, seed, dropna and keep, as for `CVMSketch`.

    Returns
    -------
    dask Scalar or dask.dataframe.DataFrame
        `.compute()` gives an int; with `by`, a frame with one row for each group: the columns of
        `by`, then `estimate` (float), `low` and `high` (ints, the 95 % interval). Rows come in no
        particular order.

    Raises
    ------
    TypeError, ValueError
        At once, if a setting is wrong or such sketches do not merge (coins="fresh"), or if `by` has
        a name twice or that of a result.

    Notes
    -----
    *Reproducibility*: the result does not depend on partitions, workers or retries: it is that of
    merging on one machine after `CVMSketch.forget_history`. *Cost*: for each partition and group a
    sketch in memory that grows with what it has seen, and its bytes to be sent: 8 for each element
    that it retains, and 72 to 96 more. They are merged eight at a time (`split_every` of Dask).
    """
    if isinstance(frame, dd.Series) and column is THE_SERIES:
        if by is not None:
            raise ValueError("by needs a data frame: a series has no other columns")
        frame, column = frame.to_frame("item"), "item"
    if by is None:
        return _reduced(frame, column, settings, _count, 0)
    found = sketches(frame, column, by=by, **settings)
    return found.map_partitions(_with_estimates, meta=_with_estimates(found._meta))


def sketches(
    frame: dd.DataFrame,
    column: Hashable,
    *,
    by: Any = None,
    **settings: Unpack[partials.Settings],
) -> dd.DataFrame:
    """The sketches themselves, to be kept and merged later.

    Parameters are those of `count_approx`.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns of `by`, then `sketch` (Arrow's binary type), what `CVMSketch.to_bytes` gives.
        Without `by` it has one row.
    """
    if by is None:
        return _reduced(frame, column, settings, _merge, _as_frame([]))
    empty = _checked(frame, column, settings)
    names = partials.as_list(by)
    partials.check_names(names)
    sketch = dd.Aggregation(
        "sketch",
        chunk=partial(_partials_by_group, empty=empty),
        agg=_merged_by_group,
    )
    grouped = frame.groupby(names, dropna=False, observed=True, sort=False)
    return grouped.agg(sketch=(column, sketch)).reset_index()


def sample(
    frame: dd.DataFrame, column: Hashable, **settings: Unpack[partials.Settings]
) -> dd.DataFrame:
    """A uniform sample of the distinct elements of a column, lazily.

    Parameters
    ----------
    frame, column
        As for `count_approx`.
    **settings
        Likewise. Without `keep="items"` the exact number of occurrences is counted, too; the sample
        has one element less than `capacity`, or all.

    Returns
    -------
    dask.dataframe.DataFrame
        `item`, of the type of the column, and `count` (int).
    """
    settings = partials.sample_settings(settings)
    dtype = frame._meta[column].dtype if isinstance(frame, dd.DataFrame) else object
    return _reduced(
        frame,
        column,
        settings,
        partial(_sample, dtype=dtype),
        _sample_frame(partials.sample_of(partials.empty_sketch(settings)), dtype),
    )


def _sample(parts: pd.DataFrame, dtype: Any) -> pd.DataFrame:
    return _sample_frame(partials.sample_of(partials.merged(parts["sketch"])), dtype)


def _sample_frame(columns: dict[str, list], dtype: Any) -> pd.DataFrame:
    types = {"item": dtype, "count": "int64"}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=types[name]) for name, values in columns.items()}
    )


def _checked(frame: Any, column: Any, settings: partials.Settings) -> bytes:
    """The settings, as an empty sketch."""
    partials.check_frame(frame, dd.DataFrame, "dask.dataframe.DataFrame")
    if frame[column].ndim != 1:
        raise TypeError(f"column: {column!r} is not the name of one column")
    return partials.empty_sketch(settings)


def _reduced(
    frame: Any, column: Any, settings: partials.Settings, aggregate: Any, meta: Any
) -> Any:
    sketch = partial(_sketch, empty=_checked(frame, column, settings))
    return frame[column].reduction(sketch, combine=_merge, aggregate=aggregate, meta=meta)


def _as_frame(sketches: list[bytes]) -> pd.DataFrame:
    return pd.DataFrame({"sketch": pd.Series(sketches, dtype=SKETCHES)})


def _sketch(series: pd.Series, empty: bytes) -> pd.DataFrame:
    return _as_frame([partials.sketch_of(series, empty)])


def _partials_by_group(grouped: Any, empty: bytes) -> pd.Series:
    items = grouped.obj
    objects = items.dtype == object
    # Dask finds the type of the result by two rows of its own, in which an object is object().
    if objects and len(items) <= 2 and set(map(type, items)) == {object}:
        items = items.head(0)
    groups = partials.PartialGroups(empty, objects)
    groups.update(grouped.ngroup().to_numpy()[: len(items)], items)
    return _series_by_group(grouped, groups.sketch if len(items) else lambda _: empty)


def _merged_by_group(grouped: Any) -> pd.Series:
    parts: dict[int, list[bytes]] = {}
    for number, sketch in zip(grouped.ngroup(), grouped.obj, strict=True):
        parts.setdefault(number, []).append(sketch)
    return _series_by_group(grouped, lambda number: partials.merged(parts[number]))


def _series_by_group(grouped: Any, sketch_of: Callable[[int], bytes]) -> pd.Series:
    index = grouped.size().index
    return pd.Series(map(sketch_of, range(len(index))), index=index, dtype=SKETCHES)


def _merge(parts: pd.DataFrame) -> pd.DataFrame:
    return _as_frame([partials.merged(parts["sketch"])])


def _count(parts: pd.DataFrame) -> int:
    return partials.count_of(partials.merged(parts["sketch"]))


def _with_estimates(found: pd.DataFrame) -> pd.DataFrame:
    rows = [partials.estimate_of(sketch) for sketch in found["sketch"]]
    estimates = pd.DataFrame(rows, columns=partials.ESTIMATES, index=found.index)
    types = {"estimate": "float64", "low": "int64", "high": "int64"}
    return found.drop(columns="sketch").join(estimates.astype(types))
