# The lines of files, without making objects of them, by one or more workers. A file is read into
# one buffer, small enough to stay in the cache of a core, and its lines are taken from there.

from cpython.memoryview cimport PyMemoryView_FromMemory

import errno

from cvmcount._core.lines cimport line_stream, text_room


cdef extern from "Python.h":
    enum:
        PyBUF_WRITE


cdef enum:
    BUFFER_BYTES = 1 << 18  # of each worker


cdef byte one_byte(name, value) except *:
    data = bytes(value)
    if len(data) != 1:
        raise ValueError(f"{name} must be one byte, not {data!r}")
    return <byte><char><int>data[0]


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
    """Lines(file, *, field, end, strip_cr, skip_empty, fold_case, delimiter)

    The lines of a file as items for `CVMSketch.update`, which reads them once: text where they are
    valid UTF-8, otherwise bytes. For the command line.

    The file has `readinto`, as raw binary files have. The field of each line that is counted is a
    number from 1, or 0 for the whole line; lines that have no such field are skipped.
    """

    def __init__(
        self,
        file,
        *,
        field=0,
        end=b"\n",
        strip_cr=True,
        skip_empty=False,
        fold_case=False,
        delimiter=b"\t",
    ):
        self.file = file
        self.form.field = field
        self.form.end = one_byte("end", end)
        self.form.strips_cr = strip_cr
        self.form.skips_empty = skip_empty
        self.form.folds_case = fold_case
        self.form.delimiter = one_byte("delimiter", delimiter)


@cython.final
cdef class LineReader(BlockReader):
    cdef object file
    cdef unique_ptr[line_stream] stream

    cdef int start(self, Lines lines, size_t workers) except -1:
        self.file = lines.file
        try:
            self.stream.reset(new line_stream(lines.form, BUFFER_BYTES, workers))
        except RuntimeError as error:
            raise_not_started(workers, error)
        self.room = self.stream.get().most_identities()
        return 0

    # The position is in bytes.
    cdef bint fill(self, Block* block) except -1:
        block.identifier.interruptions += 1  # the file may be Python code
        cdef size_t size = read_some(self.file, self.stream.get().room())
        drop_if_cleared(block)
        with nogil:
            if size > 0:
                self.stream.get().take(size, block.identifier.rules, block.output)
            else:
                self.stream.get().end_file(block.identifier.rules, block.output)
        self.position += <Py_ssize_t>size
        return size > 0


cdef BlockReader open_lines(object items, size_t workers):
    if type(items) is not Lines:
        return None
    cdef LineReader reader = LineReader()
    reader.start(items, workers)
    return reader
