"""The rule of what counts as one element, and the sampler, in plain Python.

The product must agree with this page bit for bit. It is written for reading: one function a stage,
no shortcuts. The hash of bytes has a page of its own, rapid_hash.py.
"""

import dataclasses
import datetime as dt
import enum
import ipaddress
import pathlib
import sqlite3
import struct
import sys
import uuid
from decimal import Decimal
from fractions import Fraction

import rapid_hash

MASK = 2**64 - 1
PRIMES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)


# ---- keys -------------------------------------------------------------------------------------


def mix64(word):
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
    return word ^ word >> 31


KINDS = ["missing", "integer", "unsigned_integer", "real", "rational", "complex", "text", "bytes"]
KINDS += ["tuple", "frozenset", "date", "datetime", "aware_datetime", "time", "aware_time"]
KINDS += ["duration", "uuid", "instance", "process_hash"]


class Keys:
    """For each kind two words for hash_word and a seed for rapidhash."""

    def __init__(self, seed):
        state = mix64(mix64(seed) ^ MASK)
        words = (mix64(state + i * 0x9E3779B97F4A7C15 & MASK) for i in range(1, MASK))
        self.word, self.bytes = {}, {}
        for kind in KINDS:
            self.word[kind] = next(words), next(words)
            self.bytes[kind] = next(words)
        self.secret = [next(words) for _ in range(8)] if seed != 0 else rapid_hash.SECRET

    def of_word(self, kind, word):
        return hash_word(word & MASK, self.word[kind])

    def of_bytes(self, kind, data):
        return rapid_hash.rapidhash(data, self.bytes[kind], self.secret)

    def of_members(self, kind, identities):
        return self.of_bytes(kind, struct.pack(f"<{len(identities)}Q", *identities))


# ---- hashes -----------------------------------------------------------------------------------


def hash_word(word, key):
    whitening, between_rounds = key
    low, high = (word ^ whitening) & 0xFFFFFFFF, (word ^ whitening) >> 32

    def fold(half, multiplier):
        product = half * multiplier
        return (product ^ product >> 32) & 0xFFFFFFFF

    high ^= fold(low, PRIMES[0])
    low ^= fold(high ^ between_rounds & 0xFFFFFFFF, PRIMES[1])
    high ^= fold(low ^ between_rounds >> 32, PRIMES[2])
    low ^= fold(high, PRIMES[3])
    return high << 32 | low


# ---- elements ---------------------------------------------------------------------------------


class Number:
    """A finite number as coefficient / denominator * 10**exponent, the exponent perhaps absurd."""

    def __init__(self, value):
        self.exponent = 0
        if isinstance(value, Decimal):
            sign, digits, self.exponent = value.as_tuple()
            value = int("".join(map(str, digits)) or "0") * (-1) ** sign
            while value and value % 10 == 0:
                value, self.exponent = value // 10, self.exponent + 1
            if abs(self.exponent) <= 2000:
                value, self.exponent = Fraction(value) * Fraction(10) ** self.exponent, 0
        self.fraction = Fraction(value)

    def residue(self, prime):
        numerator, denominator = self.fraction.numerator, self.fraction.denominator
        if denominator % prime == 0:
            return prime
        return numerator * pow(denominator, -1, prime) * pow(10, self.exponent, prime) % prime


def of_number(value, keys):
    """By exact value: the first form that holds it."""
    if value in (float("inf"), -float("inf")):
        return keys.of_word("real", bits_of(float(value)))
    number = Number(value)
    if number.fraction == 0:
        return keys.of_word("integer", 0)
    if number.exponent == 0:
        exact = number.fraction
        if exact.denominator == 1 and -(2**63) <= exact < 2**63:
            return keys.of_word("integer", exact.numerator)
        if exact.denominator == 1 and 0 <= exact < 2**64:
            return keys.of_word("unsigned_integer", exact.numerator)
        try:
            if Fraction(float(exact)) == exact:
                return keys.of_word("real", bits_of(float(exact)))
        except OverflowError:
            pass
    return keys.of_bytes("rational", struct.pack("<4I", *map(number.residue, PRIMES)))


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def of_time(kind, amount, keys):
    """A Fraction of seconds: as nanoseconds where they are whole and fit, or as two integers."""
    seconds, attoseconds = divmod(amount * 10**18, 10**18)
    if attoseconds % 10**9 == 0 and abs(seconds) <= 2**63 // 10**9 - 1:
        return keys.of_word(kind, int(amount * 10**9))
    return keys.of_members(kind, [of_number(int(seconds), keys), of_number(int(attoseconds), keys)])


class Moment:
    """A count of units of a second: an instant or an amount that no Python class may hold."""

    def __init__(self, kind, count, unit):
        self.kind, self.count, self.unit = kind, count, Fraction(unit)


def seconds_of(duration):
    return Fraction(duration // dt.timedelta(microseconds=1), 10**6)


def of_instant(value, keys):
    epoch = dt.datetime(1970, 1, 1)
    offset = value.utcoffset()
    if offset is None:
        return of_time("datetime", seconds_of(value.replace(tzinfo=None) - epoch), keys)
    since = seconds_of(value.replace(tzinfo=None) - epoch) - seconds_of(offset)
    return of_time("aware_datetime", since, keys)


def of_time_of_day(value, keys):
    since = dt.timedelta(
        hours=value.hour,
        minutes=value.minute,
        seconds=value.second,
        microseconds=value.microsecond,
    )
    offset = value.utcoffset()
    if offset is None:
        return of_time("time", seconds_of(since), keys)
    return of_time("aware_time", seconds_of(since - offset), keys)


def of_numpy_time(value, keys, *, aware=False):
    import numpy as np

    unit, step = np.datetime_data(value.dtype)
    count = int(value.astype("i8")) * step
    is_duration = value.dtype.kind == "m"
    if unit == "D" and not is_duration:
        if -(2**63) <= count < 2**63:
            return keys.of_word("date", count)
        return keys.of_members("date", [of_number(count, keys)])
    if unit in ("Y", "M"):
        months = count * (12 if unit == "Y" else 1)
        eras, month = divmod(months, 4800)  # the calendar repeats after 400 years
        first = dt.date(1970 + month // 12, month % 12 + 1, 1) - dt.date(1970, 1, 1)
        amount = Fraction((eras * 146_097 + first.days) * 86_400)
    else:
        parts = {"W": 604_800, "D": 86_400, "h": 3600, "m": 60, "s": 1, "ms": (1, 3), "us": (1, 6)}
        parts |= {"ns": (1, 9), "ps": (1, 12), "fs": (1, 15), "as": (1, 18)}
        part = parts[unit]
        amount = count * (Fraction(part[0], 10 ** part[1]) if isinstance(part, tuple) else part)
    kind = "duration" if is_duration else "aware_datetime" if aware else "datetime"
    return of_time(kind, Fraction(amount), keys)


def is_missing(value):
    """None and whatever is not equal to itself: every NaN and NaT."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if value is None or (pandas and value is pandas.NA) or (numpy and value is numpy.ma.masked):
        return True
    if numpy and isinstance(value, numpy.void):  # a row is never missing, whatever is in it
        return False
    return bool(value != value)


def compared_members(value):
    """What instances of well-known classes compare, after the name of the class; otherwise None."""
    pandas, attrs = sys.modules.get("pandas"), sys.modules.get("attrs")
    cls = type(value)
    if isinstance(value, range):  # by its numbers: where it would have ended is not compared
        rest = (value[-1], value.step) if value[1:] else ()
        return ["builtins.range", *value[:1], *rest]
    if isinstance(value, dt.timezone):
        return ["datetime.timezone", value.utcoffset(None)]
    for address in (ipaddress.IPv4Interface, ipaddress.IPv6Interface):
        if isinstance(value, address):
            scope = [value.scope_id] if value.version == 6 else []
            name = f"ipaddress.{address.__name__}"
            return [name, int(value), *scope, value.network.prefixlen]
    if isinstance(value, ipaddress.IPv4Address):
        return ["ipaddress.IPv4Address", int(value)]
    if isinstance(value, ipaddress.IPv6Address):
        return ["ipaddress.IPv6Address", int(value), value.scope_id]
    if isinstance(value, (ipaddress.IPv4Network, ipaddress.IPv6Network)):
        name = f"ipaddress.IPv{value.version}Network"
        return [name, int(value.network_address), value.prefixlen]
    if isinstance(value, pathlib.PurePosixPath):
        return ["pathlib.PurePosixPath", *value.parts]
    if isinstance(value, pathlib.PureWindowsPath):
        return ["pathlib.PureWindowsPath", *(part.lower() for part in value.parts)]
    if pandas and isinstance(value, pandas.Period):
        return ["pandas.Period", value.freqstr, value.ordinal]
    if pandas and isinstance(value, pandas.Interval):
        return ["pandas.Interval", value.closed, value.left, value.right]
    name = f"{cls.__module__}.{cls.__qualname__}"
    if isinstance(value, enum.Enum):
        return [name, value._value_ if isinstance(value, enum.Flag) else value._name_]
    if dataclasses.is_dataclass(value) and methods_come_from(cls, "<string>"):
        fields = dataclasses.fields(value)
        return [name, *(getattr(value, field.name) for field in fields if field.compare)]
    if attrs and attrs.has(cls) and methods_come_from(cls, "<attrs generated"):
        fields = [field for field in attrs.fields(cls) if field.eq]
        keys = [field.eq_key or (lambda value: value) for field in fields]
        return [name, *(key(getattr(value, f.name)) for key, f in zip(keys, fields, strict=True))]
    return None


def methods_come_from(cls, file):
    """Whether == and hash() are written by a library, which names its source like this."""
    methods = cls.__eq__, cls.__hash__
    return all(method.__code__.co_filename.startswith(file) for method in methods)


def identity(value, seed=0, *, dropna=True):
    """The rule: what counts as one element has one identity."""
    keys = seed if isinstance(seed, Keys) else Keys(seed)
    if isinstance(value, Decimal) and value.is_nan():  # comparing a signalling one is an error
        value = None
    if is_missing(value):
        return None if dropna else rapid_hash.key_of(keys.bytes["missing"], keys.secret)
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")

    def members(items):
        return [identity(item, keys, dropna=False) for item in items]

    if pandas and isinstance(value, (pandas.Timestamp, pandas.Timedelta)):
        aware = isinstance(value, pandas.Timestamp) and value.tzinfo is not None
        return of_numpy_time(value.asm8, keys, aware=aware)
    if numpy and isinstance(value, (numpy.datetime64, numpy.timedelta64)):
        return of_numpy_time(value, keys)
    if numpy and isinstance(value, numpy.void):
        if value.dtype.names:
            return identity(tuple(value[name] for name in value.dtype.names), keys)
        return keys.of_bytes("bytes", value.tobytes())
    if numpy and isinstance(value, numpy.generic) and value.dtype.kind in "biu":
        value = int(value)
    if numpy and isinstance(value, numpy.floating):
        value = float(value) if float(value) == value else Fraction(*value.as_integer_ratio())
    if isinstance(value, str):
        return keys.of_bytes("text", value.encode("utf-8", "surrogatepass"))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return keys.of_bytes("bytes", bytes(value))
    if isinstance(value, complex) or (numpy and isinstance(value, numpy.complexfloating)):
        if value.imag == 0:
            return identity(value.real, keys)
        return keys.of_members("complex", members([value.real, value.imag]))
    if isinstance(value, (int, float, Decimal, Fraction)):
        return of_number(value, keys)
    if isinstance(value, tuple):
        return keys.of_members("tuple", members(value))
    if isinstance(value, frozenset):
        return keys.of_members("frozenset", sorted(set(members(frozenset.__iter__(value)))))
    if isinstance(value, dt.datetime):
        return of_instant(value, keys)
    if isinstance(value, dt.date):
        return keys.of_word("date", (value - dt.date(1970, 1, 1)).days)
    if isinstance(value, dt.time):
        return of_time_of_day(value, keys)
    if isinstance(value, dt.timedelta):
        return of_time("duration", seconds_of(value), keys)
    if isinstance(value, Moment):
        return of_time(value.kind, value.count * value.unit, keys)
    if isinstance(value, uuid.UUID):
        return keys.of_bytes("uuid", value.bytes)
    if isinstance(value, sqlite3.Row):
        return keys.of_members("tuple", members(value))
    if (compared := compared_members(value)) is not None:
        return keys.of_members("instance", members(compared))
    return keys.of_word("process_hash", hash(value))


# ---- the sampler ------------------------------------------------------------------------------


class ReferenceSketch:
    """Bottom-k with the martingale estimate, and without it after a merge; items one by one."""

    def __init__(self, capacity, seed=0, *, dropna=True):
        self.capacity, self.seed, self.dropna = capacity, seed, dropna
        self.retained = set()
        self.sum = 0.0
        self.variance = 0.0
        self.items_seen = 0
        self.is_exact = True
        self.is_merged = False  # and not exact

    @property
    def sampling_rate(self):
        return 1.0 if len(self.retained) < self.capacity else max(self.retained) / 2**64

    @property
    def threshold(self):
        """Strictly below which every element's coin is retained."""
        return 1.0 if self.is_exact else self.sampling_rate

    @property
    def estimate(self):
        return (self.capacity - 1) / self.sampling_rate if self.is_merged else self.sum

    def add(self, item):
        coin = identity(item, self.seed, dropna=self.dropna)
        if coin is None:
            return
        self.items_seen += 1
        if coin in self.retained:
            return
        full = len(self.retained) == self.capacity
        if full:
            self.is_exact = False
            if coin > max(self.retained):
                return
        self.sum += 1 / self.sampling_rate
        self.variance += 1 / self.sampling_rate * (1 / self.sampling_rate - 1)
        self.retained.add(coin)
        if full:
            self.retained.remove(max(self.retained))

    def union(self, other):
        result = ReferenceSketch(min(self.capacity, other.capacity), self.seed, dropna=self.dropna)
        coins = sorted(self.retained | other.retained)
        result.retained = set(coins[: result.capacity])
        result.items_seen = self.items_seen + other.items_seen
        result.is_exact = self.is_exact and other.is_exact and len(coins) <= result.capacity
        result.sum = float(len(coins))
        if result.is_exact:
            return result
        result.is_merged = True
        for one, rest in ((self, other), (other, self)):
            if not rest.retained and one.capacity == result.capacity:  # nothing was merged
                result.is_merged = one.is_merged
                result.sum, result.variance = one.sum, one.variance
        return result

    def overlap(self, other):
        """In both, in the first only, in the second only, below the threshold; and that."""
        threshold = min(self.threshold, other.threshold)
        exact = self.is_exact and other.is_exact
        a, b = (
            {coin for coin in one.retained if exact or coin / 2**64 < threshold}
            for one in (self, other)
        )
        return len(a & b), len(a - b), len(b - a), threshold
