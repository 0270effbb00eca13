"""The one-call face: count what a container, or a column of a frame, holds."""

import sys

from cvmcount._sketch import CVMSketch


def count_approx(
    items,
    epsilon=None,
    delta=0.001,
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
        As for `CVMSketch.update`: also one column of pandas, Polars, DuckDB or pyarrow.
    epsilon : float or str
        By default 0.05; with `by`, what a capacity of 1024 reaches. Of a frame, the name of the
        column to be counted stands here.
    by : container of keys, tuple of such, name or list of names, optional
        As many keys as there are items, as for `CVMGroups.update`; of a frame, the columns to group
        by.
    delta, capacity, coins, seed, dropna
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
    frame = None
    settings = {"delta": delta, "capacity": capacity, "seed": seed, "dropna": dropna}
    if isinstance(epsilon, str):
        frame, column, epsilon = _Frame(items), epsilon, None
        items = frame.column("column", column)
    if epsilon is not None:
        settings["epsilon"] = epsilon
    if by is None:
        sketch = CVMSketch(coins=coins, **settings)
        sketch.update(items, workers=workers, progress=progress)
        return sketch.count()
    if coins != "hashed":
        raise ValueError("by needs coins='hashed'")
    from cvmcount._groups import CVMGroups  # few programs need it

    groups = CVMGroups(**settings)
    if frame is None:
        groups.update(_keys(items, by), items, workers=workers, progress=progress)
        return groups.estimates()
    names = list(by) if isinstance(by, list | tuple) else [by]
    if not names:
        raise ValueError("by names no column: leave it out to count without groups")
    keys = [frame.column("by", name) for name in names]
    groups.update(
        tuple(keys) if len(keys) > 1 else keys[0], items, workers=workers, progress=progress
    )
    return frame.of(groups.estimates(), names)


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
                "epsilon must be a number, or the name of a column of a table of pandas, Polars, "
                f"pyarrow or DuckDB, and the items are a {type(frame).__name__}"
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
        if names.count(name) != 1:
            which = "has no" if name not in names else "has more than one"
            raise ValueError(f"{argument}: the frame {which} column {name!r}, among {names}")
        return self._table[name]

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
