"""One column of a Parquet, Arrow or CSV file, through pyarrow.

CSV is read as text: no field becomes a number, so that "1" and "01" are two.
"""

import io

from .compressed import DamagedError

BATCH_ROWS = 1 << 16
PARQUET = b"PAR1"
ARROW_FILE = b"ARROW1"
ARROW_STREAM = b"\xff\xff\xff\xff"


def has_columns(head):
    """Whether a file with these first bytes is a Parquet or Arrow file."""
    if head.startswith(ARROW_STREAM):  # then the length of a schema
        size = int.from_bytes(head[4:8], "little")
        return 0 < size < 1 << 24 and size % 8 == 0
    return head.startswith((PARQUET, ARROW_FILE))


def require_pyarrow():
    try:
        import pyarrow
    except ImportError:
        raise ImportError(
            "Parquet, Arrow and CSV files need a library: pip install pyarrow"
        ) from None
    return pyarrow


class RawReader(io.RawIOBase):
    """A file that has nothing but its readinto(), for io.BufferedReader."""

    def __init__(self, file):
        self._file = file

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._file.readinto(memoryview(buffer))


def chosen(names, field):
    """Return the place of a field that was asked for by number, by name or, of one, not at all."""
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if not field:
        if len(names) != 1:
            raise DamagedError(f"it has {len(names)} columns ({shown}): choose one with -f")
        return 0
    if isinstance(field, int):
        if field > len(names):
            raise DamagedError(f"no field {field} among {len(names)}: {shown}")
        return field - 1
    if names.count(field) != 1:
        what = "no field" if field not in names else "more than one field"
        raise DamagedError(f"{what} {field!r} among: {shown}")
    return names.index(field)


def open_parquet(file, field):
    from pyarrow import parquet

    content = parquet.ParquetFile(file)
    names = content.schema_arrow.names
    place = chosen(names, field)
    batches = content.iter_batches(BATCH_ROWS, columns=[names[place]])
    return content.schema_arrow.field(place), (batch.column(0) for batch in batches)


def open_arrow_file(file, field):
    from pyarrow import ipc

    content = ipc.open_file(file)
    place = chosen(content.schema.names, field)
    batches = (content.get_batch(i) for i in range(content.num_record_batches))
    return content.schema.field(place), (batch.column(place) for batch in batches)


def open_arrow_stream(file, field):
    from pyarrow import ipc

    content = ipc.open_stream(file)
    place = chosen(content.schema.names, field)
    return content.schema.field(place), (batch.column(place) for batch in content)


def open_csv(file, options):
    pyarrow = require_pyarrow()
    from pyarrow import csv

    by_name = isinstance(options.field, str)
    name = options.field if by_name else f"f{options.field - 1}"
    delimiter = (options.delimiter or b",").decode()
    try:
        content = csv.open_csv(
            io.BufferedReader(RawReader(file)),
            csv.ReadOptions(
                autogenerate_column_names=not by_name,
                skip_rows_after_names=1 if options.header and not by_name else 0,
            ),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                include_columns=[name],
                column_types={name: pyarrow.string()},
                strings_can_be_null=False,
            ),
        )
    except KeyError as error:
        raise DamagedError(error.args[0]) from None
    return content.schema.field(0), (batch.column(0) for batch in content)


def open_columns(file, head, options):
    """Return the field and its arrays. `file` has all, `head` is where it begins."""
    require_pyarrow()
    if head.startswith(ARROW_STREAM):
        return open_arrow_stream(io.BufferedReader(RawReader(file)), options.field)
    opened = open_parquet if head.startswith(PARQUET) else open_arrow_file
    return opened(io.BufferedReader(file.whole()), options.field)


def prepared(array, options):
    """Do to text what is done to lines."""
    import pyarrow
    from pyarrow import compute

    kind = array.type
    if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        return array
    if options.skip_empty:
        array = array.filter(compute.not_equal(array, ""))
    return compute.ascii_lower(array) if options.ignore_case else array


def as_stream(field, arrays, options, files, name):
    """Return what `CVMSketch.update` reads: a stream that ends at an error, which is reported."""
    import pyarrow

    schema = pyarrow.schema([field])

    def batches():
        try:
            for array in arrays:
                files.text_bytes += array.nbytes
                yield pyarrow.record_batch([prepared(array, options)], schema)
        except (OSError, ValueError) as error:
            files.fail(name, error)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())
