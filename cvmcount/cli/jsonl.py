"""JSON Lines: a field of each, by the parser of Python, so that every number is exact."""

import json

from .compressed import DamagedError

LONGEST_LINE = 1 << 26
CHUNK = 1 << 18


def lines_of(file):
    """Yield the lines of a file without their ends."""
    rest = b""
    buffer = bytearray(CHUNK)
    while size := file.readinto(memoryview(buffer)):
        *lines, rest = (rest + buffer[:size]).split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE:
            raise DamagedError(f"a line is longer than {LONGEST_LINE:,} bytes")
    if rest:
        yield rest


def value_at(value, path):
    """Return what an object holds under a name, or names with dots between, or None."""
    if not isinstance(value, dict):
        return None
    if path in value:
        return value[path]
    for end in (i for i, letter in enumerate(path) if letter == "."):
        if path[:end] in value:
            found = value_at(value[path[:end]], path[end + 1 :])
            if found is not None:
                return found
    return None


def as_element(value):
    """Return a JSON value as an element: lists are tuples."""
    if isinstance(value, dict):
        raise TypeError("holds an object, which is no element: choose a field of it with -f")
    return tuple(map(as_element, value)) if isinstance(value, list) else value


class Fields:
    """The fields of each line, as items for `CVMSketch.update`. None where a line has none."""

    def __init__(self, file, options, watchers, fail):
        self._file = file
        self._options = options
        self._watchers = watchers
        self._fail = fail

    def __iter__(self):
        bad, first = 0, None
        for number, line in enumerate(lines_of(self._file), 1):
            if not line or line.isspace():
                continue
            try:
                element = self._element(json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                bad, first = bad + 1, first or f"line {number:,}: {self._words(error)}"
                continue
            if element is None:
                continue
            for watcher in self._watchers:
                watcher.add_value(element)
            yield element
        if bad > 0:
            self._fail(ValueError(f"{bad:,} lines were left out, the first is {first}"))

    def _words(self, error):
        return "no valid JSON" if isinstance(error, (ValueError, RecursionError)) else str(error)

    def _element(self, value):
        found = []
        for field in self._options.fields:
            element = as_element(value_at(value, field))
            if self._options.ignore_case and isinstance(element, str):
                element = "".join(c.lower() if c.isascii() else c for c in element)
            found.append(element)
        if self._options.skip_empty and all(element == "" for element in found):
            return None
        if len(found) == 1:
            return found[0]
        if self._options.num_keys == 0 and all(element is None for element in found):
            return None
        return tuple(found)  # with a key, all missing too: as a row of nulls in a column
