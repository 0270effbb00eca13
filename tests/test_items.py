"""A red run means that a value does not come back from the bytes in which it is kept, or that
columns write other bytes than Python for the same value."""

import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch
from cvmcount._identity.objects import identity
from cvmcount._items import decode_item, encode_item
from strategies import (
    Whole,
    complexes,
    days,
    durations,
    instants,
    integers,
    numbers,
    plain_values,
    times_of_day,
)

pa = pytest.importorskip("pyarrow")


def is_quiet(value):
    return not (isinstance(value, decimal.Decimal) and value.is_snan())


# Deferred, because the names of what they are made of fill pages.
values = st.deferred(
    lambda: st.one_of(
        plain_values, numbers, complexes, days, durations, instants, times_of_day, st.uuids()
    ).filter(is_quiet)
)
nested = st.deferred(
    lambda: values | st.lists(nested, max_size=3).map(tuple) | st.frozensets(nested, max_size=3)
)


@given(nested)
def test_a_value_comes_back_as_an_equal_one(value):
    back = decode_item(encode_item(value))
    assert identity(back, dropna=False) == identity(value, dropna=False)


@given(st.one_of(integers, st.text(), st.binary(), days, st.booleans(), st.uuids()))
def test_the_type_stays(value):
    back = decode_item(encode_item(value))
    assert back == value
    assert type(back) is type(value)


def test_the_forms():
    """From RFC 8949, appendix A, and docs/format.md."""
    for value, form in [
        (0, "00"),
        (1000000, "1a000f4240"),
        (2**64, "c249010000000000000000"),
        (-(2**64), "3bffffffffffffffff"),
        (-(2**64) - 1, "c349010000000000000000"),
        (1.1, "fb3ff199999999999a"),
        (True, "f5"),
        (None, "f6"),
        ("ü", "62c3bc"),
        (b"\x01\x02", "420102"),
        ((1, None), "8201f6"),
        (frozenset({2, 1}), "d90102820102"),
        (decimal.Decimal("273.15"), "c48221196ab3"),
        (fractions.Fraction(1, 3), "d81e820103"),
        (dt.date(1969, 12, 31), "d86420"),
        (dt.datetime(1970, 1, 1, 0, 0, 0, 2), "d9aa001907d0"),
        (dt.timedelta(microseconds=-1), "d9aa043903e7"),
        (uuid.UUID(int=1), "d825" + "50" + "00" * 15 + "01"),
    ]:
        assert encode_item(value).hex() == form, value


@pytest.mark.parametrize(
    "value",
    [
        np.int8(-3),
        np.float32(0.1),
        np.bool_(True),
        np.str_("ü"),
        np.bytes_(b"a"),
        np.datetime64("2024-02-29"),
        np.datetime64("2024-02-29T12:00:00.000000001"),
        np.datetime64("2024-02", "M"),
        np.datetime64(10**9, "D"),
        np.datetime64(10**15, "s"),
        np.datetime64(1, "as"),
        np.timedelta64(1, "ns"),
        np.timedelta64(-5, "W"),
        np.complex64(1 + 2j),
        np.longdouble(1) / 3,
        np.array([(1, "a")], dtype="i4,U1")[0],
        pd.Timestamp("2024-02-29 12:00:00.000000001"),
        pd.Timestamp("2024-02-29 12:00", tz="Europe/Oslo"),
        pd.Timedelta(1, "ns"),
        pa.scalar("x"),
        pa.scalar(decimal.Decimal("1.50")),
        memoryview(b"ab"),
        bytearray(b"ab"),
        collections.namedtuple("Pair", "a b")(1, "x"),
        dt.time(23, 59, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
        ipaddress.ip_address("::1"),
        pathlib.PurePosixPath("/a/b"),
        Whole(7),
        decimal.Decimal("1E+999999"),
        decimal.Decimal("-Infinity"),
        decimal.Decimal((0, (1,) * 5000, 0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_other_types_come_back_as_equal_ones(value):
    back = decode_item(encode_item(value))
    assert identity(back) == identity(value)


@pytest.mark.parametrize("value", [float("nan"), pd.NA, pd.NaT, np.datetime64("NaT", "s"), None])
def test_missing_values_are_one(value):
    assert decode_item(encode_item(value)) is None


def test_what_cannot_be_pickled_is_an_error_that_names_the_type():
    class Local:
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 5

    sketch = CVMSketch(keep="items")
    with pytest.raises(TypeError, match=r"cannot keep an item of type '.*Local'"):
        sketch.update([1, Local()])
    assert sketch.items_seen == 2


def items_of(column):
    """What a column writes of its values, by itself."""
    sketch = CVMSketch(keep="items", dropna=False)
    sketch.update(column)
    return sorted(map(repr, sketch.sample().items()))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, -1, None], pa.int8()),
        pa.array([1, 2**64 - 1], pa.uint64()),
        pa.array([0.5, None], pa.float16()),
        pa.array([0.5, -0.25], pa.float32()),
        pa.array([True, False, None]),
        pa.array(["a", "ü" * 40, None]),
        pa.array(["a", "ü" * 40, None], pa.large_string()),
        pa.array(["a", "ü" * 40, None], pa.string_view()),
        pa.array([b"a", b"\xff" * 40], pa.binary()),
        pa.array([b"abcd"], pa.binary(4)),
        pa.array([decimal.Decimal("1.50"), decimal.Decimal("-2.25")], pa.decimal128(9, 2)),
        pa.array([decimal.Decimal("-1.50")], pa.decimal256(60, 2)),
        pa.array([-1, 19000], pa.int32()).cast(pa.date32()),
        pa.array([dt.datetime(2024, 2, 29, 12)], pa.timestamp("s")),
        pa.array([dt.datetime(2024, 2, 29, 12, 0, 0, 5)], pa.timestamp("us")),
        pa.array([dt.time(12, 30)], pa.time32("s")),
        pa.array([dt.timedelta(days=-3)], pa.duration("ms")),
        pa.array([[1, 2], [], None, [3]]),
        pa.array([[1, 2], [3, 4]], pa.list_(pa.int64(), 2)),
        pa.array([{"a": 1, "b": "x"}, {"a": None, "b": "y"}]),
        pa.array(["a", "b", "a", None]).dictionary_encode(),
        pa.array([1, 1, 2], pa.int64()).dictionary_encode(),
        pa.nulls(3),
    ],
    ids=lambda column: str(column.type),
)
def test_columns_write_what_their_values_are(column):
    def plain(value):
        if isinstance(value, list):
            return tuple(map(plain, value))
        return tuple(map(plain, value.values())) if isinstance(value, dict) else value

    assert items_of(column) == sorted(map(repr, {plain(value.as_py()) for value in column}))


@pytest.mark.parametrize(
    "array",
    [
        np.array([1, -1], ">i4"),
        np.array([1, 2**63], "u8"),
        np.array([0.5, -2.0], "f2"),
        np.array([1 + 2j, 3], "c16"),
        np.array(["a", "ü"], ">U5"),
        np.array([b"a", b"bc"]),
        np.array([True, False]),
        np.array([0, 1], "M8[ms]"),
        np.array([0, 1], "M8[D]"),
        np.array([0, -1], "m8[h]"),
        np.array([1, "a", None], object),
        np.array([(1, "a"), (2, "b")], "i4,U1"),
    ],
    ids=lambda array: array.dtype.str,
)
def test_arrays_write_what_their_values_are(array):
    assert items_of(array) == sorted(map(repr, array.tolist()))
