"""The exact count that --exact shows beside the estimate: a set of all distinct lines or values.

Written apart from the fast readers in C++, so that one can be checked against the other.
"""

from datetime import UTC, datetime


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def plain(value):
    """Return what a set tells apart as elements are told apart: None for NaN, tuples for lists."""
    if isinstance(value, dict):
        value = value.values()
    elif isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)  # in one zone, the hours that come twice a year are equal
    elif not isinstance(value, (list, tuple)):
        return value if value == value else None
    return tuple(map(plain, value))


class ExactCount:
    """Counts the lines and columns of files that others read."""

    def __init__(self, options):
        self._lines = set()  # as bytes: whether they are text or not, no two have the same
        self._values = set()  # of columns: what no line can be
        self._end = b"\0" if options.zero_terminated else b"\n"
        self._strips_cr = not options.zero_terminated and not options.keep_cr
        self._delimiter = options.delimiter or b"\t"
        self._skips_empty = options.skip_empty
        self._folds_case = options.ignore_case
        self._field = 0
        self._unfinished = []

    def begin_file(self, field):
        self._field = field

    def read(self, data):
        """Take the next bytes of a file; none at its end."""
        first, *others = bytes(data).split(self._end)
        self._unfinished.append(first)
        if others or not data:
            line = b"".join(self._unfinished)
            self._unfinished = others[-1:]
            if others or line:
                self._add([line, *others[:-1]])

    def _add(self, lines):
        if self._strips_cr:
            lines = [line.removesuffix(b"\r") for line in lines]
        if self._field > 0:
            rows = (line.split(self._delimiter, self._field) for line in lines)
            lines = [row[self._field - 1] for row in rows if len(row) >= self._field]
        if self._folds_case:
            lines = [line.lower() for line in lines]
        self._lines.update(lines)
        if self._skips_empty:
            self._lines.discard(b"")

    def add_values(self, array):
        """Take the values of a pyarrow array."""
        if "time64[ns]" in str(array.type):
            raise ValueError("--exact: times in nanoseconds are more than Python's can hold")
        for value in array.to_pylist():
            if isinstance(value, str):
                self._lines.add(value.encode())
            elif isinstance(value, bytes) and not is_utf8(value):
                self._lines.add(value)
            else:
                self._values.add(plain(value))

    def count(self):
        return len(self._lines) + len(self._values) - (None in self._values)
