"""The one-call face: count what a container, or a column of a frame, holds."""

import sys

from cvmcount._sketch import CVMSketch


def count_approx(
    items,
    column=None,
    epsilon=None,
    delta=None,
    *,
    by=None,
    capacity=None,
    coins="hashed",
    seed=0,
    dropna=True,
    workers=1,
    progress=False,
):
    """The approximate number of distinct elements of an iterable, array or column, as an int; with
    `by` that of each key.

    Exact as long as the distinct elements fit in the buffer. Beyond that, off by more than a
    fraction `epsilon` with a probability of at most `delta`. Never more than the number of items.

    `count_approx(frame, "user")` counts a column of a pandas, Polars, pyarrow or DuckDB table, and
    `count_approx(frame, "user", by="day")` gives a frame of the same library, with a row for each
    day.

    Parameters
    ----------
    items : iterable, buffer or Arrow data
        As for `CVMSketch.update`: also one column of pandas, Polars, DuckDB or pyarrow. Or a table
        of these, with the name of a column.
    column : str, optional
        The column of a table that is counted. Other items have none: `count_approx(items, 0.01)`
        means epsilon, and `count_approx(items, 0.01, 0.001)` delta, too.
    epsilon : float, optional
        By default 0.05; with `by`, what a capacity of 1024 for each key reaches: a standard error
        of 2.2 %.
    delta : float, optional
        By default 0.001.
    by : container of keys, tuple of such, name or list of names, optional
        As many keys as there are items, as for `CVMGroups.update`. Of a table, the columns to group
        by: their names, or columns such as `frame["time"].dt.date`.
    capacity, coins, seed, dropna
        As for `CVMSketch`. Checked before any item is read. Keys need hashed coins.
    workers, progress
        As for `CVMSketch.update`.

    Returns
    -------
    int, GroupCounts or a frame
        With `by`, the columns of the keys, then `estimate`, `low` and `high`, the 95 % interval of
        each row, in the order in which keys first came.

    Raises
    ------
    TypeError, ValueError, and others
        As `CVMSketch` and `CVMSketch.update`; with `by`, as `CVMGroups.update`.

    Notes
    -----
    *Thread safety*: safe. *Reproducibility, cost and source*: as for `CVMSketch` and `CVMGroups`;
    memory does not grow with the number of items.

    Examples
    --------
    >>> count_approx(["to", "be", "or", "not", "to", "be"])
    4
    >>> count_approx(i % 20_000 for i in range(100_000))
    19997
    >>> count_approx(["ada", "bob", "ada"], by=["home", "home", "about"]).to_dict()
    {'home': 2, 'about': 1}
    """
    if column is not None and not isinstance(column, str):
        column, epsilon, delta = None, *_accuracy(column, epsilon, delta)
    settings = {"capacity": capacity, "seed": seed, "dropna": dropna}
    settings |= {"epsilon": epsilon} if epsilon is not None else {}
    settings |= {"delta": delta} if delta is not None else {}
    frame = None if column is None else _Frame(items)
    if frame is not None:
        items = frame.column("column", column)
    if by is None:
        sketch = CVMSketch(coins=coins, **settings)
        sketch.update(items, workers=workers, progress=progress)
        return sketch.count()
    if coins != "hashed":
        raise ValueError("by needs coins='hashed'")
    from cvmcount._groups import CVMGroups  # few programs need it

    keys, names = (_keys(items, by), None) if frame is None else frame.keys(by)
    groups = CVMGroups(**settings)
    groups.update(keys, items, workers=workers, progress=progress)
    return groups.estimates() if frame is None else frame.of(groups.estimates(), names)


def _accuracy(first, second, third):
    """What numbers mean that stand where a column would: epsilon and delta."""
    if isinstance(first, list | tuple):
        raise TypeError(
            f"column must be the name of one column, not {first!r}: rows of several are tuples, "
            "as of zip(frame['a'], frame['b'])"
        )
    if second is None:
        return first, third
    if third is None:
        return first, second
    raise TypeError("epsilon is given twice")


def _keys(items, by):
    if isinstance(by, str) or (isinstance(by, list) and by and _Frame.kind_of(items) is not None):
        raise TypeError(
            "by must be as many keys as there are items; of a frame, write the column between: "
            "count_approx(frame, 'column', by='key')"
        )
    return by


class _Frame:
    """A table of a data frame library: its columns by name, and a result of the same kind."""

    _KINDS = (
        ("pandas", "DataFrame"),
        ("polars", "DataFrame"),
        ("pyarrow", "Table"),
        ("pyarrow", "RecordBatch"),
        ("duckdb", "DuckDBPyRelation"),
    )

    def __init__(self, frame):
        self._library = self.kind_of(frame)
        if self._library is None:
            raise TypeError(
                "column names one of a table of pandas, Polars, pyarrow or DuckDB, and items are a "
                f"{type(frame).__name__}"
                + (": pass items.collect()" if hasattr(frame, "collect") else "")
            )
        self._table = frame.to_arrow_table() if self._library == "duckdb" else frame

    @classmethod
    def kind_of(cls, frame):
        """The library of a frame, or None."""
        for library, name in cls._KINDS:
            kind = getattr(sys.modules.get(library), name, None)
            if isinstance(kind, type) and isinstance(frame, kind):
                return library
        return None

    def column(self, argument, name):
        table = self._table
        names = list(table.column_names if hasattr(table, "column_names") else table.columns)
        if type(name).__hash__ is None or hasattr(name, "meta"):  # expressions compare to others
            raise TypeError(
                f"{argument} must be names of columns, or columns, not {type(name).__name__}"
            )
        if names.count(name) != 1:
            which = "has no" if name not in names else "has more than one"
            raise ValueError(f"{argument}: the frame {which} column {name!r}, among {names}")
        return self._table[name]

    def keys(self, by):
        """The key column, or a tuple of several, and their names."""
        keys = list(by) if isinstance(by, list | tuple) else [by]
        if not keys:
            raise ValueError("by names no column: leave it out to count without groups")
        columns, names = [], []
        for place, key in enumerate(keys):
            if isinstance(key, str) or not hasattr(key, "__len__"):
                columns.append(self.column("by", key))
                names.append(key)
            else:
                columns.append(key)
                name = getattr(key, "name", None)
                names.append(name if isinstance(name, str) and name else f"key{place}")
        return columns[0] if len(columns) == 1 else tuple(columns), names

    def of(self, counts, names):
        """The counts as a frame of this library."""
        counts = counts.with_key_names(names)
        if self._library == "pandas":
            return sys.modules["pandas"].DataFrame(counts.to_pydict())
        if self._library == "polars":
            return sys.modules["polars"].DataFrame(counts)
        table = sys.modules["pyarrow"].table(counts)
        if self._library == "duckdb":
            return sys.modules["duckdb"].from_arrow(table)
        return table
