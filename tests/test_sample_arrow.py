"""A red run means that a sample does not reach an Arrow library as the values that it holds, or
that its memory is lost or freed twice on the way."""

import datetime as dt
import decimal
import fractions
import gc
import resource
import sys
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch, count_approx
from cvmcount._tables.columns import column_of, table_of
from cvmcount._tables.export import Table
from strategies import days, durations

pa = pytest.importorskip("pyarrow")

DAY = dt.datetime(2026, 11, 27, 6, 57, 40, 633158)
IN_UTC = DAY.replace(tzinfo=dt.UTC)
WALK = uuid.UUID(int=2**100 + 7)
VALUES = {
    "bool": [True, False],
    "int64": [2**63 - 1, -(2**63), 0],
    "uint64": [2**64 - 1, 0],
    "decimal128(38, 0)": [2**64, -1],
    "decimal256(76, 0)": [10**76 - 1, -(10**38)],
    "double": [0.5, -1.25, float("inf")],
    "string": ["a", "é\0", ""],
    "binary": [b"\xff", b""],
    "extension<arrow.uuid>": [WALK],
    "date32[day]": [dt.date(1, 1, 1), dt.date(9999, 12, 31)],
    "timestamp[us]": [DAY, dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)],
    "timestamp[us, tz=UTC]": [IN_UTC],
    "time64[us]": [dt.time(1, 2, 3, 4), dt.time(0)],
    "duration[us]": [dt.timedelta(days=10**8), dt.timedelta(microseconds=-1)],
    "decimal128(38, 3)": [decimal.Decimal("1.234"), decimal.Decimal("-2.000"), decimal.Decimal(7)],
    "decimal256(76, 50)": [decimal.Decimal("1E-50")],
}


def sample_of(items, keep="items", **arguments):
    sketch = CVMSketch(keep=keep, dropna=False)
    sketch.update(items, **arguments)
    return sketch.sample()


def table(**columns):
    return Table(table_of([column_of(name, values) for name, values in columns.items()]))


@pytest.mark.parametrize("form", VALUES)
def test_each_kind_has_its_type_and_values(form):
    sample = sample_of(VALUES[form])
    read = pa.table(sample)
    assert str(read.schema.field("item").type) == form
    assert read.column("item").to_pylist() == sample.items()
    with_missing = pa.table(sample_of([*VALUES[form], None]))
    assert with_missing.column("item").null_count == 1
    assert set(with_missing.column("item").to_pylist()) == {*VALUES[form], None}


def test_nanoseconds_stay():
    pd = pytest.importorskip("pandas")
    for column in (
        pd.Series(pd.to_datetime([1, 2_000], unit="ns")),
        pd.Series(pd.to_datetime([1], unit="ns").tz_localize("UTC")),
        pd.Series(pd.to_timedelta([1, 2_000], unit="ns")),
    ):
        read = pa.table(sample_of(column)).column("item")
        assert read.type.unit == "ns"
        assert set(read.to_pandas()) == set(column)


def test_tuples_are_structs():
    read = pa.table(sample_of([(1, "a"), (2, None), None]))
    kind = read.schema.field("item").type
    assert str(kind) == "struct<0: int64, 1: string>"
    rows = [row and (row["0"], row["1"]) for row in read.column("item").to_pylist()]
    assert sorted(rows, key=str) == [(1, "a"), (2, None), None]


def test_numbers_of_several_types():
    assert pa.table(table(x=[True, 2])).column("x").to_pylist() == [1, 2]
    assert pa.table(table(x=[1, 2.5])).column("x").to_pylist() == [1.0, 2.5]
    mixed = pa.table(table(x=[decimal.Decimal("0.5"), 2])).column("x")
    assert mixed.to_pylist() == [decimal.Decimal("0.5"), 2]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([1, "a"], "both integers and text"),
        (["a", b"a"], "both bytes and text"),
        ([DAY, IN_UTC], "datetimes with a zone and datetimes without"),
        ([dt.date(2026, 1, 1), DAY], "both dates and datetimes"),
        ([fractions.Fraction(1, 3)], "fractions, which Arrow has no type for"),
        ([frozenset([1])], "frozensets"),
        ([1j], "complex numbers"),
        ([dt.time(1, tzinfo=dt.UTC)], "times of day with a zone"),
        (["\ud800"], "surrogates"),
        ([10**76], "more than 76 digits"),
        ([decimal.Decimal("1E+999999999")], "more than 76 digits"),
        ([decimal.Decimal("1E-999999999")], "more than 76 digits"),
        ([dt.timedelta.max], "durations that do not fit 64 bits"),
        ([0.5, 2**53 + 1], "beyond 2"),
        ([(1,), (1, 2)], "several lengths"),
        ([(1, "a"), ("a", 1)], "the column '0' has both"),
    ],
)
def test_what_arrow_has_no_type_for_is_an_error_that_says_so(items, reason):
    sample = sample_of(items)
    assert sorted(map(str, sample.items())) == sorted(map(str, items))
    for method in (sample.__arrow_c_schema__, sample.__arrow_c_array__, sample.__arrow_c_stream__):
        with pytest.raises(TypeError, match=reason) as raised:
            method()
        assert "to_pylist()" in str(raised.value)


def test_summaries_have_five_columns():
    sample = sample_of(
        ["a", "b", "a"], "summaries", values=[dt.timedelta(1), None, dt.timedelta(2)]
    )
    read = pa.table(sample)
    assert read.column_names == ["item", "count", "sum", "min", "max"]
    assert read.to_pylist() == sample.to_pylist()
    huge = pa.table(sample_of(["a", "a"], "summaries", values=[2**63 - 1] * 2))
    assert huge.column("sum").to_pylist() == [2**64 - 2]


def test_an_empty_sample():
    read = pa.table(sample_of([]))
    assert read.num_rows == 0
    assert read.column_names == ["item"]
    assert pa.table(table(x=[None, None])).column("x").null_count == 2


@pytest.mark.parametrize("interface", ["schema", "array", "stream"])
def test_every_way_in(interface):
    sample = sample_of(["a", "b"])
    if interface == "schema":
        assert pa.schema(sample).names == ["item"]
    elif interface == "array":
        assert pa.record_batch(sample).num_rows == 2
    else:
        reader = pa.RecordBatchReader.from_stream(sample)
        assert reader.schema.names == ["item"]
        assert reader.read_all().num_rows == 2


def test_polars():
    pl = pytest.importorskip("polars")
    sample = sample_of(["a", "é", "a"], "summaries")
    assert pl.DataFrame(sample).to_dicts() == sample.to_pylist()


def test_pandas():
    pd = pytest.importorskip("pandas", minversion="3")
    sample = sample_of(range(100))
    frame = pd.DataFrame.from_arrow(sample)
    assert frame["item"].dtype == "int64"
    assert frame["item"].tolist() == sample.items()


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    sample = sample_of(["a", "b"])  # DuckDB finds it by its name
    found = duckdb.sql("SELECT item FROM sample").fetchall()
    assert [item for (item,) in found] == sample.items()


def test_nanoarrow():
    na = pytest.importorskip("nanoarrow")
    sample = sample_of([1, None, 2])
    assert na.ArrayStream(sample).read_all().to_pylist() == sample.to_pylist()


whole = st.integers(-(10**76) + 1, 10**76 - 1)
columns = st.one_of(
    st.lists(st.none() | kind, max_size=30)
    for kind in (
        st.booleans(),
        whole,
        st.integers(-(2**63), 2**64),
        st.floats(allow_nan=False),
        st.text(st.characters(codec="utf-8")),
        st.binary(),
        st.uuids(),
        days,
        durations.filter(lambda duration: abs(duration.days) <= 10**8),
        st.datetimes(),
        st.tuples(whole, st.text(st.characters(codec="utf-8"))),
    )
)


@given(columns)
def test_our_own_reader_counts_the_elements_of_the_list(values):
    """The reader looks at every length, offset and bit, with no library between."""
    assert count_approx(table(x=values), dropna=False) == len(set(values))


@given(columns)
def test_pyarrow_finds_nothing_wrong(values):
    read = pa.table(table(x=values, y=values))
    read.validate(full=True)
    assert read.num_rows == len(values)


def memory():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def test_nothing_is_lost_whether_it_is_taken_or_not():
    """Two megabytes three hundred times, by each way, would be 1.8 GB."""
    text = table(x=["x" * 2_000_000])
    pa.table(text)
    before = memory()
    for _ in range(300):
        text.__arrow_c_schema__()
        text.__arrow_c_array__()
        text.__arrow_c_stream__()
        pa.table(text)
        pa.RecordBatchReader.from_stream(text).close()
    gc.collect()
    assert memory() - before < 200_000_000


def test_it_outlives_what_it_came_from():
    read = pa.table(sample_of(["a" * 100, "b" * 100]))
    gc.collect()
    assert sorted(read.column("item").to_pylist()) == ["a" * 100, "b" * 100]
