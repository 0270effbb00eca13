"""A red run means that what pandas holds counts differently than the list of its values, with
pyarrow or without.
"""

import datetime as dt
import decimal
import subprocess
import sys
import textwrap
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import agrees_with_the_reference, fed
from cvmcount import CVMSketch, count_approx

pa = pytest.importorskip("pyarrow")

from arrow_columns import columns, kinds  # noqa: E402

NAN = float("nan")
DAY = dt.date(2024, 2, 29)
NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 5)
AWARE = NOON.replace(tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def check(items, values):
    for dropna in (True, False):
        agrees_with_the_reference(items, values, capacity=20, dropna=dropna)


PANDAS = {
    "int64": (pd.array([1, 2, 2], "int64"), [1, 2, 2]),
    "float64": ([1.0, NAN, 2.5], [1, None, 2.5]),
    "bool": ([True, False], [1, 0]),
    "complex": (pd.Series([1 + 2j, 1j, 1j]), [1 + 2j, 1j, 1j]),
    "Int64": (pd.array([1, None, 2**53 + 1], "Int64"), [1, None, 2**53 + 1]),
    "UInt8": (pd.array([1, None, 255], "UInt8"), [1, None, 255]),
    "Float32": (pd.array([0.5, None, 1], "Float32"), [0.5, None, 1]),
    "Float64": (pd.array([0.5, None, 1], "Float64"), [0.5, None, 1]),
    "boolean": (pd.array([True, None], "boolean"), [True, None]),
    "str": (pd.Series(["a", None, ""]), ["a", None, ""]),  # objects before pandas 3
    "string": (pd.array(["a", None, "é"], "string"), ["a", None, "é"]),
    "string[python]": (pd.array(["a", None], "string[python]"), ["a", None]),
    "string[pyarrow]": (pd.array(["a", None], "string[pyarrow]"), ["a", None]),
    "object": (pd.Series(["a", 1, b"a", None, NAN, (1,)], dtype=object),
               ["a", 1, b"a", None, None, (1,)]),
    "datetime64[ns]": (pd.to_datetime([NOON, None]), [NOON, None]),
    "datetime64[s]": (pd.Series([NOON, None], dtype="M8[s]"), [NOON.replace(microsecond=0), None]),
    "datetime64[ns, UTC]": (pd.to_datetime([AWARE, None]), [AWARE, None]),
    "datetime64[s, zone]": (
        pd.Series([AWARE, None], dtype="datetime64[us, Asia/Kolkata]"), [AWARE, None]),
    "timedelta64": (pd.to_timedelta([HOUR, None]), [HOUR, None]),
    "category of text": (pd.Categorical(["b", "a", None, "b"], ["a", "b", "c"]),
                         ["b", "a", None, "b"]),
    "category of ints": (pd.Categorical([5, 7, 5, None], [9, 7, 5]), [5, 7, 5, None]),
    "category of floats": (pd.Categorical([0.5, 7, None]), [0.5, 7, None]),
    "category of bools": (pd.Categorical([True, False]), [True, False]),
    "category of complex": (pd.Categorical([1j, 1j, None]), [1j, 1j, None]),
    "category of times": (pd.Categorical(pd.to_datetime([NOON, None])), [NOON, None]),
    "category of aware times": (pd.Categorical(pd.to_datetime([AWARE, None])), [AWARE, None]),
    "category of durations": (pd.Categorical(pd.to_timedelta([HOUR, None])), [HOUR, None]),
    "category of objects": (pd.Categorical(["a", 1, b"a"]), ["a", 1, b"a"]),
    "category of Int64": (pd.Categorical(pd.array([1, None, 2], "Int64")), [1, None, 2]),
    "category of tuples": (pd.Categorical([(1, 2), (1, 2)]), [(1, 2), (1, 2)]),
    "category of nothing": (pd.Categorical([None, None]), [None, None]),
    "ordered": (pd.Categorical(["a", "b"], ordered=True), ["a", "b"]),
    "Sparse": (pd.arrays.SparseArray([0, 0, 1, NAN]), [0, 0, 1, None]),
    "Sparse[int]": (pd.arrays.SparseArray([0, 0, 1]), [0, 0, 1]),
    "range": (pd.RangeIndex(5), list(range(5))),
    "ArrowDtype": (pd.Series([DAY, None], dtype=pd.ArrowDtype(pa.date32())), [DAY, None]),
    "ArrowDtype of lists": (
        pd.Series([[1, None], None], dtype=pd.ArrowDtype(pa.list_(pa.int8()))),
        [(1, None), None]),
    "ArrowDtype of decimals": (
        pd.Series([decimal.Decimal("1.5"), None], dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
        [1.5, None]),
    "ArrowDtype of text": (pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())), ["a", None]),
    "ArrowDtype of dictionary": (
        pd.Series(["a", None], dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
        ["a", None]),
    "empty": (pd.Series([], dtype="Int8"), []),
    "numpy array": (pd.Series(np.arange(3)).array, [0, 1, 2]),
    "read-only": (pd.Series(["x"] * 3).iloc[::-2], ["x"] * 2),
    "uuid": (pd.Series([uuid.UUID(int=1)] * 2), [uuid.UUID(int=1)] * 2),
}  # fmt: skip


@pytest.mark.parametrize("name", PANDAS)
@pytest.mark.parametrize("form", ["itself", "series", "index", "array", "frame", "long", "sliced"])
def test_pandas(name, form):
    items, values = PANDAS[name]
    series = pd.Series(items)
    forms = {
        "itself": lambda: (items if not isinstance(items, list) else series, values),
        "series": lambda: (series, values),
        "index": lambda: (pd.Index(items), values),
        "array": lambda: (series.array, values),
        "frame": lambda: (series.to_frame("name"), values),
        "long": lambda: (pd.concat([series] * 700, ignore_index=True), values * 700),
        "sliced": lambda: (
            pd.concat([series] * 3)[len(values) + 1 :],
            (values * 3)[len(values) + 1 :],
        ),
    }
    check(*forms[form]())


@settings(max_examples=100)
@given(columns(kinds()), st.booleans())
def test_pandas_columns_of_every_arrow_kind(column, dropna):
    array, values = column
    items = pd.array(array, dtype=pd.ArrowDtype(array.type))
    for form in (items, pd.Series(items), pd.Series(items).to_frame()):
        agrees_with_the_reference(form, values, capacity=5, dropna=dropna)


def integers(bits, least=0):
    return st.integers(least, least + 2**bits - 1)


AWARE_TIMES = st.datetimes(
    dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)
)
DRAWN = {
    **{f"Int{bits}": integers(bits, -(2 ** (bits - 1))) for bits in (8, 16, 32, 64)},
    **{f"UInt{bits}": integers(bits) for bits in (8, 16, 32, 64)},
    "Float32": st.floats(width=32, allow_nan=False),
    "Float64": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "int16": integers(16, -(2**15)),
    "float64": st.floats(),
    "bool": st.booleans(),
    "object": st.text(max_size=5),
    "str": st.text(max_size=5),
    "string[python]": st.text(max_size=5),
    "datetime64[us]": st.datetimes(),
    "timedelta64[ns]": st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)),
    "datetime64[us, Asia/Kolkata]": AWARE_TIMES,
    "datetime64[ns, UTC]": AWARE_TIMES,
    "datetime64[s, America/New_York]": AWARE_TIMES.map(lambda time: time.replace(microsecond=0)),
}


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(DRAWN)),
    st.booleans(),
    st.sampled_from([1, 1, -1, 2, -3]),
    st.booleans(),
    st.data(),
)
def test_pandas_columns_of_drawn_values(dtype, as_category, step, dropna, data):
    elements = DRAWN[dtype]
    if dtype not in ("int16", "bool"):
        elements = elements | st.none()
    values = data.draw(st.lists(elements, max_size=12))
    series = pd.Series(values, dtype=dtype)
    if as_category:
        series = series.astype("category")
    for form in (series, series.array, pd.Index(series)):
        agrees_with_the_reference(form[::step], values[::step], capacity=5, dropna=dropna)
    for arguments in ({"coins": "fresh", "capacity": 4}, {"capacity": 4}):
        assert fed(series[::step], dropna=dropna, **arguments) == fed(
            values[::step], dropna=dropna, **arguments
        )


@pytest.mark.parametrize("name", ["Int64", "boolean", "datetime64[us, UTC]", "category"])
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_workers_read_pandas_columns(name, coins):
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 2 if name == "boolean" else 50_000, 300_000)
    series = pd.Series(pd.Series(drawn).astype(name))
    series[rng.random(len(drawn)) < 0.1] = None
    values = series.astype(object).tolist()
    one = fed(values, coins=coins, capacity=500)
    for workers in (1, 2):
        assert fed(series, coins=coins, capacity=500, workers=workers) == one


# ---- categories ---------------------------------------------------------------------------------


class OwnHash:
    """Known only by its own hash()."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return type(other) is OwnHash and self.value == other.value

    def __lt__(self, other):
        return self.value < other.value if type(other) is OwnHash else NotImplemented

    def __hash__(self):
        return hash(self.value)


class Refusing:
    """Equal by address, so that it is an error."""


def test_categories_of_every_width_of_codes():
    for number in (100, 1000, 40_000):
        words = [str(i) for i in range(number)]
        codes = np.arange(2 * number) * 7 % (number + 1) - 1
        values = [None if code < 0 else words[code] for code in codes]
        items = pd.Categorical.from_codes(codes, words)
        assert items.codes.itemsize == (1 if number == 100 else 2 if number == 1000 else 4)
        for form in (items, pd.Series(items)[::-3]):
            expected = values if form is items else values[::-3]
            assert fed(form, capacity=50) == fed(expected, capacity=50)
            assert fed(form, capacity=50, dropna=False) == fed(expected, capacity=50, dropna=False)


def test_a_category_that_nothing_refers_to_is_no_element():
    for categories in (
        ["a", "b", "c"],
        ["a", Refusing(), "b"],
        ["a", OwnHash(1), "b"],
        ["a", *range(9), "b"],
    ):
        items = pd.Categorical.from_codes([0, -1, len(categories) - 1, 0] * 2, categories)
        values = ["a", None, categories[-1], "a"] * 2
        check(items, values)
        # Nor is its own hash() remembered.
        assert fed(items).to_bytes() == fed(values).to_bytes()


def test_what_comes_before_a_category_that_is_refused_is_counted():
    for workers in (1, 2):
        sketch = CVMSketch()
        items = pd.Categorical.from_codes([0, -1, 2] * 50_000 + [1, 3], ["a", Refusing(), "c", "d"])
        with pytest.raises(TypeError, match="Refusing"):
            sketch.update(items, workers=workers)
        assert sketch.estimate() == 2
        assert sketch.items_seen == 100_000


def test_categories_known_by_their_own_hash_are_remembered_as_such():
    items = pd.Series([OwnHash(1), OwnHash(2)] * 3000 + [None]).astype("category")
    assert fed(items).to_bytes() == fed(list(items)).to_bytes()
    assert not fed(items).is_exact
    once = pd.Categorical.from_codes([0, 1, -1, 0], [1, OwnHash(0)])
    assert fed(once).to_bytes() == fed([1, OwnHash(0), None, 1]).to_bytes()
    assert fed(once).is_exact
    unused = pd.Categorical.from_codes([0, 1, -1, 0], [1, 2, OwnHash(0)])
    assert fed(unused).to_bytes() == fed([1, 2, None, 1]).to_bytes()


@pytest.mark.parametrize("first", [[0], [0, 2], [2], [3, 0]])
def test_own_hashes_behind_a_category_that_is_refused_are_not_remembered(first):
    categories = [1, Refusing(), OwnHash(0), "x"]
    codes = [*first, 1, 2]
    sketches = []
    for items in (pd.Categorical.from_codes(codes, categories), [categories[i] for i in codes]):
        sketch = CVMSketch()
        with pytest.raises(TypeError, match="Refusing"):
            sketch.update(items)
        sketches.append(sketch.to_bytes())
    assert sketches[0] == sketches[1]


def test_periods_and_intervals():
    for items in (
        pd.period_range("2024-01", periods=3, freq="M"),
        pd.Series(pd.array(["2024-01", None, "2024-02"], "period[M]")),
        pd.interval_range(0, 3),
        pd.Series(pd.interval_range(0, 3)),
        pd.cut(pd.Series([1, 2, 3, None, 9]), 3),
        pd.Series(pd.interval_range(pd.Timestamp(NOON), periods=3)).astype("category"),
    ):
        for form in (items, pd.Series(items), pd.Series(items).to_frame(), pd.Series(items).array):
            for dropna in (True, False):
                assert fed(form, dropna=dropna) == fed(list(items), dropna=dropna)
                expected = pd.Series(items).nunique(dropna=dropna)
                assert count_approx(form, dropna=dropna) == expected


@pytest.mark.parametrize("name", PANDAS)
def test_fresh_coins_see_every_value_of_pandas(name):
    items, _ = PANDAS[name]
    series = pd.concat([pd.Series(items)] * 30)
    values = [tuple(v) if isinstance(v, list) else v for v in series]
    assert fed(series, coins="fresh", capacity=3) == fed(values, coins="fresh", capacity=3)


@pytest.mark.parametrize(
    "items",
    [
        pd.DataFrame({"a": [1], "b": [2]}),
        pd.DataFrame(),
        pd.DataFrame({str(i): [1] for i in range(9)}),
    ],
)
def test_several_columns(items):
    with pytest.raises(TypeError, match=r"pass one of them|must have one column"):
        count_approx(items)


def test_a_multi_index_holds_tuples():
    rows = [(1, "a"), (1, "a"), (2, "b")]
    check(pd.MultiIndex.from_tuples(rows), rows)


def test_pandas_objects_that_cannot_be_counted():
    sketch = CVMSketch()
    with pytest.raises(TypeError, match="list"):
        sketch.update(pd.Series([1, 2, [3]]))
    assert sketch.estimate() == 2


WITHOUT_PYARROW = """
    import sys

    class NoArrow:  # None in sys.modules would be found by pandas 2
        def find_spec(self, name, path, target=None):
            if name == "pyarrow":
                raise ModuleNotFoundError(name)

    sys.meta_path.insert(0, NoArrow())
    import pandas as pd
    from cvmcount import count_approx, CVMSketch

    def check(items, values):
        for form in (items, pd.Series(items), pd.Series(items).to_frame(), pd.Index(items)):
            for dropna in (True, False):
                one, other = CVMSketch(dropna=dropna), CVMSketch(dropna=dropna)
                one.update(form)
                other.update(values)
                assert one == other, (items, dropna)

    now = pd.Timestamp("2024-02-29 12:00", tz="UTC")
    check(pd.array([1, None, 2], "Int64"), [1, None, 2])
    check(pd.array([0.5, None], "Float64"), [0.5, None])
    check(pd.array([True, None], "boolean"), [True, None])
    check(pd.array(["a", None], "string"), ["a", None])
    check(pd.Series(["a", None, "a"]), ["a", None, "a"])
    check(pd.Categorical(["a", None, "b"]), ["a", None, "b"])
    check(pd.Categorical([1, None, 2]), [1, None, 2])
    check(pd.Categorical([now, None, now]), [now, None, now])
    check(pd.Categorical(pd.array([1, None, 2], "Int8")), [1, None, 2])
    check(pd.Categorical(pd.array(["a", None], "string")), ["a", None])
    check(pd.to_datetime([now, None]), [now, None])
    check(pd.Series([1.5, None]), [1.5, None])
    check(pd.arrays.SparseArray([0, 1, 0]), [0, 1, 0])
    check(pd.interval_range(0, 3), list(pd.interval_range(0, 3)))
"""


def test_pandas_without_pyarrow():
    program = textwrap.dedent(WITHOUT_PYARROW)
    subprocess.run([sys.executable, "-P", "-c", program], check=True, timeout=120)
