"""A red run means that what Polars, DuckDB, narwhals or nanoarrow hold counts differently than the
list of its values, or that an object with several columns is not an error.
"""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from agreement import agrees_with_the_reference, fed
from cvmcount import CVMSketch, count_approx
from oracle import Moment

pl = pytest.importorskip("polars")


def check(items, values):
    for dropna in (True, False):
        agrees_with_the_reference(items, values, capacity=20, dropna=dropna)


# ---- Polars -------------------------------------------------------------------------------------

POLARS = {
    **{
        name: (
            getattr(pl, name),
            st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            if name[0] == "I"
            else st.integers(0, 2**bits - 1),
        )
        for bits in (8, 16, 32, 64, 128)
        for name in (f"Int{bits}", f"UInt{bits}")
        if hasattr(pl, name)  # those of 128 bits have come later
    },
    "Float32": (pl.Float32, st.floats(width=32)),
    "Float64": (pl.Float64, st.floats()),
    "Boolean": (pl.Boolean, st.booleans()),
    "String": (pl.String, st.text(max_size=20)),
    "Binary": (pl.Binary, st.binary(max_size=20)),
    "Date": (pl.Date, st.dates()),
    "Time": (pl.Time, st.times()),
    "Datetime": (pl.Datetime("us"), st.datetimes()),
    "Datetime with zone": (
        pl.Datetime("us", "Asia/Kolkata"),
        st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
    ),
    "Duration": (pl.Duration("us"), st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000))),
    "Decimal": (pl.Decimal(38, 4), st.decimals(-1000, 1000, places=4)),
    "Categorical": (pl.Categorical, st.sampled_from(["a", "bc", "", "é"])),
    "Enum": (pl.Enum(["c", "a", "b", "unused"]), st.sampled_from(["a", "b", "c"])),
    "List": (pl.List(pl.Int8), st.lists(st.integers(0, 3) | st.none(), max_size=3)),
    "List of text": (pl.List(pl.String), st.lists(st.text(max_size=20), max_size=3)),
    "Array": (pl.Array(pl.Int8, 2), st.lists(st.integers(0, 3), min_size=2, max_size=2)),
    "Struct": (
        pl.Struct({"a": pl.Int8, "b": pl.Categorical}),
        st.builds(
            lambda a, b: {"a": a, "b": b}, st.integers(0, 3), st.sampled_from("xyz") | st.none()
        ),
    ),
    "Null": (pl.Null, st.none()),
}


# Before 1.44 slices of these that have nulls are exported with children that are too short.
MALFORMED_SLICES = {"Array", "Struct"} if Version(pl.__version__) < Version("1.44") else set()


def frozen(value):
    if isinstance(value, dict):
        value = list(value.values())
    return tuple(map(frozen, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("name", POLARS)
@settings(max_examples=25)
@given(data=st.data())
def test_polars(name, data):
    dtype, elements = POLARS[name]
    values = data.draw(st.lists(elements | st.none(), max_size=12))
    series = pl.Series("name", values, dtype)
    values = [frozen(value) for value in values]
    check(series, values)
    check(series.to_frame(), values)
    if name not in MALFORMED_SLICES:
        check(pl.concat([series, series], rechunk=False)[1:], (values * 2)[1:])
    for arguments in ({"coins": "fresh", "capacity": 4}, {"capacity": 4}):
        assert fed(series, **arguments) == fed(values, **arguments)


def test_polars_times_of_any_size():
    counts = [-(2**63), -(2**63) + 1, 2**63 - 1, 0, None]
    for unit, part in (("ms", "1e-3"), ("us", "1e-6"), ("ns", "1e-9")):
        for dtype, kind in (
            (pl.Datetime(unit), "datetime"),
            (pl.Datetime(unit, "UTC"), "aware_datetime"),
            (pl.Duration(unit), "duration"),
        ):
            moments = [None if count is None else Moment(kind, count, part) for count in counts]
            check(pl.Series(counts, dtype=pl.Int64).cast(dtype), moments)


@pytest.mark.parametrize("frame", [pl.DataFrame({"a": [1], "b": [2]}), pl.DataFrame()])
def test_several_columns(frame):
    with pytest.raises(TypeError, match=r"pass one of them|must have one column"):
        count_approx(frame)


def test_polars_objects_and_lazy_frames_are_refused():
    objects = pl.Series([object(), object()], dtype=pl.Object)
    for items in (objects, objects.to_frame()):
        with pytest.raises(TypeError, match="to_list"):
            count_approx(items)
    with pytest.raises(TypeError, match="collect"):
        count_approx(pl.LazyFrame({"a": [1]}))


# ---- others -------------------------------------------------------------------------------------


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    for query, values in {
        "SELECT i % 3 FROM range(5000) t(i)": [i % 3 for i in range(5000)],
        "SELECT sum(i) FROM range(4) t(i) GROUP BY i": [0, 1, 2, 3],  # HUGEINT
        "SELECT 170141183460469231731687303715884105727::HUGEINT": [2**127 - 1],
        "SELECT 1.25::DECIMAL(9, 2)": [1.25],
        "SELECT unnest(['a', NULL, 'a long text of more than 12 bytes'])": [
            "a",
            None,
            "a long text of more than 12 bytes",
        ],
        "SELECT 'x'::BLOB": [b"x"],
        "SELECT DATE '2024-02-29'": [dt.date(2024, 2, 29)],
        "SELECT TIMESTAMP '2024-02-29 12:00:00.000005'": [dt.datetime(2024, 2, 29, 12, 0, 0, 5)],
        "SELECT [1, NULL]": [(1, None)],
        "SELECT {'a': 1, 'b': NULL}": [(1, None)],
        "SELECT MAP {'k': 1}": [(("k", 1),)],
        "SELECT 'b'::ENUM ('a', 'b')": ["b"],
        "SELECT true": [True],
        "SELECT 1 WHERE false": [],
    }.items():
        check(connection.sql(query), values)
    with pytest.raises(TypeError, match="2 columns"):
        count_approx(connection.sql("SELECT 1 AS a, 2 AS b"))
    with pytest.raises(TypeError, match="months"):
        count_approx(connection.sql("SELECT INTERVAL 1 MONTH"))


def test_a_duckdb_query_that_fails_half_way():
    duckdb = pytest.importorskip("duckdb")
    query = (
        "SELECT CASE WHEN i < 1500000 THEN i ELSE error('half-way') END FROM range(3000000) t(i)"
    )
    sketch = CVMSketch()
    connection = duckdb.connect()  # before 1.5 its relations do not keep it
    with pytest.raises(Exception, match="half-way"):
        sketch.update(connection.sql(query))
    assert sketch.items_seen <= 1_500_000


def test_narwhals():
    nw = pytest.importorskip("narwhals")
    pa = pytest.importorskip("pyarrow")
    values = ["a", None, "b", "a"]
    for native in (
        pd.DataFrame({"x": values}),
        pl.DataFrame({"x": values}),
        pa.table({"x": values}),
    ):
        frame = nw.from_native(native)
        check(frame, values)
        check(frame["x"], values)
        check(frame.select(nw.col("x").alias("y")), values)
    with pytest.raises(TypeError, match="collect"):
        count_approx(nw.from_native(pl.LazyFrame({"x": values})))
    objects = pl.Series([object()], dtype=pl.Object)
    with pytest.raises(TypeError, match="to_list"):
        count_approx(nw.from_native(objects, series_only=True))


def test_nanoarrow():
    na = pytest.importorskip("nanoarrow")
    values = [1, None, 2, 1]
    check(na.Array(values, na.int32()), values)
    check(na.c_array(values, na.int32()), values)
    assert fed(na.ArrayStream(values, na.int32())) == fed(values)
    texts = na.Array(["a", "b", None], na.string_view())
    check(texts, ["a", "b", None])


def queries(tmp_path):
    """What has no items before it is asked for them, and the way to them that its error names."""
    pa = pytest.importorskip("pyarrow")
    ds, pq = (pytest.importorskip(f"pyarrow.{name}") for name in ("dataset", "parquet"))
    pq.write_table(pa.table({"x": [1, 2, 2]}), tmp_path / "x.parquet")
    dataset = ds.dataset(tmp_path)
    yield dataset, r"dataset\.scanner\(columns=\[name\]\)\.to_reader\(\)"
    yield next(iter(dataset.get_fragments())), r"fragment\.scanner\("
    yield dataset.scanner(), r"scanner\.to_reader\(\)"
    yield pq.ParquetFile(tmp_path / "x.parquet"), r"parquet_file\.read\("
    duckdb = pytest.importorskip("duckdb")
    yield duckdb.connect().execute("SELECT 1"), r"connection\.sql\(query\)"


def test_errors_name_the_way_to_the_items(tmp_path):
    for items, way in queries(tmp_path):
        with pytest.raises(TypeError, match=f"^items must not be a .*: pass {way}"):
            count_approx(items)
    dataset = pytest.importorskip("pyarrow.dataset").dataset(tmp_path)
    assert count_approx(dataset.scanner(columns=["x"]).to_reader()) == 2


def test_dask_arrays_are_to_be_computed():
    dask_array = pytest.importorskip("dask.array")
    with pytest.raises(TypeError, match=r"must not be a dask\.array\.Array: pass array\.compute"):
        count_approx(dask_array.arange(10))
