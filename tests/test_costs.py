"""A red run means that a few bytes of Arrow data can ask for any amount of time or memory."""

import time

import pytest

from cvmcount import CVMSketch, count_approx

pyarrow = pytest.importorskip("pyarrow")
RUNS = pyarrow.RunEndEncodedArray


def shared(values, rows=None, size=None):
    """Lists that all have the first values, by default as many as there are."""
    rows, size = rows or len(values), size or len(values)
    starts, sizes = pyarrow.array([0] * rows, "int32"), pyarrow.array([size] * rows, "int32")
    return pyarrow.ListViewArray.from_arrays(starts, sizes, values)


def nested(levels):
    values = pyarrow.array(range(100))
    for _ in range(levels):
        values = shared(values)
    return values


def entries_of_entries(levels):
    """The same without views: each list has a hundred times the only entry of a dictionary."""
    values = pyarrow.array(range(100))
    for _ in range(levels):
        lists = pyarrow.FixedSizeListArray.from_arrays(values, 100)
        values = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 100, "int8"), lists)
    return values


NOWHERE = {
    "nested views": lambda: nested(8),
    "entries of entries": lambda: entries_of_entries(8),
    "nulls": lambda: pyarrow.FixedSizeListArray.from_arrays(pyarrow.nulls(10**8), 10**8),
    "runs": lambda: shared(RUNS.from_arrays([2**31 - 1], [7]), 3),
}


@pytest.mark.parametrize("name", NOWHERE)
@pytest.mark.parametrize("keep", ["nothing", "items"])
def test_what_lies_in_no_buffer_is_refused(name, keep):
    values = NOWHERE[name]()
    sketch = CVMSketch() if keep == "nothing" else CVMSketch(keep=keep)
    began = time.process_time()
    with pytest.raises(ValueError, match="beyond item 0: its lists share too many members"):
        sketch.update(values)
    assert time.process_time() - began < 10  # it takes a hundredth
    assert sketch.count() == 0


def test_what_honest_data_share_is_read():
    assert count_approx(nested(2)) == 1
    column = pyarrow.array(range(5000))
    starts = pyarrow.array(range(4000), "int32")
    windows = pyarrow.ListViewArray.from_arrays(
        starts, pyarrow.array([999] * 4000, "int32"), column
    )
    assert count_approx(windows) == 4000
    assert count_approx(shared(windows, 2)) == 1
    lists = pyarrow.FixedSizeListArray.from_arrays(pyarrow.nulls(10**6), 10**6)
    assert count_approx(lists) == 1


def test_values_without_bytes():
    assert count_approx(pyarrow.nulls(10**6), dropna=False) == 1
    assert count_approx(RUNS.from_arrays([10**9], [7])) == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_long_lists_are_one_element_for_any_number_of_workers(workers):
    column = pyarrow.array(range(3000))
    sizes = pyarrow.array([1000 + i % 2000 for i in range(100_000)], "int32")
    starts = pyarrow.array([0] * 100_000, "int32")
    lists = pyarrow.ListViewArray.from_arrays(starts, sizes, column)
    sketch = CVMSketch()
    sketch.update(lists, workers=workers)
    assert sketch.items_seen == 100_000
    assert sketch.count() == 2000


def test_a_producer_that_clears_the_sketch():
    """What was read and not yet counted is dropped: with several workers, more is read ahead."""
    sketch = CVMSketch()
    schema = pyarrow.schema([("a", pyarrow.int64())])

    def batches():
        for part in range(10):
            sketch.clear()
            rows = pyarrow.array(range(10 * part, 10 * part + 10))
            yield pyarrow.record_batch([rows], schema)

    counts = set()
    for workers in (1, 4):
        sketch.update(pyarrow.RecordBatchReader.from_batches(schema, batches()), workers=workers)
        counts.add(sketch.count())
        sketch.clear()
    assert all(10 <= count <= 100 for count in counts)
