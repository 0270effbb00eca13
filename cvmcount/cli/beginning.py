"""What comes before the lines that are counted: lines to skip, comments and the header."""

import re

from .choice import is_number, place_of
from .compressed import DamagedError
from .csv_rows import RowPattern

LONGEST_HEADER = 1 << 20
MOST_FIELDS_OF_A_LINE = 1 << 62
BOM = b"\xef\xbb\xbf"  # with which Excel begins UTF-8
LINE_OF_CSV = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)")


class Beginning:
    """Reads the beginning of a text. What is read too much stands in `rest`."""

    def __init__(self, file, options):
        self._file = file
        self._options = options
        self._end = b"\0" if options.zero_terminated else b"\n"
        self._csv = RowPattern(options.delimiter or b",", options.comment) if options.csv else None
        self._ended = False
        self.rest = b""
        self.bytes = 0  # that were taken
        self.num_rows = 0

    def drop_bom(self):
        while len(self.rest) < len(BOM) and self._read_more():
            pass
        if self.rest.startswith(BOM):
            self._take(len(BOM))

    def skip_lines(self, count):
        """Drop so many lines. Where quotes mean something they do not here."""
        for _ in range(count):
            while not (line := self._line()) and not self._ended:
                if len(self.rest) > LONGEST_HEADER:
                    self._take(len(self.rest) - 1)  # a CR stays with its LF
                self._read_more()
            self._take(len(line or self.rest))

    def fields(self):
        """Return the numbers of the fields that are counted, and take the header."""
        wanted = self._options.fields
        if not self._options.header and not self._options.csv:
            return [self._number_of(field, []) for field in wanted]
        row, size = self._first_row()
        names = [name.decode("utf-8", "surrogateescape") for name in row]
        if self._options.header or any(self._is_name_only(field, names) for field in wanted):
            self._take(size)
            self.num_rows += 1
        else:
            names = []
        return [self._number_of(field, names) for field in wanted]

    @staticmethod
    def _is_name_only(field, names):
        return field in names and not (is_number(field) and int(field) <= len(names))

    @staticmethod
    def _number_of(field, names):
        """Return the number of a field. Lines may have more fields than the header."""
        if is_number(field) and field not in names:
            return min(int(field), MOST_FIELDS_OF_A_LINE)
        return place_of(field, names) + 1 if names else 1

    def _first_row(self):
        """Return the fields of the first row and its size. What comes before it is dropped."""
        while True:
            while (row := self._row()) is None:
                if len(self.rest) > LONGEST_HEADER:
                    raise DamagedError(f"the header is longer than {LONGEST_HEADER:,} bytes")
                if not self._read_more():
                    return self._unfinished_row()
            fields, size = row
            if fields:
                return fields, size
            self._take(size)

    def _unfinished_row(self):
        """Return the row that ends with the file."""
        size = len(self.rest)
        self.rest += self._end
        row = self._row()
        self.rest = self.rest[:size]
        if row is None:
            raise DamagedError("row 1: a quote is not closed")
        return row[0] if size > 0 else [], size

    def _line(self):
        """Return the first line with its end; nothing where it has not come yet."""
        if not self._options.csv:
            return self.rest[: self.rest.find(self._end) + 1]
        line = LINE_OF_CSV.match(self.rest)
        cut = line is not None and line.end() == len(self.rest) and line[0].endswith(b"\r")
        return b"" if line is None or (cut and not self._ended) else line[0]

    def _row(self):
        """Return the fields of the first row and its size; None where it has not come yet.

        A comment has no fields.
        """
        if self._options.csv:
            return self._csv.first(self.rest)
        line = self._line()
        if not line:
            return None
        comment = self._options.comment
        is_comment = comment is not None and line.startswith(comment)
        return [] if is_comment else self._split(line[:-1]), len(line)

    def _split(self, line):
        if not self._options.keep_cr and not self._options.zero_terminated:
            line = line.removesuffix(b"\r")
        if self._options.whitespace:
            return re.findall(rb"[^ \t]+", line)
        return line.split(self._options.delimiter or b"\t")

    def _read_more(self):
        buffer = bytearray(1 << 16)
        size = self._file.readinto(memoryview(buffer))
        self.rest += buffer[:size]
        self._ended = size == 0
        return size > 0

    def _take(self, size):
        self.rest = self.rest[size:]
        self.bytes += size
