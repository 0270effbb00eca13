"""Partial sketches from Arrow batches and in Arrow tables, for Spark and Ray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyarrow as pa

from cvmcount._engines.partials import ESTIMATES, estimate_of, sketch_bytes
from cvmcount._sketch import CVMSketch

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
        self._sketches: dict[tuple, CVMSketch] = {}
        self._keys: list[pa.Table] = []  # a row for each sketch, in the same order

    def memory(self) -> int:
        return sum(sketch.nbytes for sketch in self._sketches.values())

    def update(self, rows: pa.Table) -> None:
        keys, parts = _divided(rows)
        new = []
        # Arrow's scalars, because Python's times have fewer years and no nanoseconds.
        for row, (items, *scalars) in enumerate(zip(parts, *keys.columns, strict=True)):
            key = tuple(scalars)
            if key not in self._sketches:
                self._sketches[key] = CVMSketch.from_bytes(self._empty)
                new.append(row)
            self._sketches[key].update(items)
        self._keys.append(keys.take(pa.array(new, pa.int64())))

    def hand_over(self, binary: pa.DataType) -> Iterator[pa.RecordBatch]:
        if not self._sketches:
            return
        keys = pa.concat_tables(self._keys)
        sketches = list(self._sketches.values())
        self._keys, self._sketches = [], {}
        for begin in range(0, len(sketches), GROUPS_IN_A_BATCH):
            some = [sketch_bytes(one) for one in sketches[begin : begin + GROUPS_IN_A_BATCH]]
            rows = keys.slice(begin, len(some))
            rows = rows.append_column("sketch", pa.array(some, binary))
            yield from rows.combine_chunks().to_batches()


def _divided(rows: pa.Table) -> tuple[pa.Table, list[pa.Array]]:
    """The keys, each once, and the items of each."""
    *names, last = rows.schema.names
    items = rows.column(last).combine_chunks()
    numbered = rows.select(names).append_column("row", pa.array(range(len(items)), pa.int64()))
    found = numbered.group_by(names, use_threads=False).aggregate([("row", "list")])
    order = found.column("row_list").combine_chunks()
    in_order = items.take(order.flatten())
    ends = order.offsets.to_pylist()
    return found.select(names), [in_order[begin:end] for begin, end in pairwise(ends)]
