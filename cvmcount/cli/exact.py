"""The exact count that --exact shows beside the estimate: a set of all distinct lines.

Written apart from the fast reader in C++, so that one can be checked against the other. The set
holds the bytes of lines: whether they are text or not, no two different lines have the same.
"""


class ExactLines:
    """Counts the lines of files that others read."""

    def __init__(self, options):
        self.lines = set()
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
        self.lines.update(lines)
        if self._skips_empty:
            self.lines.discard(b"")

    def count(self):
        return len(self.lines)
