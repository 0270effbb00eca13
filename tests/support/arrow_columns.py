"""Arrow columns of every kind, and the plain values that they hold.

A Kind says which plain values a column may hold (tuples for lists, maps and structs, None for
nulls, Moments for times, which Python's classes cannot all hold) and builds an array of them.
"""

import sys
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from oracle import Moment


class Kind(NamedTuple):
    """What a column holds."""

    name: str
    elements: object  # a strategy of plain values
    build: object  # of a list of plain values and None, a pyarrow array
    is_countable: bool = True  # by the package itself, in a list

    def __repr__(self):
        return self.name


# ---- kinds without children -------------------------------------------------------------------


def flat(type_, elements):
    return Kind(str(type_), elements, lambda values: pa.array(values, type_))


def counted(type_, storage, kind, unit):
    """Times: stored as integers."""
    bits = int(str(storage)[3:])
    counts = st.one_of(
        st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
        st.integers(-5, 5),
        st.sampled_from([-(2 ** (bits - 1)), -(2 ** (bits - 1)) + 1, 2 ** (bits - 1) - 1]),
    )

    def build(values):
        return pa.array([v if v is None else v.count for v in values], storage).view(type_)

    elements = counts.map(lambda count: Moment(kind, count, unit))
    return Kind(str(type_), elements, build, is_countable=False)


def dates(type_, storage, in_a_day):
    def build(values):
        days = [v if v is None else int(v.astype("i8")) * in_a_day + in_a_day // 3 for v in values]
        return pa.array(days, storage).view(type_)

    top = 2**31 - 1 if in_a_day == 1 else (2**63 - 1) // in_a_day - 1
    days = st.integers(-top, top) | st.integers(-3, 3)
    return Kind(str(type_), days.map(lambda day: np.datetime64(day, "D")), build)


def coefficient_of(value):
    sign, digits, _ = value.as_tuple()
    return (-1) ** sign * int("".join(map(str, digits)))


def validity_of(values):
    return pa.array([value is not None for value in values], pa.bool_()).buffers()[1]


def decimals(cls, precision, scale):
    type_ = cls(precision, scale)
    least = -(2 ** (type_.bit_width - 1))
    digits = st.integers(least, -least - 1) | st.integers(-1000, 1000)

    def value(coefficient):
        return Decimal((int(coefficient < 0), tuple(map(int, str(abs(coefficient)))), -scale))

    # pyarrow refuses zeros of many places, and whatever exceeds the precision.
    def build(values):
        data = b"".join(
            (0 if value is None else coefficient_of(value)).to_bytes(
                type_.byte_width, sys.byteorder, signed=True
            )
            for value in values
        )
        buffers = [validity_of(values), pa.py_buffer(data)]
        return pa.Array.from_buffers(type_, len(values), buffers)

    return Kind(f"{cls.__name__}({precision}, {scale})", digits.map(value), build)


def fixed_bytes(width):
    return flat(pa.binary(width), st.binary(min_size=width, max_size=width))


def within(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.one_of(st.integers(low, high), st.integers(max(low, -3), 3), st.sampled_from([high]))


text = st.one_of(st.text(max_size=5), st.text("ab", max_size=14), st.text(max_size=400))
octets = st.one_of(st.binary(max_size=5), st.binary(min_size=10, max_size=400))
floats = {width: st.floats(width=width) | st.integers(-9, 9).map(float) for width in (16, 32, 64)}
SECONDS = {"s": "1", "ms": "1e-3", "us": "1e-6", "ns": "1e-9"}

NUMBERS = [
    *(flat(pa.type_for_alias(f"int{bits}"), within(bits, True)) for bits in (8, 16, 32, 64)),
    *(flat(pa.type_for_alias(f"uint{bits}"), within(bits, False)) for bits in (8, 16, 32, 64)),
    flat(pa.float16(), floats[16]),
    flat(pa.float32(), floats[32]),
    flat(pa.float64(), floats[64]),
    flat(pa.bool_(), st.booleans()),
]
TEXTS = [
    *(flat(kind, text) for kind in (pa.string(), pa.large_string(), pa.string_view())),
    *(flat(kind, octets) for kind in (pa.binary(), pa.large_binary(), pa.binary_view())),
    *(fixed_bytes(width) for width in (0, 3, 16)),
]
TIMES = [
    dates(pa.date32(), pa.int32(), 1),
    dates(pa.date64(), pa.int64(), 86_400_000),
    *(counted(pa.time32(unit), pa.int32(), "time", SECONDS[unit]) for unit in ("s", "ms")),
    *(counted(pa.time64(unit), pa.int64(), "time", SECONDS[unit]) for unit in ("us", "ns")),
    *(counted(pa.timestamp(unit), pa.int64(), "datetime", SECONDS[unit]) for unit in SECONDS),
    *(
        counted(pa.timestamp(unit, "Asia/Kolkata"), pa.int64(), "aware_datetime", SECONDS[unit])
        for unit in SECONDS
    ),
    *(counted(pa.duration(unit), pa.int64(), "duration", SECONDS[unit]) for unit in SECONDS),
]
DECIMALS = [
    decimals(pa.decimal32, 9, 2),
    decimals(pa.decimal32, 5, -3),
    decimals(pa.decimal64, 18, 5),
    decimals(pa.decimal128, 38, 0),
    decimals(pa.decimal128, 38, 10),
    decimals(pa.decimal128, 20, -30),
    decimals(pa.decimal256, 76, 38),
    decimals(pa.decimal256, 40, -20),
    decimals(pa.decimal256, 76, 400),
    decimals(pa.decimal256, 30, -330),
]
NULLS = Kind("null", st.none(), lambda values: pa.nulls(len(values)))
LEAVES = [*NUMBERS, *TEXTS, *TIMES, *DECIMALS, NULLS]

# ---- kinds with children ------------------------------------------------------------------------


def rows_of(kind):
    return kind.elements | st.none()


def built_behind_others(kind, values, offset):
    """As part of a longer array."""
    before = [values[i % len(values)] for i in range(offset)] if values else []
    return kind.build(before + values + before[:2]).slice(len(before), len(values))


def nulls_in(values):
    return pa.array([value is None for value in values], pa.bool_())


def ends_of(sizes, first=0):
    return np.cumsum([first, *sizes])


@st.composite
def lists(draw, kind):
    cls, integers = draw(
        st.sampled_from(
            [
                (pa.ListArray, pa.int32()),
                (pa.LargeListArray, pa.int64()),
                (pa.ListViewArray, pa.int32()),
                (pa.LargeListViewArray, pa.int64()),
            ]
        )
    )
    offset = draw(st.sampled_from([0, 1, 9]))

    def build(values):
        # A null list may have values: nobody shall see them.
        parts = [[None] if value is None else value for value in values]
        items = built_behind_others(kind, [item for part in parts for item in part], offset)
        ends, sizes = ends_of(map(len, parts)), [len(part) for part in parts]
        if "View" not in cls.__name__:
            return cls.from_arrays(pa.array(ends, integers), items, mask=nulls_in(values))
        starts = pa.array(ends[:-1], integers)
        return cls.from_arrays(starts, pa.array(sizes, integers), items, mask=nulls_in(values))

    elements = st.lists(rows_of(kind), max_size=4).map(tuple)
    return Kind(f"{cls.__name__}[{kind.name}]", elements, build, kind.is_countable)


@st.composite
def fixed_lists(draw, kind):
    size = draw(st.integers(0, 3))

    def build(values):
        filler = next((value for value in values if value is not None), (None,) * size)
        flat_items = [item for value in values for item in (filler if value is None else value)]
        items = built_behind_others(kind, flat_items, 3)
        type_ = pa.list_(items.type, size)
        return pa.Array.from_buffers(type_, len(values), [validity_of(values)], children=[items])

    elements = st.lists(rows_of(kind), min_size=size, max_size=size).map(tuple)
    return Kind(f"{size} {kind.name}", elements, build, kind.is_countable)


def maps(keys, items):
    def build(values):
        pairs = [pair for value in values for pair in value or ()]
        ends = ends_of(len(value or ()) for value in values)
        key_array = keys.build([key for key, _ in pairs])
        item_array = built_behind_others(items, [item for _, item in pairs], 3)
        offsets = pa.array(ends, pa.int32())
        return pa.MapArray.from_arrays(offsets, key_array, item_array, mask=nulls_in(values))

    elements = st.lists(st.tuples(keys.elements, rows_of(items)), max_size=3).map(tuple)
    countable = keys.is_countable and items.is_countable
    return Kind(f"map[{keys.name}, {items.name}]", elements, build, countable)


def structs(kinds):
    def build(values):
        if not kinds:
            return pa.array([value if value is None else {} for value in values], pa.struct([]))
        filler = next((value for value in values if value is not None), (None,) * len(kinds))
        rows = [filler if value is None else value for value in values]
        fields = [
            built_behind_others(kind, [row[i] for row in rows], 3 * i)
            for i, kind in enumerate(kinds)
        ]
        names = [f"field {i}" for i in range(len(kinds))]
        return pa.StructArray.from_arrays(fields, names, mask=nulls_in(values))

    elements = st.tuples(*map(rows_of, kinds))
    countable = all(kind.is_countable for kind in kinds)
    return Kind(f"struct{[kind.name for kind in kinds]}", elements, build, countable)


@st.composite
def dictionaries(draw, kind):
    """Their entries may repeat, be null, or not be used."""
    index = pa.type_for_alias(
        draw(st.sampled_from(["int", "uint"])) + draw(st.sampled_from(WIDTHS))
    )
    entries = draw(st.lists(rows_of(kind), min_size=1, max_size=20))
    dictionary = built_behind_others(kind, entries, draw(st.integers(0, 9)))
    index_is_null = draw(st.booleans())  # or that of a null entry, if there is one

    def build(values):
        places = {id(entry): i for i, entry in enumerate(entries)}
        places[id(None)] = None if index_is_null else places.get(id(None))
        indices = [places[id(value)] for value in values]
        return pa.DictionaryArray.from_arrays(pa.array(indices, index), dictionary)

    elements = st.integers(0, len(entries) - 1).map(lambda i: entries[i])
    return Kind(f"dictionary[{kind.name}]", elements, build, kind.is_countable)


WIDTHS = ["8", "16", "32", "64"]


@st.composite
def runs(draw, kind):
    ends_type = draw(st.sampled_from([pa.int16(), pa.int32(), pa.int64()]))

    def build(values):
        starts = [i for i in range(len(values)) if i == 0 or values[i] is not values[i - 1]]
        ends = pa.array([*starts[1:], len(values)] if values else [], ends_type)
        items = built_behind_others(kind, [values[i] for i in starts], 3)
        type_ = pa.run_end_encoded(ends_type, items.type)
        # RunEndEncodedArray.from_arrays() would look at the values and refuse some.
        return pa.Array.from_buffers(type_, len(values), [None], children=[ends, items])

    return Kind(f"runs[{kind.name}]", kind.elements, build, kind.is_countable)


def nested(kinds):
    return st.one_of(
        kinds.flatmap(lists),
        kinds.flatmap(fixed_lists),
        st.builds(maps, st.sampled_from(NUMBERS + TEXTS), kinds),
        st.lists(kinds, max_size=3).map(structs),
        kinds.flatmap(dictionaries),
        kinds.flatmap(runs),
    )


@st.composite
def kinds(draw, *, countable=False):
    """Any, up to three levels deep. (A composite, because its repr is short.)"""
    leaf = st.sampled_from([kind for kind in LEAVES if kind.is_countable or not countable])
    return draw(st.one_of(leaf, nested(leaf), nested(st.one_of(leaf, nested(leaf)))))


@st.composite
def columns(draw, kinds):
    """A pyarrow array that is part of another, and its plain values."""
    kind = draw(kinds)
    values = draw(st.lists(rows_of(kind), max_size=12))
    if values and draw(st.integers(0, 3)) == 0:
        values = values * draw(st.sampled_from([2, 1100 // len(values) + 1]))
    return built_behind_others(kind, values, draw(st.sampled_from([0, 1, 8, 13]))), values
