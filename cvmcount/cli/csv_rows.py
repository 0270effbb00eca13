"""Rows of CSV in memory, by regular expressions: for headers, and for --exact.

The counts come from the core, which splits files of any size by the same rule.
"""

import re


def without_quotes(field):
    """Take the quotes off a field. What follows the closing one belongs to it."""
    if not field.startswith(b'"'):
        return field
    quoted = re.match(rb'"((?:[^"]|"")*+)"', field)
    return quoted[1].replace(b'""', b'"') + field[quoted.end() :]


class RowPattern:
    """Splits rows whose fields this byte separates."""

    def __init__(self, delimiter, comment=None):
        other = b"[^%b\r\n]*+" % re.escape(delimiter)
        field = b'(?:"(?:[^"]|"")*+"%b|(?!")%b)' % (other, other)
        row = b"(?:%b)(?:%b%b)*+" % (field, re.escape(delimiter), field)
        if comment is not None:
            row = b"%b[^\r\n]*+|(?!%b)%b" % (re.escape(comment), re.escape(comment), row)
        self._row = re.compile(b"(%b)(?:\r\n|\r|\n)" % row)
        self._field = re.compile(field)
        self._comment = comment

    def first(self, data, at=0):
        """Return the fields of the row that begins there and where the next one begins.

        None where the row has no end. A comment and an empty row have no fields.
        """
        row = self._row.match(data, at)
        if row is None:
            return None
        text = row[1]
        if not text or (self._comment is not None and text.startswith(self._comment)):
            return [], row.end()
        fields, begin = [], 0
        while begin <= len(text):
            end = self._field.match(text, begin).end()
            fields.append(without_quotes(text[begin:end]))
            begin = end + 1
        return fields, row.end()
