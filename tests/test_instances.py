"""A red run means that values of well-known classes are told apart otherwise than they compare."""

import dataclasses
import datetime as dt
import enum
import ipaddress
import pathlib
import sqlite3

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from cvmcount import CVMSketch, count_approx
from cvmcount._identity.objects import identity

NEAR = [-2, -1, 0, 1, 2, 3, 2**61 - 2, 2**61 - 1, 2**61]

addresses = st.builds(
    lambda number, width: ipaddress.IPv6Address(number) if width else ipaddress.IPv4Address(number),
    st.integers(0, 3) | st.integers(0, 2**32 - 1),
    st.booleans(),
)
interfaces = st.builds(
    lambda address, prefix: ipaddress.ip_interface(f"{address}/{prefix}"),
    addresses,
    st.integers(28, 32),
)
scoped = addresses.filter(lambda address: address.version == 6).flatmap(
    lambda address: st.sampled_from(["0", "1"]).map(
        lambda scope: ipaddress.IPv6Address(f"{address}%{scope}")
    )
)
paths = st.builds(
    lambda cls, text: cls(text),
    st.sampled_from([pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath]),
    st.text("aAbc:/\\.ßẞ", max_size=5),
)
ranges = st.builds(
    range, st.integers(-2, 2), st.integers(-4, 4), st.integers(-3, 3).filter(lambda step: step)
)
zones = st.builds(
    lambda minutes, name: dt.timezone(dt.timedelta(minutes=minutes), name),
    st.integers(-3, 3),
    st.sampled_from(["here", "there"]),
)
periods = st.builds(
    lambda ordinal, frequency: pd.Period(ordinal=ordinal, freq=frequency),
    st.integers(-2, 2),
    st.sampled_from(["Y", "Y-NOV", "M", "D", "2D"]),
)
intervals = st.builds(
    lambda left, width, closed, kind: pd.Interval(kind(left), kind(left + width), closed),
    st.integers(-2, 2),
    st.integers(1, 2),
    st.sampled_from(["left", "both"]),
    st.sampled_from([int, float, lambda n: pd.Timestamp(n, unit="s")]),
)


@dataclasses.dataclass(frozen=True)
class Point:
    """Compared by x and y."""

    x: object
    y: object = None
    label: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True)
class Place(Point):
    """Compared by one field more; never equal to a Point."""

    z: object = None


class Spot(Point):
    """Compared as a Point, but not with one."""


@dataclasses.dataclass(unsafe_hash=True)
class Loose:
    """Not frozen, but with the hash of its fields."""

    x: object


@dataclasses.dataclass(frozen=True, order=True, slots=True, kw_only=True)
class Slotted:
    """Has no __dict__."""

    x: object


class Side(enum.Enum):
    """Members are told apart by name."""

    LEFT = 1
    RIGHT = 2


fields = st.sampled_from([*NEAR, None, "", "a", 1.5, (1, None)])
instances = st.one_of(
    st.builds(Point, fields, fields, st.sampled_from(["", "x"])),
    st.builds(Place, fields, fields, z=fields),
    st.builds(Spot, fields, fields),
    st.builds(Loose, fields),
    st.builds(Slotted, x=fields),
    st.sampled_from(Side),
)
KINDS = [addresses | scoped, interfaces, interfaces.map(lambda i: i.network), paths, ranges]
KINDS += [zones, periods, intervals, instances]


@given(st.data())
@settings(max_examples=3000)
def test_one_element_exactly_if_they_are_equal(data):
    kind = data.draw(st.sampled_from(KINDS))
    a, b = data.draw(kind), data.draw(kind)
    assert (identity(a) == identity(b)) == (a == b)
    assert identity(a, 3) == oracle.identity(a, 3)


def counted(items):
    """The count, and whether it is exact, of items alone, in tuples, and in a column of objects."""
    sketches = [CVMSketch(capacity=10_000) for _ in range(3)]
    items = list(items)
    sketches[0].update(items)
    sketches[1].update([(item, 1) for item in items])
    sketches[2].update(pd.Series(items, dtype=object))
    assert sketches[0] == sketches[2]
    (answer,) = {(sketch.count(), sketch.is_exact) for sketch in sketches}
    return answer


def test_values_whose_own_hashes_collide():
    hosts = [f"2001:db8:0:{n:x}::{h:x}" for n in range(100) for h in range(1, 51)]
    assert counted(map(ipaddress.ip_address, hosts)) == (5000, True)
    networks = [f"10.{i}.{rest}" for i in range(100) for rest in ("0.0/16", "255.0/24")]
    assert counted(map(ipaddress.ip_network, networks)) == (200, True)
    assert counted(pd.period_range("1960", "2020", freq="Y")) == (61, True)
    assert counted(Point(x, y) for x in range(-20, 20) for y in range(-20, 20)) == (1600, True)
    assert counted([pd.Interval(-1, 0), pd.Interval(-2, 0)]) == (2, True)
    assert counted(range(first, first + 9) for first in NEAR) == (len(NEAR), True)


def test_rows_are_tuples():
    with sqlite3.connect(":memory:") as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT -1 AS a, 'x' AS b UNION ALL SELECT -2, NULL").fetchall()
    connection.close()
    assert counted(rows) == (2, True)
    assert counted([*rows, (-1, "x"), (-2, None)]) == (2, True)


def test_rows_of_sqlalchemy_are_tuples():
    sqlalchemy = pytest.importorskip("sqlalchemy")
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT -1, 'x' UNION ALL SELECT -2, 'x'")).all()
    assert counted([*rows, (-1, "x")]) == (2, True)


def test_classes_of_attrs():
    attrs = pytest.importorskip("attrs")

    @attrs.frozen
    class Named:
        name: str = attrs.field(eq=str.lower)
        number: object = None
        note: str = attrs.field(default="", eq=False)

    @attrs.frozen
    class Numbered(Named):
        pass

    @attrs.frozen(eq=False)
    class Apart(Named):
        pass

    class Below(Named):
        pass

    items = [cls(name, x) for cls in (Named, Numbered, Below) for name in "aAb" for x in NEAR]
    assert counted(items) == (len(set(items)), True) == (6 * len(NEAR), True)
    for item in items:
        assert identity(item) == oracle.identity(item)
    assert identity(Named("a", 1, "x")) == identity(Named("A", 1, "y"))
    assert counted([Apart("a"), Apart("A"), Apart("b")]) == (2, False)  # as its base compares


def test_a_class_that_says_itself_what_is_equal():
    """Such a class is known by its own hash only, whatever it is made from."""

    @dataclasses.dataclass(frozen=True)
    class Name:
        text: str

        def __eq__(self, other):
            return self.text.lower() == other.text.lower()

        def __hash__(self):
            return hash(self.text.lower())

    class Folded(pathlib.PurePosixPath):
        def __eq__(self, other):
            return str(self).lower() == str(other).lower()

        def __hash__(self):
            return hash(str(self).lower())

    class Fold(enum.Enum):
        A = 1
        B = 2

        def __eq__(self, other):
            return type(other) is Fold

        def __hash__(self):
            return 7

    class Span(dt.timedelta):
        def __eq__(self, other):
            return self.days == other.days

        def __hash__(self):
            return hash(self.days)

    assert counted([Name("a"), Name("A"), Name("b")]) == (2, False)
    assert counted([Folded("a"), Folded("A"), Folded("b")]) == (2, False)
    assert counted(Fold) == (1, False)
    assert counted([Span(1), Span(1, 5), Span(2)]) == (2, False)


def test_a_dataclass_may_hold_only_what_can_be_counted():
    with pytest.raises(TypeError, match=r"'list'.*not hashable"):
        count_approx([Point([1])])
    with pytest.raises(TypeError, match=r"'object'.*address"):
        count_approx([Point(object())])
    ring = Point(1)
    object.__setattr__(ring, "x", ring)
    with pytest.raises(ValueError, match="nested"):
        count_approx([ring])


def test_missing_fields_are_one_value():
    assert count_approx([Point(None), Point(float("nan")), Point(pd.NA)]) == 1
    assert count_approx([Point(None)], dropna=True) == 1


def test_many_classes():
    """What is remembered of classes is bounded, and dropped classes can be freed."""
    items = [dataclasses.make_dataclass(f"C{i}", ["x"], frozen=True)(i) for i in range(1500)]
    assert counted(items + items) == (1500, True)


COLUMNS = [
    pd.Series(pd.period_range("1960", "2020", freq="Y")),
    pd.period_range("1960-01", "1970-01", freq="3D"),
    pd.Series([pd.Period("2020-01", "M"), pd.NaT, pd.Period("2020-01", "M")]),
    pd.interval_range(-50, 50),
    pd.Series(pd.interval_range(-5.5, 50, closed="both")),
    pd.arrays.IntervalArray.from_breaks(pd.date_range("2020", periods=50, tz="Europe/Paris")),
    pd.arrays.IntervalArray.from_breaks(pd.timedelta_range(0, periods=50, freq="s")),
    pd.arrays.IntervalArray.from_arrays([1.0, float("nan"), 2.0], [2.0, float("nan"), 3.0]),
    pd.Series(pd.period_range("1960", "2020", freq="Y"))[::-7],
    pd.Series([], dtype="period[D]"),
    pd.Series([], dtype="interval[int64, right]"),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: str(column.dtype))
@pytest.mark.parametrize("dropna", [True, False])
def test_columns_of_periods_and_intervals(column, dropna):
    """They count as the list of their values, and so do categories of them."""
    repeated = column.repeat(3)
    by_list, by_column, by_codes = (CVMSketch(dropna=dropna, capacity=20) for _ in range(3))
    by_list.update(list(repeated))
    by_column.update(repeated)
    by_codes.update(pd.Series(pd.Categorical(repeated)))
    assert by_list == by_column == by_codes
    workers = CVMSketch(dropna=dropna, capacity=20)
    workers.update(repeated, workers=3)
    assert workers == by_column
