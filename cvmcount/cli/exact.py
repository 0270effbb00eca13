"""The exact count that --exact shows beside the estimate: a set of all distinct lines or values.

Written apart from the fast readers in C++, so that one can be checked against the other.
"""

import re
from datetime import UTC, datetime

from .csv_rows import RowPattern


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
    """Counts the lines, rows and columns of files that others read."""

    def __init__(self, options):
        self._options = options
        self._lines = set()  # as bytes: whether they are text or not, no two have the same
        self._values = set()  # of columns, and tuples: what no line can be
        self._end = b"\0" if options.zero_terminated else b"\n"
        self._csv = RowPattern(options.delimiter or b",", options.comment) if options.csv else None
        self._fields = []
        self._unfinished = b""

    def begin_file(self, fields):
        self._fields = fields
        self._unfinished = b""

    def read(self, data):
        """Take the next bytes of a file; none at its end."""
        ends = not data and self._unfinished
        data = self._unfinished + bytes(data) + (self._end if ends else b"")
        if self._options.csv:
            self._unfinished = self._read_rows(data)
        else:
            *lines, self._unfinished = data.split(self._end)
            self._read_lines(lines)

    def _read_rows(self, data):
        at = 0
        while (row := self._csv.first(data, at)) is not None:
            fields, at = row
            self._add(fields)
        return data[at:]

    def _read_lines(self, lines):
        options = self._options
        for line in lines:
            if options.comment is not None and line.startswith(options.comment):
                continue
            if not options.zero_terminated and not options.keep_cr:
                line = line.removesuffix(b"\r")
            if not self._fields:
                self._add([line])
            elif options.whitespace:
                self._add(re.findall(rb"[^ \t]+", line))
            else:
                self._add(line.split(options.delimiter or b"\t"))

    def _add(self, row):
        wanted = self._fields or [1]
        if len(row) < max(wanted):
            return
        fields = [row[number - 1] for number in wanted]
        if self._options.ignore_case:
            fields = [field.lower() for field in fields]
        if self._options.skip_empty and not any(fields):
            return
        if len(fields) == 1:
            self._lines.add(fields[0])
        else:
            self._values.add(tuple(field.decode() if is_utf8(field) else field for field in fields))

    def add_values(self, array):
        """Take the values of a pyarrow array."""
        if "time64[ns]" in str(array.type):
            raise ValueError("--exact: times in nanoseconds are more than Python's can hold")
        for value in array.to_pylist():
            self.add_value(value)

    def add_value(self, value):
        """Take a Python value."""
        if isinstance(value, str):
            self._lines.add(value.encode("utf-8", "surrogatepass"))
        elif isinstance(value, bytes) and not is_utf8(value):
            self._lines.add(value)
        else:
            self._values.add(plain(value))

    def count(self):
        return len(self._lines) + len(self._values) - (None in self._values)
