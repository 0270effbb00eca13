"""What the adapters for Spark, Dask and Ray share: sketches of parts, as bytes.

Each worker makes a partial sketch of its part, or one for each group there, and partial sketches
are merged wherever the engine brings them together. The settings travel as an empty sketch.

No partial sketch keeps its history: the result must depend neither on how an engine happens to
divide the data nor on the order in which rows arrive, which may differ when a task is run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypedDict

from cvmcount._groups import CVMGroups
from cvmcount._sketch import CVMSketch

ESTIMATES = ("estimate", "low", "high")


class Settings(TypedDict, total=False):
    """As for CVMSketch."""

    epsilon: SupportsFloat
    delta: SupportsFloat
    capacity: SupportsIndex | None
    coins: Literal["hashed"]
    seed: SupportsIndex | None
    dropna: bool
    keep: Literal["items", "summaries"] | None


def empty_sketch(settings: Settings) -> bytes:
    """The settings, checked before any work is handed out."""
    if unknown := settings.keys() - Settings.__annotations__.keys():
        known = ", ".join(Settings.__annotations__)
        raise TypeError(f"{min(unknown)!r} is no setting of a sketch in an engine: {known}")
    sketch = CVMSketch(**settings)
    sketch.merge(sketch)  # a ValueError with the reason if such sketches do not merge
    return sketch.to_bytes()


def check_frame(frame: Any, kind: type, name: str) -> None:
    if not isinstance(frame, kind):
        found = type(frame)
        raise TypeError(f"expected a {name}, not a {found.__module__}.{found.__qualname__}")


def as_list(by: Any) -> list:
    """The columns to group by, none or several."""
    if by is None:
        return []
    columns = list(by) if isinstance(by, list | tuple) else [by]
    if not columns:
        raise ValueError("by names no column: leave it out to count without groups")
    return columns


def check_names(names: Sequence) -> None:
    """A result has the columns of `by` and its own, each under a name of its own."""
    for name in names:
        if names.count(name) > 1 or name in ("sketch", *ESTIMATES):
            raise ValueError(f"by: a result cannot have two columns named {name!r}")


def sketch_of(items: Any, empty: bytes) -> bytes:
    """The partial sketch of a column, or of a part of one."""
    sketch = CVMSketch.from_bytes(empty)
    sketch.update(items)
    return sketch_bytes(sketch)


def sketch_bytes(sketch: CVMSketch) -> bytes:
    sketch.forget_history()
    return sketch.to_bytes()


class PartialGroups:
    """The partial sketches of groups that have numbers, from 0 on.

    They are counted together; but where a sketch keeps items or has less than the least capacity
    of groups, or where items may be objects that only Python can identify, each has one of its own.
    """

    def __init__(self, empty: bytes, objects: bool = False) -> None:
        self._empty = empty
        like = CVMSketch.from_bytes(empty)
        self._together: CVMGroups | None = None
        self._sketches: dict[int, CVMSketch] = {}
        if like.keep is None and not objects:
            with suppress(ValueError):  # of a capacity that is too small
                self._together = CVMGroups(**_settings_of(like))

    def update(self, numbers: Any, items: Any) -> None:
        """Take items, of which each has the number of its group in an array of NumPy."""
        if self._together is not None:
            self._together.update(numbers, items)
            return
        order = numbers.argsort(kind="stable")
        ends = (numbers[order][1:] != numbers[order][:-1]).nonzero()[0] + 1
        for begin, end in pairwise([0, *ends.tolist(), len(order)] if len(order) else []):
            number = int(numbers[order[begin]])
            if number not in self._sketches:
                self._sketches[number] = CVMSketch.from_bytes(self._empty)
            self._sketches[number].update(items.take(order[begin:end]))

    def memory(self) -> int:
        if self._together is not None:
            return self._together.nbytes
        return sum(sketch.nbytes for sketch in self._sketches.values())

    def sketch(self, number: int) -> bytes:
        if self._together is None:
            return sketch_bytes(self._sketches[number])
        return sketch_bytes(self._together[number])


def _settings_of(sketch: CVMSketch) -> dict[str, Any]:
    """Those of groups whose sketches are like this one: with its capacity, or accuracy target."""
    settings = {"delta": sketch.delta, "seed": sketch.seed, "dropna": sketch.dropna}
    achieved = CVMSketch(capacity=sketch.capacity, delta=sketch.delta).epsilon
    if sketch.epsilon == achieved:
        return {"capacity": sketch.capacity, **settings}
    return {"epsilon": sketch.epsilon, **settings}


def merged(sketches: Sequence[bytes]) -> bytes:
    """The union of one or several."""
    if len(sketches) == 1:
        return bytes(sketches[0])
    first, *others = map(CVMSketch.from_bytes, sketches)
    first.merge(*others)
    return first.to_bytes()


def count_of(sketch: bytes) -> int:
    return CVMSketch.from_bytes(sketch).count()


SAMPLE = ("item", "count")


def sample_settings(settings: Settings) -> Settings:
    """Those of sketches that keep what a sample shows: summaries, unless told otherwise."""
    chosen: Settings = {"keep": "summaries", **settings}
    if chosen["keep"] is None:
        raise ValueError("keep must be 'items' or 'summaries' for a sample")
    return chosen


def sample_of(sketch: bytes) -> dict[str, list]:
    """The columns of a sample: the items and, if they were kept, the counts."""
    loaded = CVMSketch.from_bytes(sketch)
    names = SAMPLE if loaded.keep == "summaries" else SAMPLE[:1]
    columns = loaded.sample().to_pydict()
    return {name: columns[name] for name in names}


def estimate_of(sketch: bytes) -> tuple[float, int, int]:
    """The count, as the float of a column of estimates, and the ends of its 95 % interval."""
    loaded = CVMSketch.from_bytes(sketch)
    return float(loaded.count()), *loaded.interval(0.95)
