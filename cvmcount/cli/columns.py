"""Columns of a Parquet or Arrow file, through pyarrow.

Several are counted as tuples, and a name may lead into structs: user.id is the id of user.
"""

import io
from contextlib import contextmanager
from functools import reduce
from itertools import tee

from .choice import place_of, shown
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


@contextmanager
def arrow_errors():
    """Give pyarrow, and make one kind of what it raises."""
    try:
        import pyarrow
    except ImportError:
        raise ImportError("Parquet and Arrow files need a library: pip install pyarrow") from None
    try:
        yield pyarrow
    except pyarrow.ArrowException as error:
        raise DamagedError(str(error)) from None


class Column:
    """A column of a schema, or what it holds at a path within structs."""

    def __init__(self, schema, field):
        names = schema.names
        place, path = self._split(schema, field)
        self.place = place
        self.name = names[place]
        self.twins_before = names[:place].count(self.name)
        self._path = []
        self.field = schema.field(place)
        for name in path:
            kind = self.field.type
            children = [kind.field(i).name for i in range(kind.num_fields)]
            self._path.append(place_of(name, children))
            self.field = kind.field(self._path[-1]).with_nullable(True)

    @staticmethod
    def _split(schema, field):
        """Return the place of a column and the names that lead into it."""
        from pyarrow import types

        names = schema.names
        ends = [i for i, letter in enumerate(field) if letter == "."]
        if field not in names:
            for end in ends:
                place = names.index(field[:end]) if names.count(field[:end]) == 1 else None
                if place is not None and types.is_struct(schema.field(place).type):
                    return place, field[end + 1 :].split(".")
        return place_of(field, names), []

    def array_of(self, batch):
        """Return its values in a batch that has this column, and perhaps others."""
        twins = [i for i, name in enumerate(batch.schema.names) if name == self.name]
        array = batch.column(twins[self.twins_before])
        if self._path:
            from pyarrow import compute

            array = compute.struct_field(array, self._path)
        return array


def columns_of(schema, fields):
    """Return the columns that were asked for: of one, none need be."""
    if not schema.names:
        raise DamagedError("it has no columns")
    if not fields and len(schema.names) != 1:
        raise DamagedError(
            f"it has {len(schema.names)} columns ({shown(schema.names)}): choose one with -f"
        )
    return [Column(schema, field) for field in fields or schema.names]


def as_one(columns, batches):
    """Return the field and the arrays of one column, or of tuples of several."""
    import pyarrow

    if len(columns) == 1:
        return columns[0].field, map(columns[0].array_of, batches)
    fields = [pyarrow.field(str(i), column.field.type) for i, column in enumerate(columns)]
    tuples = pyarrow.struct(fields)

    def arrays():
        for batch in batches:
            yield pyarrow.StructArray.from_arrays(
                [column.array_of(batch) for column in columns], fields=fields
            )

    return pyarrow.field("tuples", tuples), arrays()


def open_parquet(file, fields):
    """Return a field and its arrays, as open_arrow() does."""
    with arrow_errors():
        from pyarrow import parquet

        content = parquet.ParquetFile(io.BufferedReader(RawReader(file)))
        columns = columns_of(content.schema_arrow, fields)
        names = list(dict.fromkeys(column.name for column in columns))
        return as_one(columns, content.iter_batches(BATCH_ROWS, columns=names))


def open_arrow(file, fields):
    with arrow_errors():
        from pyarrow import ipc

        file = io.BufferedReader(RawReader(file))
        if file.peek(len(ARROW_FILE)).startswith(ARROW_FILE):
            file.read(len(ARROW_FILE))
        content = ipc.open_stream(file)
        return as_one(columns_of(content.schema, fields), content)


def is_text(kind):
    from pyarrow import types

    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        kind = kind.value_type
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def prepared_text(array, options):
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_run_end_encoded(array.type):
        array = compute.run_end_decode(array)
    array = array.cast(pyarrow.large_string())
    return compute.ascii_lower(array) if options.ignore_case else array


def prepared(array, options):
    """Do to text, or to the text in tuples, what is done to lines."""
    import pyarrow
    from pyarrow import compute

    if not pyarrow.types.is_struct(array.type):
        array = prepared_text(array, options)
        return array.filter(compute.not_equal(array, "")) if options.skip_empty else array
    fields = list(array.type)
    members = [
        prepared_text(member, options) if is_text(field.type) else member
        for field, member in zip(fields, array.flatten(), strict=True)
    ]
    fields = [field.with_type(member.type) for field, member in zip(fields, members, strict=True)]
    tuples = pyarrow.StructArray.from_arrays(members, fields=fields)
    if options.skip_empty and all(is_text(field.type) for field in fields):
        empty = [compute.fill_null(compute.equal(member, ""), False) for member in members]
        tuples = tuples.filter(compute.invert(reduce(compute.and_, empty)))
    return tuples


def prepared_type(field):
    """Return the type of the arrays that prepared() returns; None where it has nothing to do."""
    import pyarrow

    if is_text(field.type):
        return pyarrow.large_string()
    if field.name != "tuples" or not pyarrow.types.is_struct(field.type):
        return None
    text = pyarrow.large_string()
    return pyarrow.struct([f.with_type(text) if is_text(f.type) else f for f in field.type])


def size_of(array):
    import pyarrow

    try:
        return array.nbytes
    except pyarrow.ArrowTypeError:  # older versions cannot measure views
        return array.get_total_buffer_size()


def as_stream(field, arrays, options, files, name, watchers):
    """Return what `CVMSketch.update` reads: a stream that ends at an error, which is reported."""
    import pyarrow

    kind = prepared_type(field) if options.skip_empty or options.ignore_case else None
    schema = pyarrow.schema([field.with_type(kind or field.type)])

    def batches():
        try:
            for array in arrays:
                files.text_bytes += size_of(array)
                if kind or watchers:  # cvmcount looks out for itself, pyarrow does not
                    array.validate(full=True)
                if kind:
                    array = prepared(array, options)
                yield pyarrow.record_batch([array], schema)
                for watcher in watchers:  # of what the sketch has not refused
                    watcher.add_values(array)
        except (OSError, ValueError, OverflowError, pyarrow.ArrowException) as error:
            files.fail(name, error)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())


def keys_and_values(stream, num_keys):
    """Return two streams of a stream of tuples: their first members and the others.

    Both read it in step: a batch is let go when both have it.
    """
    import pyarrow

    fields = list(stream.schema.field(0).type)

    def part(batches, chosen):
        kind = pyarrow.struct(fields[chosen]) if len(fields[chosen]) > 1 else fields[chosen][0].type
        schema = pyarrow.schema([pyarrow.field("items", kind)])

        def arrays():
            for batch in batches:
                array, *more = members = batch.column(0).flatten()[chosen]
                if more:
                    array = pyarrow.StructArray.from_arrays(members, fields=fields[chosen])
                yield pyarrow.record_batch([array], schema)

        return pyarrow.RecordBatchReader.from_batches(schema, arrays())

    for_keys, for_values = tee(stream)
    return part(for_keys, slice(num_keys)), part(for_values, slice(num_keys, None))
