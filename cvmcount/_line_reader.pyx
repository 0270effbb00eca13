"""Reads the lines of files without making objects of them, by one or more workers.

A file is read into one buffer, small enough to stay in the cache of a core, and its lines are
taken from there.
"""

cimport cython
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stddef cimport size_t
from libcpp.memory cimport unique_ptr

import errno
import os

from cvmcount._block cimport Block, BlockReader, forget_if_cleared, hire
from cvmcount._cpp cimport byte, line_form, line_output, line_rules, line_stream, thread_team, text_room
from cvmcount._identity cimport Identifier


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


# How many bytes were read; 0 at the end of the file.
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
    cdef line_form form
    cdef unique_ptr[thread_team] workers  # null for one
    cdef unique_ptr[line_stream] stream

    cdef int start(self, Lines lines, size_t workers) except -1:
        self.file = lines.file
        self.form = lines.form
        self.block_items = workers * BUFFER_BYTES
        if workers > 1:
            self.workers.reset(hire(workers))
        self.stream.reset(new line_stream(self.block_items, self.workers.get()))
        return 0

    # The position is in bytes.
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef line_rules rules
        cdef line_output output
        identifier.interruptions += 1  # the file may be Python code
        cdef size_t size = read_some(self.file, self.stream.get().room())
        forget_if_cleared(block)
        rules.form = self.form
        rules.hash = identifier.hash
        rules.threshold = block.threshold
        output.identities = block.identities
        output.kept = 0
        output.items = 0
        with nogil:
            if size > 0:
                self.stream.get().take(size, rules, output)
            else:
                self.stream.get().end_file(rules, output)
        self.position += size
        block.size = output.kept
        block.items = output.items
        return size > 0


cdef BlockReader open_lines(Lines lines, size_t workers):
    cdef LineReader reader = LineReader()
    reader.start(lines, workers)
    return reader
