"""A red run means that hashable values which a set tells apart count as fewer, and as exact.

Here are the hashable types of the standard library, of the libraries that columns come from, and of
popular packages where these are installed: thousands of instances each, with fields that lie near
each other, are negative, large or missing, for there hash() collides.
"""

import dataclasses
import datetime as dt
import fractions
import functools
import inspect
import ipaddress
import itertools
import operator
import pathlib
import re
import sqlite3
import types
import typing
import urllib.parse
import uuid
import zoneinfo

import pytest

from cvmcount import CVMSketch

LARGE = [2**61 - 3, 2**61 - 2, 2**61 - 1, 2**61, -(2**61) + 1, 2**62]
WHOLE = [*range(-12, 12), *LARGE]
PAIRS = list(itertools.product(WHOLE, WHOLE))
HOUR = dt.timedelta(hours=1)

MAKERS = []


def maker(make):
    MAKERS.append(make)
    return make


@maker
def slices():
    return [slice(a, b) for a, b in PAIRS]


@maker
def ranges():
    return [range(a, b) for a, b in PAIRS]


@maker
def complex_numbers():
    return [complex(a, b) for a, b in PAIRS]


@maker
def ratios():
    return [fractions.Fraction(a, b or 5) for a, b in PAIRS]


@maker
def dates_and_zones():
    days = [dt.date(1970, 1, 1) + dt.timedelta(a) for a in range(-999, 999)]
    zones = [dt.timezone(dt.timedelta(minutes=a)) for a in range(-999, 999)]
    return [*days, *zones, *(dt.datetime(1970, 1, 1, tzinfo=zone) for zone in zones[:500])]


@maker
def named_zones():
    return [zoneinfo.ZoneInfo(name) for name in ("UTC", "Europe/Paris")]


@maker
def addresses():
    six = [ipaddress.IPv6Address(2**120 * a + b) for a in range(40) for b in range(40)]
    return [*six, *(ipaddress.ip_network((a << 16, 16)) for a in range(999))]


@maker
def paths():
    return [cls(f"a{a}/B{b}") for a, b in PAIRS for cls in (pathlib.Path, pathlib.PureWindowsPath)]


@maker
def identifiers():
    return [uuid.UUID(int=a % 2**128) for a in WHOLE]


@maker
def patterns():
    return [re.compile(f"a{a}", flags) for a in WHOLE for flags in (0, re.IGNORECASE)]


@maker
def type_hints():
    some = [list[int], list[str], dict[str, int], int | str, None | int]
    return [*some, *(typing.Literal[a] for a in WHOLE), *(tuple[(int,) * a] for a in range(50))]


@maker
def signatures():
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("x", kind, default=a) for a in WHOLE]
    return [*parameters, *(inspect.Signature([parameter]) for parameter in parameters)]


@maker
def split_urls():
    return [urllib.parse.urlsplit(f"http://h{a}/p{b}") for a, b in PAIRS]


@maker
def code():
    return [compile(str(a), "file", "eval") for a in WHOLE]


@maker
def callables():
    return [*(operator.itemgetter(a) for a in WHOLE), *(functools.partial(int, a) for a in WHOLE)]


@maker
def views_of_dicts():
    return [types.MappingProxyType({a: b}) for a, b in PAIRS]


@maker
def database_rows():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = [connection.execute("SELECT ?, ?", pair).fetchone() for pair in PAIRS]
    connection.close()
    return rows


@maker
def data_classes():
    cls = dataclasses.make_dataclass("Cell", ["a", "b"], frozen=True)
    nested = [cls(cls(a, None), b) for a, b in PAIRS]
    return [*nested, *(cls(a, b) for a, b in PAIRS), *(cls(None, a) for a in WHOLE)]


@maker
def numpy_scalars():
    np = pytest.importorskip("numpy")
    kinds = (np.int8, np.int64, np.float32, np.float64, np.complex64)
    numbers = [kind(a) for a in range(-128, 128) for kind in kinds]
    times = [np.datetime64(a, unit) for a in range(-99, 99) for unit in ("s", "ms", "h")]
    return [*numbers, *times]


@maker
def numpy_dtypes():
    np = pytest.importorskip("numpy")
    kinds = ["i1", "u1", "f2", "f4", "f8", "c8", "U1", "U2", "S3", "V4", ">i4", "M8[ns]", "m8[s]"]
    return [np.dtype(kind) for kind in kinds]


@maker
def pandas_scalars():
    pd = pytest.importorskip("pandas")
    times = [pd.Timestamp(a, unit="s", tz=zone) for a in range(-999, 999) for zone in (None, "UTC")]
    amounts = [pd.Timedelta(a, unit="ns") for a in range(-999, 999)]
    periods = [pd.Period(ordinal=a, freq=f) for a in range(-999, 999) for f in ("D", "M", "3D")]
    closed = ("left", "right", "both", "neither")
    intervals = [pd.Interval(a, a + 1, side) for a in range(-99, 99) for side in closed]
    return [*times, *amounts, *periods, *intervals]


@maker
def pandas_offsets():
    pd = pytest.importorskip("pandas")
    hours = [pd.offsets.Hour(a) for a in range(-20, 20)]
    days = [pd.DateOffset(days=a, months=b) for a in range(-20, 20) for b in range(-20, 20)]
    return [*hours, *days, *(pd.offsets.MonthEnd(a) for a in range(-20, 20))]


@maker
def pandas_dtypes():
    pd = pytest.importorskip("pandas")
    kinds = [pd.CategoricalDtype(["a", "b"]), pd.CategoricalDtype(["a", "c"]), pd.Int8Dtype()]
    return [*kinds, pd.PeriodDtype("D"), pd.PeriodDtype("M"), pd.IntervalDtype("int64")]


@maker
def polars_dtypes():
    pl = pytest.importorskip("polars")
    return [pl.Int64(), pl.Datetime("us"), pl.Datetime("ns"), pl.Decimal(9, 2), pl.List(pl.Int8)]


@maker
def arrow_types():
    pa = pytest.importorskip("pyarrow")
    fields = [pa.field(f"f{a}", pa.int8()) for a in range(99)]
    return [*fields, pa.int8(), pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.decimal128(9, 2)]


@maker
def arrow_scalars():
    pa = pytest.importorskip("pyarrow")
    times = [pa.scalar(dt.datetime(1970, 1, 1) + a * HOUR) for a in range(-99, 99)]
    return [*times, *(pa.scalar(a) for a in WHOLE), *(pa.scalar(str(a)) for a in WHOLE)]


@maker
def attrs_classes():
    attrs = pytest.importorskip("attrs")
    cls = attrs.make_class("Cell", {"a": attrs.field(), "b": attrs.field(eq=abs)}, frozen=True)
    return [cls(a, b) for a, b in PAIRS]


@maker
def pydantic_models():
    pydantic = pytest.importorskip("pydantic")
    cls = pydantic.create_model("Cell", a=int, b=int, __config__={"frozen": True})
    urls = [pydantic.AnyUrl(f"http://host{a}/") for a in range(999)]
    return [*urls, *(cls(a=a, b=b) for a, b in PAIRS)]


@maker
def sqlalchemy_rows():
    sqlalchemy = pytest.importorskip("sqlalchemy")
    select = sqlalchemy.text("SELECT :a, :b")
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        return [connection.execute(select, {"a": a, "b": b}).one() for a, b in PAIRS]


@maker
def shapes():
    shapely = pytest.importorskip("shapely")
    lines = [shapely.LineString([(a, b), (0, 1)]) for a, b in PAIRS]
    return [*lines, *(shapely.Point(a, b) for a, b in PAIRS)]


@maker
def formulas():
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    return [*(x * a + b for a, b in PAIRS[:99]), *(sympy.Rational(a, 7) for a in WHOLE)]


@maker
def physical_units():
    units = pytest.importorskip("astropy.units")
    return [*(units.m**a for a in range(-20, 20)), *(a * units.m for a in range(-5, 5))]


@maker
def graphs():
    networkx = pytest.importorskip("networkx")
    return [networkx.Graph(), networkx.DiGraph()]


@maker
def urls():
    yarl = pytest.importorskip("yarl")
    return [yarl.URL(f"http://host{a}/{b}") for a, b in PAIRS]


@maker
def pendulum_times():
    pendulum = pytest.importorskip("pendulum")
    start = pendulum.datetime(1970, 1, 1)
    durations = [pendulum.duration(days=a, hours=b) for a, b in PAIRS if abs(a) + abs(b) < 99]
    instants = [start.add(seconds=a) for a in range(-99, 99)]
    return [*durations, *instants, *(pendulum.interval(a, a.add(hours=1)) for a in instants)]


@pytest.mark.filterwarnings("ignore")  # of the packages
@pytest.mark.parametrize("make", MAKERS)
def test_what_a_set_tells_apart_is_told_apart_or_not_exact(make):
    items = make()
    sketch = CVMSketch(capacity=len(items) + 3)
    try:
        distinct = len(set(items))
    except TypeError:  # such as slices before Python 3.12
        with pytest.raises(TypeError, match=r"not hashable|unhashable"):
            sketch.update(items)
        return
    if items and type(items[0]).__hash__ is object.__hash__:
        with pytest.raises(TypeError, match="compared by its address"):
            sketch.update(items)
        return
    sketch.update(items + items)
    assert sketch.count() == distinct or not sketch.is_exact
    low, high = sketch.interval()
    assert low <= distinct <= high
