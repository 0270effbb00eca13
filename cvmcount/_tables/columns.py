"""Python values to the memory of one Arrow column.

A column has one type. It is found from all values, missing ones (None) aside; what has no type in
common, or none in Arrow, is a TypeError that says so. The values are those that a sample or a table
of groups gives back, and what `_items` makes of them tells their kind.
"""

import sys
from array import array
from typing import NamedTuple

from cvmcount._items import decode_tagged, encode_item

_INT32, _INT64 = 2**31, 2**63
_EXACT_IN_DOUBLE = 2**53


class Column(NamedTuple):
    """One column by the Arrow C data interface: bytes for each buffer, or None for no validity."""

    name: str
    format: str
    length: int
    null_count: int
    buffers: tuple
    children: tuple = ()
    metadata: bytes | None = None


def column_of(name, values):
    """The column of these values.

    Raises
    ------
    TypeError
        If the values have no Arrow type in common.
    """
    parts = [_part_of(value) for value in values]
    kind = _common_kind(name, {kind for kind, _ in parts if kind != "missing"})
    contents = [None if part_kind == "missing" else content for part_kind, content in parts]
    return _BUILDERS[kind](name, kind, contents)


def table_of(columns):
    """The columns of a table as one, of rows that are never missing."""
    length = columns[0].length if columns else 0
    return Column("", "+s", length, 0, (None,), tuple(columns))


# ---- kinds ---------------------------------------------------------------------------------------

# Of most values the type tells the kind.
_FAST = {
    type(None): "missing",
    bool: "bool",
    int: "int",
    float: "float",
    str: "text",
    bytes: "bytes",
    tuple: "tuple",
}


def _part_of(value):
    """The kind of a value and what its column is made from."""
    kind = _FAST.get(type(value))
    if kind is not None:
        return kind, value
    tag, content = decode_tagged(encode_item(value))
    return tag or _FAST[type(content)], content


def _common_kind(name, kinds):
    if kinds == {"bool", "int"}:
        return "int"
    if "float" in kinds and kinds <= {"bool", "int", "float"}:
        return "float"
    if "decimal" in kinds and kinds <= {"bool", "int", "decimal"}:
        return "decimal"
    if len(kinds) > 1:
        first, second, *_ = sorted(kinds)
        raise TypeError(
            f"the column {name!r} has both {_WORDS[first]} and {_WORDS[second]}, and an Arrow "
            "column has one type: take to_pylist()"
        )
    kind = next(iter(kinds), "missing")
    if kind not in _BUILDERS:
        raise _no_type(name, _WORDS[kind])
    return kind


def _no_type(name, what):
    return TypeError(
        f"the column {name!r} has {what}, which Arrow has no type for: take to_pylist()"
    )


_WORDS = {
    "bool": "booleans",
    "int": "integers",
    "float": "floats",
    "text": "text",
    "bytes": "bytes",
    "tuple": "tuples",
    "decimal": "decimals",
    "uuid": "UUIDs",
    "date": "dates",
    "datetime": "datetimes without a zone",
    "aware_datetime": "datetimes with a zone",
    "time": "times of day",
    "aware_time": "times of day with a zone",
    "duration": "durations",
    "fraction": "fractions",
    "frozenset": "frozensets",
    "complex": "complex numbers",
    "object": "objects of Python",
}


# ---- columns of each kind ------------------------------------------------------------------------


def _bits(flags):
    """A bitmap, the first at the lowest bit of the first byte."""
    digits = "".join("1" if flag else "0" for flag in reversed(flags))
    return int(digits or "0", 2).to_bytes((len(flags) + 7) // 8, "little")


def _made(name, form, contents, *buffers, **more):
    nulls = sum(content is None for content in contents)
    validity = _bits([content is not None for content in contents]) if nulls else None
    return Column(name, form, len(contents), nulls, (validity, *buffers), **more)


def _words(code, contents):
    return array(code, (content or 0 for content in contents)).tobytes()


def _missing(name, _kind, contents):
    return Column(name, "n", len(contents), len(contents), ())


def _bools(name, _kind, contents):
    return _made(name, "b", contents, _bits(contents))


def _ints(name, _kind, contents):
    present = [content for content in contents if content is not None]
    least, most = min(present), max(present)
    if least >= -_INT64 and most < _INT64:
        return _made(name, "l", contents, _words("q", contents))
    if least >= 0 and most < 2 * _INT64:
        return _made(name, "L", contents, _words("Q", contents))
    return _scaled(name, contents, 0)


def _floats(name, _kind, contents):
    wide = any(isinstance(content, int) and abs(content) > _EXACT_IN_DOUBLE for content in contents)
    if wide:
        raise _no_type(name, "floats and integers beyond 2**53")
    return _made(name, "g", contents, _words("d", contents))


def _strings(name, form, contents, encoded):
    ends, end = [0], 0
    for part in encoded:
        end += len(part)
        ends.append(end)
    is_short = end < _INT32
    offsets = array("i" if is_short else "q", ends).tobytes()
    return _made(name, form if is_short else form.upper(), contents, offsets, b"".join(encoded))


def _texts(name, _kind, contents):
    try:
        encoded = [b"" if content is None else content.encode() for content in contents]
    except UnicodeEncodeError:
        raise _no_type(name, "text with lone surrogates") from None
    return _strings(name, "u", contents, encoded)


def _bytes(name, _kind, contents):
    return _strings(name, "z", contents, [content or b"" for content in contents])


def _uuids(name, _kind, contents):
    values = b"".join(content or bytes(16) for content in contents)
    return _made(name, "w:16", contents, values, metadata=_UUID)


def _metadata(**pairs):
    words = [len(pairs).to_bytes(4, sys.byteorder)]
    for key, value in pairs.items():
        for text in (f"ARROW:extension:{key}".encode(), value.encode()):
            words += [len(text).to_bytes(4, sys.byteorder), text]
    return b"".join(words)


# The extension type of Arrow for UUIDs.
_UUID = _metadata(name="arrow.uuid", metadata="")


def _decimals(name, _kind, contents):
    parts = [
        content if content is None or isinstance(content, tuple) else (0, int(content))
        for content in contents
    ]
    exponents = [part[0] for part in parts if part is not None]
    scale = max(0, -min(exponents))
    if scale > _DIGITS_OF_256_BITS or max(exponents) > _DIGITS_OF_256_BITS:
        raise _no_type(name, _TOO_LONG)
    unscaled = [None if part is None else part[1] * 10 ** (part[0] + scale) for part in parts]
    return _scaled(name, unscaled, scale)


_DIGITS_OF_128_BITS, _DIGITS_OF_256_BITS = 38, 76
_TOO_LONG = "numbers of more than 76 digits"


def _scaled(name, unscaled, scale):
    most = max(abs(value) for value in unscaled if value is not None)
    for digits, size, suffix in ((_DIGITS_OF_128_BITS, 16, ""), (_DIGITS_OF_256_BITS, 32, ",256")):
        if scale <= digits and most < 10**digits:
            words = [(value or 0).to_bytes(size, sys.byteorder, signed=True) for value in unscaled]
            return _made(name, f"d:{digits},{scale}{suffix}", unscaled, b"".join(words))
    raise _no_type(name, _TOO_LONG)


def _dates(name, _kind, contents):
    if any(content is not None and not -_INT32 <= content < _INT32 for content in contents):
        raise _no_type(name, "dates that do not fit 32 bits")
    return _made(name, "tdD", contents, _words("i", contents))


# The unit is a microsecond where that does, or a nanosecond.
_TIME_FORMS = {
    "datetime": "ts{}:",
    "aware_datetime": "ts{}:UTC",
    "time": "tt{}",
    "duration": "tD{}",
}


def _times(name, kind, contents):
    present = [content for content in contents if content is not None]
    if not all(isinstance(content, int) for content in present):
        raise _no_type(name, f"{_WORDS[kind]} that are finer than a nanosecond")
    unit, divisor = ("n", 1) if any(content % 1000 for content in present) else ("u", 1000)
    counts = [None if content is None else content // divisor for content in contents]
    if any(count is not None and not -_INT64 <= count < _INT64 for count in counts):
        raise _no_type(name, f"{_WORDS[kind]} that do not fit 64 bits")
    return _made(name, _TIME_FORMS[kind].format(unit), contents, _words("q", counts))


def _structs(name, _kind, contents):
    sizes = {len(content) for content in contents if content is not None}
    if len(sizes) > 1:
        raise _no_type(name, "tuples of several lengths")
    members = [
        column_of(f"{i}", [None if content is None else content[i] for content in contents])
        for i in range(sizes.pop())
    ]
    return _made(name, "+s", contents, children=tuple(members))


_BUILDERS = {
    "missing": _missing,
    "bool": _bools,
    "int": _ints,
    "float": _floats,
    "text": _texts,
    "bytes": _bytes,
    "uuid": _uuids,
    "decimal": _decimals,
    "date": _dates,
    "datetime": _times,
    "aware_datetime": _times,
    "time": _times,
    "duration": _times,
    "tuple": _structs,
}
