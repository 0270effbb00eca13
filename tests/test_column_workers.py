"""A red run means that a long Arrow column counts differently with several workers, or cut into
batches, or while the sketch is cleared.

The slow twin is the same values through an iterator.
"""

import itertools
import threading
import time

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pc = pytest.importorskip("pyarrow.compute")

from agreement import fed  # noqa: E402
from cvmcount import CVMSketch  # noqa: E402

pytestmark = pytest.mark.threads
LONG = 200_000  # enough for several workers


def draws(count, end):
    return np.random.default_rng(1).integers(0, end, count)


def long_columns():
    few, many = draws(LONG, 700), draws(LONG, LONG)
    gaps = pa.array(many % 7 == 0)
    texts = pa.array([("long " * (n % 5)) + str(n) for n in many.tolist()])
    entries = pa.array([None if n == 5 else f"entry {n % 650}" for n in range(1000)])
    lists = pa.ListArray.from_arrays(
        pa.array(np.arange(0, 2 * LONG + 1, 2), pa.int32())[: LONG + 1], pa.array(np.repeat(few, 2))
    )
    columns = {
        "int64": pa.array(many),
        "int8": pa.array((few % 100).astype("i1")),
        "nullable int64": pa.array(many, mask=many % 7 == 0),
        "nullable uint8": pa.array((few % 100).astype("u1"), mask=many % 7 == 0),
        "float64": pa.array(np.where(many % 7 == 0, np.nan, many / 4), mask=many % 5 == 0),
        "bool": pa.array(many % 2 == 0, mask=many % 5 == 0),
        "string": texts,
        "large_string": texts.cast(pa.large_string()),
        "string_view": texts.cast(pa.string_view()),
        "nullable string": pc.if_else(gaps, None, texts),
        "nullable string_view": pc.if_else(gaps, None, texts).cast(pa.string_view()),
        "decimal": pa.array(many).cast(pa.decimal128(38, 2)),
        "timestamp": pa.array(many).cast(pa.timestamp("s")),
        "dictionary": pa.DictionaryArray.from_arrays(pa.array(few, pa.int16()), entries),
        "nullable dictionary": pa.DictionaryArray.from_arrays(
            pa.array(few, pa.int32(), mask=many % 7 == 0), entries
        ),
        "large dictionary": pa.array(many).dictionary_encode(),
        "runs": pc.run_end_encode(pa.array(np.sort(few))),
        "list": lists,
        "struct": pa.StructArray.from_arrays([pa.array(few), texts], ["a", "b"], mask=gaps),
    }
    return {name: column[13:] for name, column in columns.items()}


COLUMNS = long_columns()


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_workers_and_cuts_do_not_matter(name, coins):
    column = COLUMNS[name]
    values = [frozen(value) for value in column.to_pylist()]
    cuts = [0, 1, 1, 70_001, 70_002, 150_000, len(column)]
    chunks = pa.chunked_array([column[a:b] for a, b in itertools.pairwise(cuts)])
    for arguments in ({"capacity": 100}, {"capacity": 10**6, "dropna": False}):
        expected = fed(iter(values), coins=coins, **arguments)
        for workers in (1, 2, 3):
            assert fed(column, workers, coins=coins, **arguments) == expected
            assert fed(chunks, workers, coins=coins, **arguments) == expected


def frozen(value):
    """As the elements are: tuples."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return tuple(map(frozen, value.values())) if isinstance(value, dict) else value


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_what_a_worker_reads_in_vain_counts_later(workers):
    """Few values for so long that rounds become long, then more than a worker has room for: what
    those behind it have seen by then is read anew."""
    few, many = np.zeros(4_000_000, np.int32), np.repeat(np.arange(400_000, dtype=np.int32), 10)
    items = pa.DictionaryArray.from_arrays(
        pa.array(np.concatenate([few, many])), pa.array(range(400_000))
    )
    assert fed(items, workers, capacity=10**6).estimate() == 400_000


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", ["dictionary", "bool", "int8", "struct"])
def test_a_sketch_that_is_cleared_meanwhile(workers, kind):
    """What was seen before a clear() is seen anew after it."""
    numbers = pa.array(np.tile(np.arange(100, dtype=np.int8), 100_000))
    columns = {
        "dictionary": lambda: pa.DictionaryArray.from_arrays(numbers, pa.array(range(100))),
        "bool": lambda: pa.Array.from_buffers(
            pa.bool_(), 8 * len(numbers), [None, numbers.buffers()[1]]
        ),
        "int8": lambda: numbers,
        "struct": lambda: pa.StructArray.from_arrays([numbers[:4_000_000]], ["a"]),
    }
    items = columns[kind]()
    distinct = 2 if kind == "bool" else 100
    cleared = 0  # half-way, so that there was something to forget and something left to meet
    for _ in range(200):
        sketch, done = CVMSketch(), threading.Event()

        def clear(sketch=sketch, done=done):
            while not done.is_set() and sketch.items_seen < 100_000:
                time.sleep(0)  # so that the other thread does not wait for its turn
            sketch.clear()

        # pyarrow stays in this thread: TSan takes its allocator's clean-up after others for a race.
        thread = threading.Thread(target=clear)
        thread.start()
        sketch.update(items, workers=workers)
        done.set()
        thread.join()
        if sketch.items_seen >= 200:
            assert sketch.estimate() == distinct
            cleared += 1
        if cleared == 5:
            return
    pytest.fail("the sketch was never cleared half-way")
