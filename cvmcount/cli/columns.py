"""One column of a Parquet, Arrow or CSV file, through pyarrow.

CSV is read as text: no field becomes a number, so that "1" and "01" are two.
"""

import io
from contextlib import contextmanager

from .compressed import DamagedError

BATCH_ROWS = 1 << 16
PARQUET = b"PAR1\x15"  # the mark, and how every page header begins: a line may be PAR1, too
ARROW_FILE = b"ARROW1\0\0"  # then an Arrow stream, and an index that nothing here needs
ARROW_STREAM = b"\xff\xff\xff\xff"


def is_parquet(head):
    """Whether a file with these first bytes is a Parquet file."""
    return head.startswith(PARQUET)


def is_arrow(head):
    """Whether a file with these first bytes is an Arrow file or an Arrow stream."""
    if head.startswith(ARROW_STREAM):  # then the length of a schema
        size = int.from_bytes(head[4:8], "little")
        return 0 < size < 1 << 24 and size % 8 == 0
    return head.startswith(ARROW_FILE)


class RawReader(io.RawIOBase):
    """A file with readinto() and perhaps seek(), for io.BufferedReader. Others close it."""

    def __init__(self, file):
        self._file = file

    def readable(self):
        return True

    def seekable(self):
        return hasattr(self._file, "seek")

    def seek(self, offset, whence=io.SEEK_SET):
        return self._file.seek(offset, whence)

    def readinto(self, buffer):
        return self._file.readinto(memoryview(buffer))


def chosen(names, field):
    """Return the place of a field that was asked for by number, by name or, of one, not at all."""
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if not names:
        raise DamagedError("it has no columns")
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


@contextmanager
def arrow_errors():
    """Give pyarrow, and make one kind of what it raises."""
    try:
        import pyarrow
    except ImportError:
        raise ImportError(
            "Parquet, Arrow and CSV files need a library: pip install pyarrow"
        ) from None
    try:
        yield pyarrow
    except pyarrow.ArrowException as error:
        raise DamagedError(str(error)) from None


def open_parquet(file, field):
    """Return the field and its arrays, as the others do."""
    with arrow_errors():
        from pyarrow import parquet

        content = parquet.ParquetFile(io.BufferedReader(RawReader(file)))
        names = content.schema_arrow.names
        place = chosen(names, field)
        batches = content.iter_batches(BATCH_ROWS, columns=[names[place]])

    def arrays():
        for batch in batches:  # more than one column where a name means several
            same = [i for i, name in enumerate(batch.schema.names) if name == names[place]]
            yield batch.column(same[names[:place].count(names[place])])

    return content.schema_arrow.field(place), arrays()


def open_arrow(file, field):
    with arrow_errors():
        from pyarrow import ipc

        file = io.BufferedReader(RawReader(file))
        if file.peek(len(ARROW_FILE)).startswith(ARROW_FILE):
            file.read(len(ARROW_FILE))
        content = ipc.open_stream(file)
    place = chosen(content.schema.names, field)
    return content.schema.field(place), (batch.column(place) for batch in content)


class BadRows:
    """Leaves out the rows of CSV that have too many or too few fields."""

    def __init__(self):
        self.count = 0
        self.first = None

    def __call__(self, row):
        self.first = self.first or row
        self.count += 1
        return "skip"

    def report(self):
        if self.count > 0:
            raise DamagedError(
                f"{self.count:,} rows were left out, the first because it has"
                f" {self.first.actual_columns} fields instead of {self.first.expected_columns}"
            )


def open_csv(file, options):
    by_name = isinstance(options.field, str)
    name = options.field if by_name else f"f{options.field - 1}"
    bad_rows = BadRows()
    with arrow_errors() as pyarrow:
        from pyarrow import csv

        text = pyarrow.field(name, pyarrow.string())
        content = io.BufferedReader(RawReader(file))
        if not by_name and content.peek(1) == b"":
            return text, ()
        try:
            rows = csv.open_csv(
                content,
                csv.ReadOptions(
                    autogenerate_column_names=not by_name,
                    skip_rows_after_names=1 if options.header and not by_name else 0,
                ),
                csv.ParseOptions(
                    delimiter=(options.delimiter or b",").decode(),
                    newlines_in_values=True,
                    invalid_row_handler=bad_rows,
                ),
                csv.ConvertOptions(
                    include_columns=[name],
                    column_types={name: text.type},
                    strings_can_be_null=False,
                ),
            )
        except KeyError:
            raise DamagedError(f"no field {options.field!r} in the first row") from None

    def arrays():
        for batch in rows:
            yield batch.column(0)
        bad_rows.report()

    return text, arrays()


def is_text(kind):
    from pyarrow import types

    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        kind = kind.value_type
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def prepared(array, options):
    """Do to text what is done to lines."""
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_run_end_encoded(array.type):
        array = compute.run_end_decode(array)
    array = array.cast(pyarrow.large_string())
    if options.skip_empty:
        array = array.filter(compute.not_equal(array, ""))
    return compute.ascii_lower(array) if options.ignore_case else array


def as_stream(field, arrays, options, files, name, watchers):
    """Return what `CVMSketch.update` reads: a stream that ends at an error, which is reported."""
    import pyarrow

    prepares = (options.skip_empty or options.ignore_case) and is_text(field.type)
    schema = pyarrow.schema([field.with_type(pyarrow.large_string()) if prepares else field])

    def batches():
        try:
            for array in arrays:
                files.text_bytes += array.nbytes
                if prepares or watchers:  # cvmcount looks out for itself, pyarrow does not
                    array.validate(full=True)
                if prepares:
                    array = prepared(array, options)
                for watcher in watchers:
                    watcher.add_values(array)
                yield pyarrow.record_batch([array], schema)
        except (OSError, ValueError, OverflowError, pyarrow.ArrowException) as error:
            files.fail(name, error)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())
