# The lines of files, without making objects of them, by one or more workers. A file is read into
# one buffer, of which the part of each worker stays in the cache of its core, and its lines are
# taken from there.

from cpython.memoryview cimport PyMemoryView_FromMemory

import errno
import stat

from cvmcount._core.lines cimport line_stream, most_fields, text_room


cdef extern from "Python.h":
    enum:
        PyBUF_WRITE


cdef enum:
    BUFFER_BYTES = 1 << 18
    BUFFER_BYTES_OF_EACH = 1 << 19  # of several workers, who wait for each other after each


class UnclosedQuoteError(ValueError):
    """The file ends within a quoted field of a row of CSV."""

    def __init__(self, row):
        super().__init__(f"row {row:,}: a quote is not closed; nothing from there on was counted")


cdef byte one_byte(name, value) except *:
    data = bytes(value)
    if len(data) != 1:
        raise ValueError(f"{name} must be one byte, not {data!r}")
    return <byte><char><int>data[0]


cdef bytes checked_delimiter(value, refused, one):
    if not value or set(value) & set(refused) or (one and len(value) > 1):
        size = "one byte" if one else "one or more bytes"
        raise ValueError(f"delimiter must be {size} and none of {refused!r}, not {value!r}")
    return bytes(value)


# Reads some bytes into the room and returns how many; 0 at the end of the file.
cdef size_t read_some(file, text_room room) except? 0:
    view = PyMemoryView_FromMemory(<char*>room.data(), room.size(), PyBUF_WRITE)
    try:
        size = file.readinto(view)
    finally:
        view.release()
    if size is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    if not 0 <= size <= room.size():
        raise ValueError(f"readinto() returned {size!r} for {room.size()} bytes")
    return size


cdef class Lines:
    """Lines(file, *, regular, fields, num_keys, end, strip_cr, skip_empty, fold_case, comment,
    delimiter, blanks, quotes, rows_before)

    The lines of a file as items for `CVMSketch.update`, which reads them once: text where they are
    valid UTF-8, otherwise bytes. For the command line.

    The file has `readinto`, as raw binary files have. If it is a regular file (`regular`) it has
    `fileno`, `tell` and `seek`, too, and several workers read it at once. The fields that are
    counted are numbers from 1: one is an item by itself, several are a tuple, none is the whole
    line; the first `num_keys` of them are a key, for groups. Lines that lack one are skipped, and
    so are those that begin with the byte `comment`. Fields are separated by `delimiter`, one or
    more bytes, or by runs of blanks (`blanks`); with `quotes` the lines are rows of CSV. Then the
    sketch's update() ends with a ValueError where a quote is not closed; it names the row, and
    counts from 1 with the ones that came before.
    """

    def __init__(
        self,
        file,
        *,
        regular=False,
        fields=(),
        num_keys=0,
        end=b"\n",
        strip_cr=True,
        skip_empty=False,
        fold_case=False,
        comment=None,
        delimiter=b"\t",
        blanks=False,
        quotes=False,
        rows_before=0,
    ):
        self.file = file
        self.regular = regular
        self.rows_before = rows_before
        if len(fields) > most_fields:
            raise ValueError(f"fields must be at most {most_fields}, not {len(fields)}")
        if 0 in fields:
            raise ValueError("fields must be numbers from 1, not 0")
        if not 0 <= num_keys <= max(0, len(fields) - 1):
            raise ValueError("num_keys must be less than there are fields")
        self.form.fields = fields
        self.form.num_keys = num_keys
        self.form.end = one_byte("end", end)
        self.form.strips_cr = strip_cr
        self.form.skips_empty = skip_empty
        self.form.folds_case = fold_case
        if comment is not None:
            self.form.comment = one_byte("comment", comment)
        refused = b'\r\n"' if quotes else b"\r" + end
        self.form.delimiter = checked_delimiter(delimiter, refused, quotes)
        self.form.blanks = blanks
        self.form.quotes = quotes
        if quotes and not fields:
            raise ValueError("fields must be given with quotes")


@cython.final
cdef class LineReader(BlockReader):
    cdef object file
    cdef bint at_once
    cdef uint64_t rows_before
    cdef unique_ptr[line_stream] stream

    cdef int start_lines(self, Lines lines, size_t workers, bint keeps) except -1:
        self.file = lines.file
        self.at_once = lines.regular and workers > 1
        self.rows_before = lines.rows_before
        cdef size_t buffer_bytes = BUFFER_BYTES if workers == 1 else BUFFER_BYTES_OF_EACH
        self.stream.reset(new line_stream(lines.form, buffer_bytes, workers, keeps))
        self.room = self.stream.get().most_identities()
        return 0

    # Each worker reads a part of what there is room for. Returns how many bytes came.
    cdef size_t read_at_once(self) except? 0:
        cdef int descriptor = self.file.fileno()
        cdef uint64_t offset = self.file.tell()
        cdef size_t size
        with nogil:
            size = self.stream.get().read_file(descriptor, offset)
        self.file.seek(size, os.SEEK_CUR)
        return size

    # The position is in bytes.
    cdef bint fill(self, Block* block) except -1:
        block.identifier.interruptions += 1  # the file may be Python code
        cdef size_t size = self.read_at_once() if self.at_once else 0
        if size == 0:  # the end of the file, or an error, which this raises
            size = read_some(self.file, self.stream.get().room())
        cdef uint64_t unclosed_row = 0
        drop_if_cleared(block)
        with nogil:
            if size > 0:
                self.stream.get().take(size, block.identifier.rules, block.output)
            else:
                unclosed_row = self.stream.get().end_file(block.identifier.rules, block.output)
        if unclosed_row > 0:
            raise UnclosedQuoteError(self.rows_before + unclosed_row)
        self.position += <Py_ssize_t>size
        return size > 0

    cdef int give_items(self, Identifier* identifier, lacking_items* lacking) except -1:
        with nogil:
            self.stream.get().find_items(identifier.rules, lacking[0])
        return self.drop_items()

    cdef bytes item_at(self, Py_ssize_t position):
        raise TypeError("keys must not be a binary file: open it as text")


# Whether it is a regular file, with nothing between it and the system that changes its bytes.
cdef bint is_regular(file) except -1:
    raw = file.raw if type(file) is io.BufferedReader else file
    return type(raw) is io.FileIO and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


cdef BlockReader open_lines(object items, size_t workers):
    return lines_reader(items, workers, False)


cdef BlockReader open_kept_lines(object items, size_t workers):
    return lines_reader(items, workers, True)


# Binary files are lines, too.
cdef BlockReader lines_reader(object items, size_t workers, bint keeps):
    if type(items) is not Lines:
        items = unwrapped(items)
        if not isinstance(items, (io.RawIOBase, io.BufferedIOBase)):
            return None
        items = Lines(items, regular=is_regular(items))
    cdef LineReader reader = LineReader()
    reader.start_lines(items, workers, keeps)
    return reader
