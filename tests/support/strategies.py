"""What the property tests draw: values of every kind, with many near misses and repeats."""

import dataclasses
import datetime as dt
import enum
import ipaddress
import pathlib
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

edges = st.sampled_from(
    [
        base + offset
        for base in (0, 2**31, 2**32, 2**53, 2**63, 2**64, 2**100, 2**1023, 2**1024, 10**400)
        for offset in (-1, 0, 1)
    ]
)
integers = st.one_of(
    st.integers(-3, 3), st.integers(-(2**70), 2**70), edges, edges.map(lambda n: -n)
)
reals = st.one_of(
    st.floats(),
    st.integers(-(2**66), 2**66).map(float),
    st.sampled_from([0.0, -0.0, 0.5, 5e-324, 2.0**63, 2.0**64, 1e308, float("inf"), float("nan")]),
)
texts = st.one_of(
    st.text(max_size=4),
    st.text(st.characters(codec=None), max_size=300),  # with lone surrogates
    st.text("ab", max_size=40),
)
byte_strings = st.one_of(st.binary(max_size=4), st.binary(max_size=300))
missing = st.sampled_from([None, float("nan")])
plain_values = st.one_of(integers, reals, texts, byte_strings, st.booleans(), missing)
streams = st.lists(plain_values, max_size=60)

decimals = st.one_of(
    st.decimals(),
    st.integers(-9, 9).map(Decimal),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=20).map(tuple),
        st.one_of(
            st.integers(-30, 30), st.integers(-1200, 1200), st.sampled_from([10**9, -(10**9)])
        ),
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(Decimal),
)
fractions = st.one_of(
    st.fractions(max_denominator=12),
    st.fractions(),
    st.builds(lambda n, k: Fraction(n, 2**k), integers, st.integers(0, 1100)),
    st.builds(lambda n, p: Fraction(n, p), st.integers(1, 5), st.sampled_from([0x9E3779B1, 5, 10])),
)
complexes = st.one_of(st.complex_numbers(), reals.map(complex))
numbers = st.one_of(integers, reals, decimals, fractions, complexes, st.booleans())


def is_number(value):
    """Not a NaN. (A signalling one of decimal is an error to compare.)"""
    return not value.is_snan() and value == value if isinstance(value, Decimal) else value == value


zones = st.one_of(
    st.none(),
    st.just(dt.UTC),
    st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)).map(dt.timezone),
)
# Years for which an offset does not leave the calendar.
instants = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31), timezones=zones)
instants |= st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 3), timezones=zones)
days = st.dates() | st.dates(dt.date(1969, 12, 30), dt.date(1970, 1, 2))
times_of_day = st.times(timezones=zones)
durations = st.timedeltas() | st.integers(-3, 3).map(lambda n: dt.timedelta(microseconds=n))

words = st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-5, 5) | st.integers(-(10**13), 10**13)
units = st.sampled_from(["W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s", "7D"])
numpy_times = st.one_of(
    st.builds(np.datetime64, words, units | st.sampled_from(["Y", "M"])),
    st.builds(np.timedelta64, words, units),
    st.builds(np.datetime64, st.just("NaT"), units),
)
small = st.integers(0, 100)
frequencies = st.sampled_from(["Y", "M", "2W", "D", "h", "ms"])
numpy_numbers = st.one_of(
    st.builds(
        lambda kind, value: np.dtype(kind).type(value),
        st.sampled_from("?bBhHiIlLqQefdgFDG"),
        small,
    ),
    st.floats(width=32).map(np.float32),
    st.floats(width=16).map(np.float16),
    reals.map(np.float64),
    reals.map(np.longdouble),
    st.builds(lambda a, b: np.longdouble(a) + np.longdouble(b) / 2**64, small, small),
    st.builds(lambda a: np.longdouble(2) ** a, st.integers(-16000, 16000)),
    st.complex_numbers(width=64).map(np.complex64),
    st.complex_numbers().map(np.clongdouble),
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
)
at = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
pandas_times = st.one_of(
    st.builds(lambda at, ns: pd.Timestamp(at) + pd.Timedelta(ns, "ns"), at, small),
    at.map(lambda at: pd.Timestamp(at, tz=dt.UTC).tz_convert(dt.timezone(dt.timedelta(hours=5)))),
    st.integers(-(2**62), 2**62).map(lambda ns: pd.Timedelta(ns, "ns")),
)
array_values = st.one_of(
    numpy_times,
    numpy_numbers,
    pandas_times,
    texts.filter(lambda text: "\0" not in text).map(np.str_),
    byte_strings.map(np.bytes_),
    st.builds(lambda a, b: np.array([(a, b)], "i4,U5")[0], small, st.text("abc", max_size=5)),
    byte_strings.filter(len).map(lambda data: np.frombuffer(data, f"V{len(data)}")[0]),
    st.sampled_from([pd.NA, pd.NaT, np.ma.masked]),
)


class Colour(enum.Enum):
    """Members are told apart by name."""

    RED = 1
    GREEN = 2
    ROUGE = 1


class Level(enum.IntEnum):
    """Members are integers."""

    LOW = 1


class Word(enum.StrEnum):
    """Members are text."""

    A = "a"


class Access(enum.Flag):
    """Members have combinations without a name."""

    READ = 1
    WRITE = 2


@dataclasses.dataclass(frozen=True)
class Point:
    """Equal to one of equal fields, but for the last."""

    x: object
    y: object = None
    label: str = dataclasses.field(default="", compare=False)


class FarPoint(Point):
    """Never equal to a Point."""


@dataclasses.dataclass(frozen=True)
class Circle:
    """Known only by its own hash(), because it says itself what is equal."""

    radius: int

    def __eq__(self, other):
        return isinstance(other, Circle) and abs(self.radius) == abs(other.radius)

    def __hash__(self):
        return hash(abs(self.radius))


class Text(str):
    """Equal to its content."""

    __slots__ = ()


class Octets(bytes):
    """Equal to its content."""

    __slots__ = ()


class Pair(NamedTuple):
    """Equal to the tuple of its fields."""

    first: object
    second: object


class Group(frozenset):
    """Equal to the set of its elements, whatever its iterator says."""

    __slots__ = ()

    def __iter__(self):
        return iter(())


class Whole(int):
    """Equal to its value, whatever its conversions say."""

    __slots__ = ()

    def __int__(self):
        return 0

    __index__ = __int__

    def bit_length(self):
        return 0


others = st.one_of(
    st.uuids(),
    st.integers(0, 3).map(lambda n: uuid.UUID(int=n)),
    st.sampled_from([*Colour, *Level, *Word, *Access, Access.READ | Access.WRITE, Access(0)]),
    texts.map(Text),
    integers.map(Whole),
    byte_strings.map(Octets),
    byte_strings.map(bytearray),
    byte_strings.map(memoryview),
    st.builds(range, st.integers(-3, 3), integers, st.sampled_from([-(2**70), -2, 1, 3])),
    st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)).map(dt.timezone),
    st.ip_addresses(),
    st.ip_addresses().map(ipaddress.ip_interface),
    st.ip_addresses(v=6).map(lambda address: ipaddress.ip_address(f"{address}%eth0")),
    st.builds(
        lambda address, prefix: ipaddress.ip_interface(f"{address}/{prefix}").network,
        st.ip_addresses(),
        st.integers(0, 32),
    ),
    st.builds(
        lambda cls, parts: cls(*parts),
        st.sampled_from([pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.Path]),
        st.lists(st.sampled_from(["/", "C:", "a", "A", "ß", "..", "x/y", "b\\c"]), max_size=4),
    ),
    st.builds(pd.Period, st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1)), freq=frequencies),
    st.builds(
        pd.Interval,
        small,
        small.map(lambda width: width + 101.5),
        st.sampled_from(["left", "right", "both", "neither"]),
    ),
    st.builds(Point, small, label=texts),
    st.builds(FarPoint, small, texts),
    st.integers(0, 3).map(Circle),
)


@st.composite
def leaf(draw):
    """Any value that is not made of others. (A composite, because its repr is short.)"""
    kinds = [plain_values, numbers, instants, days, times_of_day, durations, array_values, others]
    return draw(draw(st.sampled_from(kinds)))


def frozen(cls, items):
    """A set of the items that can be in one: some are not hashable, some raise when compared."""
    elements = cls()
    for item in items:
        try:
            elements = cls([*frozenset.__iter__(elements), item])
        except (TypeError, ValueError):
            continue
    return elements


values = st.recursive(
    leaf(),
    lambda children: st.one_of(
        st.lists(children, max_size=4).map(tuple),
        st.lists(leaf(), min_size=16, max_size=20).map(tuple),
        st.builds(Pair, children, children),
        st.builds(Point, children, children),
        st.builds(frozen, st.sampled_from([frozenset, Group]), st.lists(leaf(), max_size=4)),
    ),
    max_leaves=8,
)
