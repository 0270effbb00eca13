"""A red run means that an Arrow column counts differently than the list of its values.

The twin is the reference sketch of tests/support/oracle.py, fed with these values one by one.
"""

import uuid

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agreement import agrees_with_the_reference, fed  # noqa: E402
from arrow_columns import LEAVES, columns, kinds  # noqa: E402
from cvmcount import CVMSketch, count_approx  # noqa: E402

FORMS = {
    "array": lambda array: array,
    "chunks": lambda array: pa.chunked_array(
        [array[:1], array[1:1], array[1:4], array[4:]], array.type
    ),
    "table": lambda array: pa.table({"x": array}),
    "batch": lambda array: pa.record_batch({"x": array})[:],
    "sliced batch": lambda array: pa.record_batch({"x": pa.concat_arrays([array, array])})[
        len(array) :
    ],
    "reader": lambda array: pa.table({"x": array}).to_reader(max_chunksize=5),
}


@given(
    columns(kinds()), st.sampled_from(sorted(FORMS)), st.sampled_from([3, 5, 100]), st.booleans()
)
def test_columns_are_lists_of_their_values(column, form, capacity, dropna):
    array, values = column
    agrees_with_the_reference(FORMS[form](array), values, capacity=capacity, dropna=dropna)


@pytest.mark.parametrize("kind", LEAVES, ids=repr)
@settings(max_examples=30)
@given(data=st.data())
def test_every_kind(kind, data):
    array, values = data.draw(columns(st.just(kind)))
    for dropna in (True, False):
        agrees_with_the_reference(array, values, capacity=5, dropna=dropna)


@settings(max_examples=200)
@given(columns(kinds(countable=True)), st.booleans())
def test_coins_of_both_sorts_are_those_of_the_list(column, dropna):
    array, values = column
    for arguments in ({"capacity": 4, "coins": "fresh"}, {"capacity": 4}, {}):
        expected = fed(iter(values), dropna=dropna, **arguments)
        assert fed(array, dropna=dropna, **arguments) == expected
        assert fed(values, dropna=dropna, **arguments) == expected


# ---- dictionaries -------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1023, 1024, 1025, 2048, 2049])
def test_chunks_with_different_dictionaries(rows):
    def chunk(first):
        entries = pa.array([f"{(i + first) % 50}" for i in range(60)])
        indices = pa.array([i % 60 for i in range(rows)], pa.uint8())
        return pa.DictionaryArray.from_arrays(indices, entries)

    chunks = pa.chunked_array([chunk(0), chunk(7), chunk(0)[:0], chunk(9)])
    agrees_with_the_reference(chunks, chunks.to_pylist(), capacity=20, dropna=True)


def test_only_referenced_entries_count():
    entries = pa.array(["a", "b", None, "a", "unused"])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 3, 2, None, 1]), entries)
    for dropna in (True, False):
        values = ["a", "a", None, None, "b"]
        agrees_with_the_reference(column, values, capacity=5, dropna=dropna)


# ---- kinds of their own -------------------------------------------------------------------------


def test_extension_types():
    numbers = [uuid.UUID(int=n) for n in (1, 2**127, 1)]
    storage = pa.array([number.bytes for number in numbers], pa.binary(16))
    uuids = pa.ExtensionArray.from_storage(pa.uuid(), storage)
    agrees_with_the_reference(uuids, numbers, capacity=5, dropna=True)
    agrees_with_the_reference(storage, [n.bytes for n in numbers], capacity=5, dropna=True)
    truths = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1, 2, -1, None], pa.int8()))
    values = [False, True, True, True, None]
    agrees_with_the_reference(truths, values, capacity=5, dropna=False)
    texts = ['{"a": 1}', "[]", None]
    json = pa.ExtensionArray.from_storage(pa.json_(), pa.array(texts))
    agrees_with_the_reference(json, texts, capacity=5, dropna=False)
    pairs = pa.StructArray.from_arrays([uuids, truths[:3]], ["u", "t"])
    rows = list(zip(numbers, values[:3], strict=True))
    agrees_with_the_reference(pairs, rows, capacity=5, dropna=True)


def test_missing_values_of_every_sort_are_one():
    nan = float("nan")
    numbers = pa.array([1.0, nan, None, 2.0], from_pandas=False)
    sketch = CVMSketch(dropna=False)
    for items in (numbers, pa.nulls(3), pa.array(["a", None]), [None, nan], np.array([nan])):
        sketch.update(items)
    assert sketch.estimate() == 4
    assert sketch.items_seen == 12


# ---- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "match"),
    [
        (pa.table({"a": [1], "b": [2]}), r"2 columns \(a, b\): pass one of them"),
        (pa.table({"a": [1], "b": [2]}).to_reader(), "2 columns"),
        (pa.record_batch({"a": [1], "b": [2]}), "2 columns"),
        (pa.table({}), "no columns: pass one of one column"),
        (pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]), "union: pass"),
        (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "months.*: cast"),
        (pa.table({"a": [(1, 2, 3)]}, pa.schema({"a": pa.month_day_nano_interval()})), "months"),
    ],
)
def test_what_cannot_be_counted(items, match):
    with pytest.raises(TypeError, match=match):
        count_approx(items)


def test_a_reader_can_be_read_once():
    reader = pa.table({"a": [1, 2, 2]}).to_reader()
    assert count_approx(reader) == 2
    assert count_approx(reader) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reader_that_fails_keeps_what_came_before(workers):
    batches = pa.table({"a": range(200_000)}).to_batches(max_chunksize=1000)

    def fail_after(count):
        yield from batches[:count]
        raise ZeroDivisionError("half-way")

    for count in (0, 1, 100, 150):
        sketch = CVMSketch()
        reader = pa.RecordBatchReader.from_batches(batches[0].schema, fail_after(count))
        with pytest.raises(Exception, match="half-way"):
            sketch.update(reader, workers=workers)
        assert sketch == fed(range(1000 * count))


def test_what_gives_scalars_is_refused():
    """A ChunkedArray of pyarrow 15 does, too."""
    with pytest.raises(TypeError, match=r"pass a pyarrow\.Array"):
        count_approx(pa.scalar([1, 2]))
