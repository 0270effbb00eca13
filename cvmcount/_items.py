"""Items: Python values to the bytes in which they are kept, and back.

The bytes are a small part of CBOR (RFC 8949), in which every value has one form: docs/format.md
lists them. Columns write the same bytes in cpp/src/items/.
"""

import datetime
import struct
import sys

_EPOCH = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)

# The tags of CBOR; from 43520 on they are our own.
_BIG, _BIG_NEGATIVE, _DECIMAL, _FRACTION, _UUID, _DATE, _FROZENSET = 2, 3, 4, 30, 37, 100, 258
_COMPLEX, _DATETIME, _AWARE_DATETIME, _TIME, _AWARE_TIME = 43000, 43520, 43521, 43522, 43523
_DURATION, _OBJECT = 43524, 43530

_KINDS = {
    _DECIMAL: "decimal",
    _FRACTION: "fraction",
    _UUID: "uuid",
    _DATE: "date",
    _FROZENSET: "frozenset",
    _COMPLEX: "complex",
    _DATETIME: "datetime",
    _AWARE_DATETIME: "aware_datetime",
    _TIME: "time",
    _AWARE_TIME: "aware_time",
    _DURATION: "duration",
    _OBJECT: "object",
}

_MISSING = b"\xf6"

# The units of NumPy that have one length, in attoseconds.
_ATTOSECONDS = {
    "as": 1,
    "fs": 10**3,
    "ps": 10**6,
    "ns": 10**9,
    "us": 10**12,
    "ms": 10**15,
    "s": 10**18,
    "m": 60 * 10**18,
    "h": 3600 * 10**18,
    "D": 86400 * 10**18,
    "W": 7 * 86400 * 10**18,
}


def encode_item(item):
    """The bytes of one value. An object that has no form of its own is pickled.

    Raises
    ------
    TypeError
        If such an object cannot be pickled.
    """
    if item is None:
        return _MISSING
    write = _WRITERS.get(type(item))
    return write(item) if write is not None else _encode_rare(item)


def decode_item(data):
    """The value that the bytes stand for.

    A time that no datetime holds comes back as numpy.datetime64 or timedelta64.
    """
    value, _ = _decode(memoryview(data), 0)
    return value


def encode_members(members):
    """The bytes of a tuple, from those of its members."""
    return _head(4, len(members)) + b"".join(members)


def decode_tagged(data):
    """The kind of a value that has a tag, and what is behind the tag; otherwise None and the value.

    Integers have no tag here, however long. Times are integers of nanoseconds, or decimals.
    """
    major, tag, at = _take_head(data, 0)
    if major != 6 or tag not in _KINDS:
        return None, decode_item(data)
    return _KINDS[tag], _decode(memoryview(data), at)[0]


# ---- writing -------------------------------------------------------------------------------------


def _head(major, argument):
    if argument < 24:
        return bytes((major << 5 | argument,))
    for code, size in ((24, 1), (25, 2), (26, 4)):
        if argument < 1 << 8 * size:
            return bytes((major << 5 | code,)) + argument.to_bytes(size, "big")
    return bytes((major << 5 | 27,)) + argument.to_bytes(8, "big")


def _tagged(tag, content):
    return _head(6, tag) + content


def _encode_bool(item):
    return b"\xf5" if item else b"\xf4"


def _encode_int(item):
    major, argument = (0, item) if item >= 0 else (1, -1 - item)
    if argument < 1 << 64:
        return _head(major, argument)
    digits = argument.to_bytes((argument.bit_length() + 7) // 8, "big")
    return _tagged(_BIG if item >= 0 else _BIG_NEGATIVE, _encode_bytes(digits))


def _double(item):
    return b"\xfb" + struct.pack(">d", item)


def _encode_float(item):
    return _MISSING if item != item else _double(item)


def _encode_str(item):
    utf8 = str.encode(item, "utf-8", "surrogatepass")
    return _head(3, len(utf8)) + utf8


def _encode_bytes(item):
    return _head(2, len(item)) + bytes(item)


def _encode_tuple(item):
    return encode_members([encode_item(member) for member in tuple.__iter__(item)])


def _encode_frozenset(item):
    return _tagged(_FROZENSET, encode_members(sorted({encode_item(m) for m in frozenset(item)})))


def _encode_complex(item):
    if item != item:
        return _MISSING
    return _tagged(_COMPLEX, _head(4, 2) + _double(item.real) + _double(item.imag))


def _encode_decimal(item):
    sign, digits, exponent = item.as_tuple()
    if not isinstance(exponent, int):
        return _MISSING if item.is_nan() else _double(float(item))
    mantissa = int("".join(map(str, digits)) or "0") if len(digits) < 4000 else _long_int(digits)
    return _encode_scaled(exponent, -mantissa if sign else mantissa)


def _long_int(digits):
    """The same for more digits than int() takes from text."""
    half = len(digits) // 2
    if half < 2000:
        return int("".join(map(str, digits)))
    return _long_int(digits[:half]) * 10 ** (len(digits) - half) + _long_int(digits[half:])


def _encode_scaled(exponent, mantissa):
    return _tagged(_DECIMAL, _head(4, 2) + _encode_int(exponent) + _encode_int(mantissa))


def _encode_fraction(item):
    return _encode_ratio(int(item.numerator), int(item.denominator))


def _encode_ratio(numerator, denominator):
    return _tagged(_FRACTION, _head(4, 2) + _encode_int(numerator) + _encode_int(denominator))


def _encode_attoseconds(tag, attoseconds):
    nanoseconds, rest = divmod(attoseconds, 10**9)
    return _tagged(tag, _encode_scaled(-9, attoseconds) if rest else _encode_int(nanoseconds))


def _encode_microseconds(tag, microseconds):
    return _tagged(tag, _encode_int(1000 * microseconds))


def _encode_date(item):
    return _tagged(_DATE, _encode_int(item.toordinal() - _EPOCH.toordinal()))


def _encode_datetime(item):
    offset = item.utcoffset()
    since = item.replace(tzinfo=None) - _EPOCH
    nanoseconds = getattr(item, "nanosecond", 0)  # of pandas
    tag = _DATETIME
    if offset is not None:
        since, tag = since - offset, _AWARE_DATETIME
    if not isinstance(since, datetime.timedelta):
        raise TypeError
    whole = (since.days * 86400 + since.seconds) * 10**6 + since.microseconds
    return _tagged(tag, _encode_int(1000 * whole + nanoseconds))


def _encode_time(item):
    seconds = (item.hour * 60 + item.minute) * 60 + item.second
    offset = item.utcoffset()
    microseconds = 10**6 * seconds + item.microsecond
    if offset is None:
        return _encode_microseconds(_TIME, microseconds)
    return _encode_microseconds(_AWARE_TIME, microseconds - offset // _MICROSECOND)


def _encode_timedelta(item):
    whole = (item.days * 86400 + item.seconds) * 10**6 + item.microseconds
    return _tagged(_DURATION, _encode_int(1000 * whole + getattr(item, "nanoseconds", 0)))


_WRITERS = {
    bool: _encode_bool,
    int: _encode_int,
    float: _encode_float,
    str: _encode_str,
    bytes: _encode_bytes,
    tuple: _encode_tuple,
    frozenset: _encode_frozenset,
    complex: _encode_complex,
    datetime.date: _encode_date,
    datetime.datetime: _encode_datetime,
    datetime.time: _encode_time,
    datetime.timedelta: _encode_timedelta,
}


def _known(module, name):
    return getattr(sys.modules.get(module), name, ())


# In the order in which _identity/objects.pyx looks for them.
def _encode_rare(item):
    if item is _known("pandas", "NA") or item is _known("pandas", "NaT"):
        return _MISSING
    if item is _known("numpy.ma", "masked"):
        return _MISSING
    for kind, write in _BASES:
        if isinstance(item, kind):
            return write(item)
    if isinstance(item, _known("numpy", "generic")):
        return _encode_numpy(item)
    for module in ("pandas._libs.tslibs.timestamps", "pandas._libs.tslibs.timedeltas"):
        for name, write in (("Timestamp", _encode_datetime), ("Timedelta", _encode_timedelta)):
            if type(item) is _known(module, name):
                return write(item)
    if isinstance(item, complex):
        return _encode_complex(item)
    if isinstance(item, _known("decimal", "Decimal")):
        return _encode_decimal(item)
    if isinstance(item, _known("numbers", "Rational")):
        return _encode_fraction(item)
    if isinstance(item, memoryview):
        return _encode_bytes(item.tobytes())
    if isinstance(item, _known("uuid", "UUID")):
        return _tagged(_UUID, _encode_bytes(int.to_bytes(item.int, 16, "big")))
    if isinstance(item, (_known("sqlite3", "Row"), _known("sqlalchemy.engine", "Row"))):
        return _encode_tuple(tuple(item))
    if isinstance(item, _known("pyarrow", "Scalar")):
        return encode_item(item.as_py())
    return _encode_object(item)


# An instance of a subclass is the value that it has as its base, whatever its own methods say: that
# is how it was counted.
_BASES = (
    (str, _encode_str),
    (tuple, _encode_tuple),
    ((bytes, bytearray), lambda item: _encode_bytes(memoryview(item).tobytes())),
    (bool, _encode_bool),
    (int, lambda item: _encode_int(int.__int__(item))),
    (float, lambda item: _encode_float(float.__float__(item))),
    (frozenset, _encode_frozenset),
)


def _encode_numpy(item):
    kind = item.dtype.kind
    if kind == "b":
        return _encode_bool(bool(item))
    if kind in "iu":
        return _encode_int(int(item))
    if kind == "f":
        nearest = float(item)
        if nearest == item or item != item:
            return _encode_float(nearest)
        return _encode_ratio(*item.as_integer_ratio())
    if kind == "c":
        return _encode_complex(complex(item))
    if kind in "mM":
        return _encode_numpy_time(item, kind)
    if kind == "V" and isinstance(item, _known("numpy", "void")):
        if item.dtype.names is None:
            return _encode_bytes(item.tobytes())
        return encode_members([encode_item(item[name]) for name in item.dtype.names])
    if hasattr(item, "__index__"):
        return _encode_int(item.__index__())
    return _encode_float(float(item))


def _encode_numpy_time(item, kind):
    import numpy as np

    if item != item:
        return _MISSING
    unit, count = np.datetime_data(item.dtype)
    value = int(item.view("i8")) * count
    if kind == "M" and unit == "D":
        return _tagged(_DATE, _encode_int(value))
    if unit in _ATTOSECONDS:
        attoseconds = value * _ATTOSECONDS[unit]
    else:  # years or months
        attoseconds = int(item.astype("M8[D]").view("i8")) * _ATTOSECONDS["D"]
    return _encode_attoseconds(_DURATION if kind == "m" else _DATETIME, attoseconds)


def _encode_object(item):
    import pickle

    try:
        data = pickle.dumps(item, protocol=5)
    except Exception as error:
        raise TypeError(
            f"cannot keep an item of type {type(item).__qualname__!r}, because it cannot be "
            f"pickled: {error}"
        ) from error
    return _tagged(_OBJECT, _encode_bytes(data))


# ---- reading -------------------------------------------------------------------------------------


def _take_head(data, at):
    first = data[at]
    major, code = first >> 5, first & 31
    if code < 24:
        return major, code, at + 1
    size = 1 << (code - 24)
    return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _decode(data, at):
    first = data[at]
    if first == 0xFB:
        return struct.unpack(">d", data[at + 1 : at + 9])[0], at + 9
    if first >= 0xF4:
        return {0xF4: False, 0xF5: True, 0xF6: None}[first], at + 1
    major, argument, at = _take_head(data, at)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major == 2:
        return bytes(data[at : at + argument]), at + argument
    if major == 3:
        return _decode_text(bytes(data[at : at + argument])), at + argument
    if major == 4:
        return _decode_members(data, at, argument)
    content, at = _decode(data, at)
    return _READERS[argument](content), at


def _decode_text(utf8):
    try:
        return utf8.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # of a column that says it is text
        return utf8.decode("utf-8", "surrogateescape")


def _decode_members(data, at, count):
    members = []
    for _ in range(count):
        member, at = _decode(data, at)
        members.append(member)
    return tuple(members), at


# Modules that few programs need are imported where a value is of their kind.
def _fraction_of(parts):
    import fractions

    return fractions.Fraction(*parts)


def _decimal_of(parts):
    import decimal

    exponent, mantissa = parts
    digits = tuple(map(int, str(decimal.Decimal(abs(mantissa)))))
    try:
        return decimal.Decimal((int(mantissa < 0), digits, exponent))
    except (ValueError, OverflowError):
        return mantissa * _fraction_of((10, 1)) ** exponent


# The time in attoseconds.
def _attoseconds(content):
    if isinstance(content, int):
        return content * 10**9
    sign, digits, exponent = content.as_tuple()
    attoseconds = int("".join(map(str, digits))) * 10 ** (exponent + 9)
    return -attoseconds if sign else attoseconds


def _numpy_time(letter, content):
    import numpy as np

    attoseconds = _attoseconds(content)
    for unit in ("s", "ms", "us", "ns", "ps", "fs", "as"):
        count, rest = divmod(attoseconds, _ATTOSECONDS[unit])
        if rest == 0 and -(2**63) < count < 2**63:
            return (np.datetime64 if letter == "M" else np.timedelta64)(count, unit)
    raise ValueError("the sample holds a time that neither datetime nor NumPy can hold")


def _microseconds(content):
    """A timedelta, or None where it is no whole number of microseconds or too long."""
    microseconds, rest = divmod(_attoseconds(content), 10**12)
    if rest:
        return None
    try:
        return datetime.timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def _datetime_of(content):
    since = _microseconds(content)
    try:
        return _EPOCH + since
    except (TypeError, OverflowError):
        return _numpy_time("M", content)


def _aware_datetime_of(content):
    value = _datetime_of(content)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=datetime.UTC)
    import pandas as pd

    return pd.Timestamp(value, tz="UTC")


def _date_of(days):
    try:
        return datetime.date.fromordinal(_EPOCH.toordinal() + days)
    except (ValueError, OverflowError):
        import numpy as np

        return np.datetime64(days, "D")


def _time_of(content):
    since = _microseconds(content)
    day = datetime.timedelta(days=1)
    if since is None or not datetime.timedelta(0) <= since < day:
        return _numpy_time("m", content)
    return (_EPOCH + since).time()


# The clock of a zone in which the time of day lies within the day.
def _aware_time_of(content):
    since = _microseconds(content)
    offset = datetime.timedelta(0)
    if since < offset:
        offset = -since
    elif since >= datetime.timedelta(days=1):
        offset = datetime.timedelta(days=1) - _MICROSECOND - since
    zone = datetime.timezone(offset) if offset else datetime.UTC
    return (_EPOCH + since + offset).time().replace(tzinfo=zone)


def duration_of_nanoseconds(content):
    """A timedelta, or a numpy.timedelta64 where that is too coarse or too short."""
    since = _microseconds(content)
    return _numpy_time("m", content) if since is None else since


def _uuid_of(content):
    import uuid

    return uuid.UUID(bytes=content)


def _object_of(content):
    import pickle

    return pickle.loads(content)


_READERS = {
    _BIG: lambda digits: int.from_bytes(digits, "big"),
    _BIG_NEGATIVE: lambda digits: -1 - int.from_bytes(digits, "big"),
    _DECIMAL: _decimal_of,
    _FRACTION: _fraction_of,
    _UUID: _uuid_of,
    _DATE: _date_of,
    _FROZENSET: frozenset,
    _COMPLEX: lambda parts: complex(*parts),
    _DATETIME: _datetime_of,
    _AWARE_DATETIME: _aware_datetime_of,
    _TIME: _time_of,
    _AWARE_TIME: _aware_time_of,
    _DURATION: duration_of_nanoseconds,
    _OBJECT: _object_of,
}
