"""What every engine must count alike: a table, and its sketches as one machine makes them."""

import random
from collections import defaultdict

import pyarrow as pa
import pytest

from cvmcount import CVMSketch

SETTINGS = {"capacity": 200, "seed": 5}
PARTITIONS = [1, 2, 7]
CASES = [  # column and by
    ("number", None),
    ("word", None),
    ("word", "group"),
    ("number", ["group", "even"]),
]


def table():
    """20,000 rows, a tenth of the items missing.

    Of the groups, one has nine tenths of the rows, some have one each, one has only missing items,
    and one is that of missing keys.
    """
    draw = random.Random(1)
    rows = []
    for number in range(20_000):
        item = draw.randrange(6000) if draw.random() < 0.9 else None
        group = "large" if draw.random() < 0.9 else draw.choice(["middle", None, "nothing"])
        group = f"one {number}" if number % 4000 == 0 else group
        item = None if group == "nothing" else item
        word = None if item is None else f"wörd {item}"
        rows.append(
            {"id": number, "group": group, "even": number % 2, "number": item, "word": word}
        )
    return pa.Table.from_pylist(rows)


def merged_on_one_machine(items):
    """In three parts, so that the estimate is that of a merge."""
    union = CVMSketch(**SETTINGS)
    parts = [CVMSketch(**SETTINGS) for _ in range(3)]
    for number, part in enumerate(parts):
        part.update(items[number::3])
    union.merge(*parts)
    union.forget_history()  # if all were in one part
    return union


def expected(column, by):
    """A sketch by key, which is the tuple of the values of the columns in by."""
    names = [by] if isinstance(by, str) else by or []
    items = defaultdict(list)
    for row in table().to_pylist():
        items[tuple(row[name] for name in names)].append(row[column])
    return {key: merged_on_one_machine(some) for key, some in items.items()}


def check_sketches(rows, column, by):
    """Rows of values of by and the bytes of a sketch."""
    found = {tuple(key): bytes(sketch) for *key, sketch in rows}
    assert found == {key: sketch.to_bytes() for key, sketch in expected(column, by).items()}
    assert len(found) == len(rows)


def check_estimates(rows, column, by):
    """Rows of values of by, estimate, low, high."""
    found = {tuple(key): (estimate, low, high) for *key, estimate, low, high in rows}
    sketches = expected(column, by)
    assert found == {key: (sketch.count(), *sketch.interval()) for key, sketch in sketches.items()}
    assert len(found) == len(rows)


def check_count(count, column):
    """An int, rounded; the sketches are sampled, or nothing here would be tested."""
    (sketch,) = expected(column, None).values()
    assert type(count) is int
    assert count == sketch.count()
    assert not sketch.is_exact


def check_sample(rows, column):
    """Rows of item and count: those of one machine, of elements that came again and again."""
    one = CVMSketch(**SETTINGS, keep="summaries")
    one.update([row[column] for row in table().to_pylist()])
    assert sorted(rows) == sorted((row.item, row.count) for row in one.sample())
    assert len(rows) == SETTINGS["capacity"] - 1


def check_wrong_settings(function, data):
    """Of count_approx or sketches, on data with the columns word and group."""
    with pytest.raises(ValueError, match=r"cannot be merged.*Use coins='hashed'"):
        function(data, "word", coins="fresh")
    with pytest.raises(ValueError, match="epsilon"):
        function(data, "word", by="group", epsilon=2)
    with pytest.raises(TypeError, match="seed"):
        function(data, "word", seed="a")
    with pytest.raises(ValueError, match="keep"):
        function(data, "word", keep="everything")
    with pytest.raises(TypeError, match="'workers' is no setting"):
        function(data, "word", workers=2)
