"""Elements as lines and as JSON: what sample, info and --by show."""

import csv
import io

from .messages import valid_text, write_result

DEFAULT_NUMBER = 10
KEEPS_NOTHING = "keeps no values: save it with --keep items or --keep summaries"


def as_bytes(value):
    """Return a value as it stands on a line."""
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode("utf-8", "surrogateescape")


def as_line(value, options):
    """Return an element as a line: of several fields with what separates them between."""
    if not isinstance(value, tuple):
        return as_csv((value,), options) if options.csv else as_bytes(value)
    if options.csv:
        return as_csv(value, options)
    return (options.delimiter or b"\t").join(map(as_bytes, value))


def as_csv(values, options):
    text = io.StringIO()
    separator = (options.delimiter or b",").decode()
    fields = [as_bytes(value).decode("utf-8", "surrogateescape") for value in values]
    csv.writer(text, delimiter=separator).writerow(fields)  # CR and LF within are quoted
    return text.getvalue().removesuffix("\r\n").encode("utf-8", "surrogateescape")


def plain(value):
    """Return a value as JSON has it."""
    if isinstance(value, tuple):
        return list(map(plain, value))
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return valid_text(value) if isinstance(value, (str, bytes)) else str(value)


def as_json(rows, keep):
    if keep == "summaries":
        return [{"item": plain(row.item), "count": row.count} for row in rows]
    return [{"item": plain(row.item)} for row in rows]


class Plain:
    """How elements are written where no option says else."""

    csv = False
    delimiter = None
    zero_terminated = False


def write_rows(rows, keep, options=Plain):
    """Write a line for each, as uniq -c does where there are counts. Whether that succeeded."""
    end = b"\0" if options.zero_terminated else b"\n"
    lines = []
    for row in rows:
        count = b"%7d " % row.count if keep == "summaries" else b""
        lines.append(count + as_line(row.item, options) + end)
    return write_result(b"".join(lines))
