"""A red run means that an array counts differently than the list of its values.

The twin is the reference sketch of tests/support/oracle.py, fed with the scalars of the array one
by one.
"""

import array
import ctypes
import mmap
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from agreement import agrees_with_the_reference
from cvmcount import CVMSketch, count_approx
from cvmcount._readers.readers import force_level

LEVELS = force_level("plain")
force_level(LEVELS[0])

orders = st.sampled_from(["<", ">"])
dtypes = st.one_of(
    st.sampled_from(["?", "i1", "u1"]),
    st.builds(
        "".join, st.tuples(orders, st.sampled_from("iuf"), st.sampled_from(["2", "4", "8"]))
    ).filter(lambda name: name != "?"),
    st.builds("".join, st.tuples(orders, st.sampled_from(["c8", "c16", "U1", "U3", "S1", "S4"]))),
    st.sampled_from(["g", "G", "V3"]),
    st.builds(
        "{}{}[{}]".format,
        orders,
        st.sampled_from(["M8", "m8"]),
        st.sampled_from(["ns", "us", "ms", "s", "25s", "m", "h", "D", "7D", "W", "ps", "as"]),
    ),
    st.sampled_from(["<M8[M]", "<M8[Y]", "<M8[3M]"]),
)


@st.composite
def arrays(draw):
    """Short arrays, some of them repeated past a block, in any stride and any byte order."""
    dtype = np.dtype(draw(dtypes))
    elements = None
    if dtype.kind == "U":
        text = st.text(st.characters(codec=None), max_size=dtype.itemsize // 4)
        elements = st.one_of(text, st.text("ab\0", max_size=dtype.itemsize // 4)).map(
            lambda text: text.rstrip("\0")
        )
    if dtype.kind in "mM":
        small = st.integers(-1000, 1000)
        elements = st.one_of(small, st.integers(-(2**63), 2**63 - 1), st.just(-(2**63)))
        values = draw(hnp.arrays(np.int64, st.integers(0, 12), elements=elements))
        values = values.astype(dtype.newbyteorder("=")).astype(dtype)
    elif dtype.kind == "V":
        values = draw(hnp.arrays(np.uint8, st.integers(0, 12).map(lambda n: 3 * n))).view(dtype)
    else:
        values = draw(hnp.arrays(dtype, st.integers(0, 12), elements=elements))
    if draw(st.integers(0, 3)) == 0:
        values = np.tile(values, 2500 // max(len(values), 1))
    step = draw(st.sampled_from([1, 1, -1, 2, -3]))
    values = np.repeat(values, abs(step))[::step]
    if draw(st.booleans()) and len(values):
        values = np.broadcast_to(values[:1], (draw(st.integers(0, 9)),))
    return values


@given(arrays(), st.sampled_from([3, 5, 100]), st.booleans())
def test_arrays_are_lists_of_their_scalars(items, capacity, dropna):
    agrees_with_the_reference(items, list(items), capacity=capacity, dropna=dropna)


@given(arrays(), st.booleans(), st.data())
def test_masked_arrays(items, dropna, data):
    mask = data.draw(hnp.arrays(bool, len(items)))
    masked = np.ma.array(items, mask=mask)
    scalars = [None if hidden else item for item, hidden in zip(items, mask, strict=True)]
    agrees_with_the_reference(masked, scalars, capacity=5, dropna=dropna)
    agrees_with_the_reference(np.ma.array(items), list(items), capacity=5, dropna=dropna)


@given(arrays())
def test_fresh_coins_see_every_occurrence(items):
    def fed(items):
        sketch = CVMSketch(capacity=4, coins="fresh")
        sketch.update(items)
        return sketch

    assert fed(items) == fed(iter(items))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", ["i8", "u8", "f8", "i4", "f4", "f2", "u1", "M8[s]", ">i8", "U6"])
def test_levels_and_workers_do_not_matter(level, dtype):
    rng = np.random.default_rng(1)
    for distinct in (50, 20_000):
        numbers = rng.integers(0, distinct, 300_000)
        items = (numbers / 4 if dtype[0] == "f" else numbers).astype(dtype)
        if items.dtype.kind == "f":
            items[rng.integers(0, len(items), 1000)] = np.nan
        expected = CVMSketch(capacity=500)
        expected.update(iter(items.tolist() if dtype != "M8[s]" else items))
        force_level(level)
        try:
            for workers in (1, 2, 3):
                sketch = CVMSketch(capacity=500)
                sketch.update(items, workers=workers)
                assert sketch == expected
                strided = CVMSketch(capacity=500)
                strided.update(np.repeat(items, 2)[::2], workers=workers)
                assert strided == expected
        finally:
            force_level(LEVELS[0])


@given(st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none(), st.tuples(st.floats()))))
def test_object_arrays(values):
    items = np.empty(len(values), dtype=object)
    items[:] = values
    agrees_with_the_reference(items, values, capacity=5, dropna=True)


@given(st.lists(st.text(max_size=30), max_size=20), st.booleans())
def test_variable_width_text(values, dropna):
    items = np.array(values, dtype=np.dtypes.StringDType())
    agrees_with_the_reference(items, values, capacity=5, dropna=dropna)
    missing = np.array([*values, None], dtype=np.dtypes.StringDType(na_object=None))
    agrees_with_the_reference(missing, [*values, None], capacity=5, dropna=dropna)


def test_structured_arrays_are_tuples():
    inner = np.dtype([("x", "f4"), ("when", "M8[ns]")])
    outer = np.dtype({"names": ["name", "inner"], "formats": ["U3", inner], "offsets": [8, 24]})
    items = np.zeros(2000, dtype=outer)
    items["name"] = [str(i % 5) for i in range(2000)]
    items["inner"]["x"] = np.arange(2000) % 3 / 2
    items["inner"]["when"] = np.arange(2000) % 2
    items["inner"]["when"][0] = "NaT"
    rows = [(row["name"], (row["inner"]["x"], row["inner"]["when"])) for row in items]
    agrees_with_the_reference(items, rows, capacity=100, dropna=True)
    agrees_with_the_reference(items[::-3], rows[::-3], capacity=100, dropna=True)
    assert count_approx(items) == 31
    masked = np.ma.array(items, mask=False)
    assert count_approx(masked) == 31


def test_rows_of_masked_structured_arrays():
    items = np.ma.array(
        [(1, 2.0), (3, 4.0), (3, 4.0), (5, 6.0)],
        dtype=[("a", "i4"), ("b", "f8")],
        mask=[(0, 1), (0, 0), (0, 0), (1, 1)],
    )
    rows = [(1, None), (3, 4.0), (3, 4.0), (None, None)]
    agrees_with_the_reference(items, rows, capacity=10, dropna=True)
    agrees_with_the_reference(list(items), rows, capacity=10, dropna=True)
    plain = np.ma.array(np.zeros(3, dtype="V4"), mask=[1, 0, 0])
    for form in (plain, list(plain)):
        agrees_with_the_reference(form, [None, bytes(4), bytes(4)], capacity=10, dropna=False)


class Widened(np.ndarray):
    """Says that it holds more than it does, in every way."""

    ndim = 1

    def __getitem__(self, which):
        if isinstance(which, slice):
            return np.zeros(100_000, dtype=self.dtype)
        return super().__getitem__(which)

    def __len__(self):
        return 100_000

    def view(self, *_):
        return np.array(5)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1, 2, 3], dtype=object),
        np.array([2**63 - 1, 2, 3]).view("M8[s]"),
        np.array(["a"], dtype=np.dtypes.StringDType()),
        np.array(5),
    ],
    ids=["object", "time", "text", "no dimension"],
)
def test_subclasses_are_read_as_they_say(array):
    items = array.view(Widened)
    try:
        expected = count_approx(iter(items))
    except TypeError:
        with pytest.raises(TypeError):
            count_approx(items)
    else:
        assert count_approx(items) == expected


def test_text_that_is_stripped_on_access():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of NumPy 2.5
        items = np.char.array(["a ", "a"])
    assert count_approx(items) == len(set(items)) == 1


def test_masks_of_another_length():
    items = np.ma.array(np.arange(5000), mask=np.zeros(5000, dtype=bool))
    items._mask = np.zeros(1, dtype=bool)
    with pytest.raises(ValueError, match="mask"):
        count_approx(items)


def test_an_array_that_grows_meanwhile():
    items = np.array([1, 2, 3], dtype=object)

    class Grow:
        def __hash__(self):
            items.resize(200_000, refcheck=False)
            items[:] = range(200_000)
            return 5

    items[0] = Grow()
    assert count_approx(items, capacity=10**6) == 199_999


def test_a_mapped_file_is_the_list_of_its_items(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(b"abca")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as items:
        agrees_with_the_reference(items, list(items), capacity=10, dropna=True)


def test_a_row_with_a_list_in_it_cannot_be_counted():
    items = np.zeros(3, dtype=[("name", "U3"), ("vector", "f8", 3)])
    with pytest.raises(TypeError, match="ndarray"):
        count_approx(items)


BUFFERS = [
    memoryview(b"abca"),
    memoryview(b"abca")[::-2],
    memoryview(b"abca").cast("c"),
    memoryview(np.arange(9.0)),
    memoryview(np.array(["a", "bc", "a"])),
    array.array("d", [1, 2.5, 2.5]),
    array.array("b", [-1, 2, -1]),
    array.array("Q", [2**64 - 1, 0]),
    array.array("w" if sys.version_info >= (3, 13) else "u", "aé\0a"),
    (ctypes.c_int * 4)(1, 2, 2, -1),
    (ctypes.c_double * 0)(),
    np.arange(5, dtype="<u2").byteswap().view(">u2"),
]


@pytest.mark.parametrize("items", BUFFERS, ids=lambda items: type(items).__name__)
def test_any_buffer(items):
    try:
        scalars = list(items)
    except NotImplementedError:  # memoryview knows few formats
        scalars = np.asarray(items).tolist()
    agrees_with_the_reference(items, scalars, capacity=50, dropna=True)


def test_read_only_memory():
    items = np.arange(5000)
    items.flags.writeable = False
    assert CVMSketch(capacity=10**5).update(items) is None
    assert count_approx(items, capacity=10**5) == 5000


@pytest.mark.parametrize(
    ("items", "match"),
    [
        (np.zeros((3, 3)), "ravel"),
        (np.zeros((0, 3), dtype="M8[s]"), "ravel"),
        (np.array([["a"]], dtype=object), "ravel"),
        (memoryview(bytes(4)).cast("B", (2, 2)), "ravel"),
        (((ctypes.c_int * 2) * 2)(), "ravel"),
        (np.array(3), "add"),
        (np.float64(3), "add"),
        (np.datetime64("2020"), "add"),
        (memoryview(bytes(1)).cast("B", ()), "add"),
        (memoryview(np.array([None])), "format 'O'"),
    ],
)
def test_other_than_one_dimension(items, match):
    with pytest.raises(TypeError, match=match):
        count_approx(items)


def test_what_has_no_unit_or_no_length():
    with pytest.raises(TypeError, match="unit"):
        count_approx(np.zeros(3, dtype="M8"))
    with pytest.raises(TypeError, match="months"):
        count_approx(np.array([1], dtype="m8[M]"))


def test_bad_code_points_are_an_error_and_what_came_before_is_kept():
    items = np.zeros(3000, dtype="U1")
    items.view("u4")[:] = np.arange(97, 3097)
    items.view("u4")[2500] = 0x110000
    sketch = CVMSketch()
    with pytest.raises(ValueError, match="code point"):
        sketch.update(items)
    assert sketch.items_seen == 2500
    rows = np.zeros(6000, dtype=[("name", "U1")])
    rows["name"].view("u4")[5000] = 0x110000
    sketch = CVMSketch()
    with pytest.raises(ValueError, match="code point"):
        sketch.update(rows)
    assert sketch.items_seen == 5000


def test_long_text():
    items = np.array(["x" * 3000, "y" * 1025, "é" * 1024, "x" * 3000])
    agrees_with_the_reference(items, items.tolist(), capacity=10, dropna=True)


@pytest.mark.threads
def test_threads_that_update_and_read_one_sketch():
    sketch = CVMSketch(capacity=1000)
    parts = [np.arange(start, start + 500_000) for start in range(0, 2_000_000, 500_000)]
    done = threading.Event()

    def watch():
        seen = 0
        while not done.is_set():
            assert sketch.items_seen >= seen
            seen = sketch.items_seen
            low, high = sketch.interval()
            assert low <= high <= 2_000_000

    threads = [
        threading.Thread(target=sketch.update, args=(part,), kwargs={"workers": workers})
        for part, workers in zip(parts, (1, 2, 1, 3), strict=True)
    ]
    watcher = threading.Thread(target=watch)
    watcher.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    assert sketch.items_seen == 2_000_000
    one_after_the_other = CVMSketch(capacity=1000)
    one_after_the_other.update(np.concatenate(parts))
    assert sketch.sampling_rate == one_after_the_other.sampling_rate


@pytest.mark.threads
@pytest.mark.parametrize("workers", [1, 2])
def test_a_sketch_that_is_cleared_meanwhile(workers):
    """What was seen before a clear() is seen anew after it."""
    items = np.tile(np.arange(200, dtype=np.uint8), 100_000)
    sketch = CVMSketch()
    for _ in range(20):
        thread = threading.Thread(target=sketch.update, args=(items,), kwargs={"workers": workers})
        thread.start()
        while thread.is_alive() and sketch.items_seen < 1_000_000:
            pass
        sketch.clear()
        thread.join()
        assert sketch.estimate() == 200 or sketch.items_seen < 200
