"""Partial sketches from Arrow batches and in Arrow tables, for Spark and Ray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from cvmcount._engines.partials import ESTIMATES, PartialGroups, estimate_of

ESTIMATE_TYPES = (pa.float64(), pa.int64(), pa.int64())
# With more memory than this, all sketches are handed over and begin anew: a group may come several
# times.
MOST_MEMORY = 2**28
GATHERED = 2**24  # bytes of batches
GROUPS_IN_A_BATCH = 1000


def with_estimates(found: pa.Table) -> pa.Table:
    """The table with an estimate and an interval in place of each sketch, its last column."""
    rows = [estimate_of(sketch) for sketch in found.column("sketch").to_pylist()]
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    found = found.drop_columns("sketch")
    for name, values, kind in zip(ESTIMATES, columns, ESTIMATE_TYPES, strict=True):
        found = found.append_column(name, pa.array(values, kind))
    return found


def partial_sketches(
    batches: Iterable[pa.RecordBatch], empty: bytes, binary: pa.DataType
) -> Iterator[pa.RecordBatch]:
    """One row for each group: its key and its partial sketch as bytes, of this type.

    For an engine that hands over a part of its data as a stream, all groups mixed.

    The last column of the batches is what is counted, those before it are the key: at least one,
    and none of a nested type, by which pyarrow does not group.
    """
    groups = _Groups(empty)
    for rows in _gathered(batches):
        groups.update(rows)
        if groups.memory() > MOST_MEMORY:
            yield from groups.hand_over(binary)
    yield from groups.hand_over(binary)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The batches as larger ones, because each costs some microseconds for each group in it."""
    some: list[pa.RecordBatch] = []
    memory = 0
    for batch in batches:
        some.append(batch)
        memory += batch.nbytes
        if memory >= GATHERED:
            yield pa.Table.from_batches(some)
            some, memory = [], 0
    if some:
        yield pa.Table.from_batches(some)


class _Groups:
    def __init__(self, empty: bytes) -> None:
        self._empty = empty
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[tuple, int] = {}
        self._keys: list[pa.Table] = []  # a row for each group, by rising numbers
        self._partials = PartialGroups(self._empty)

    def memory(self) -> int:
        return self._partials.memory()

    def update(self, rows: pa.Table) -> None:
        *names, last = rows.schema.names
        keys, numbers = _numbered(rows.select(names))
        known, new = [], []
        # Arrow's scalars, because Python's times have fewer years and no nanoseconds.
        for row, key in enumerate(zip(*keys.columns, strict=True)):
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers)
                new.append(row)
            known.append(self._numbers[key])
        self._keys.append(keys.take(pa.array(new, pa.int64())))
        self._partials.update(np.array(known, np.int64)[numbers], rows.column(last))

    def hand_over(self, binary: pa.DataType) -> Iterator[pa.RecordBatch]:
        if not self._keys:
            return
        keys, partials = pa.concat_tables(self._keys), self._partials
        self._begin()
        for begin in range(0, keys.num_rows, GROUPS_IN_A_BATCH):
            rows = keys.slice(begin, GROUPS_IN_A_BATCH)
            some = [partials.sketch(begin + i) for i in range(rows.num_rows)]
            rows = rows.append_column("sketch", pa.array(some, binary))
            yield from rows.combine_chunks().to_batches()


def _numbered(keys: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """The keys, each once, and for each row the number of its key among them."""
    names = keys.schema.names
    rows = keys.append_column("row", pa.array(np.arange(keys.num_rows)))
    found = rows.group_by(names, use_threads=False).aggregate([("row", "list")])
    lists = found.column("row_list").combine_chunks()
    numbers = np.empty(keys.num_rows, np.int64)
    sizes = np.diff(lists.offsets.to_numpy())
    numbers[lists.flatten().to_numpy()] = np.repeat(np.arange(len(sizes)), sizes)
    return found.select(names), numbers
