"""What the adapters for Spark, Dask and Ray share: sketches of parts, as bytes.

Each worker makes a partial sketch of its part, or one for each group there, and partial sketches
are merged wherever the engine brings them together. The settings travel as an empty sketch.

No partial sketch keeps its history: the result must depend neither on how an engine happens to
divide the data nor on the order in which rows arrive, which may differ when a task is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypedDict

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


def merged(sketches: Iterable[bytes]) -> bytes:
    """The union of one or several."""
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
