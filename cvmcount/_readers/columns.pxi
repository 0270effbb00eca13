# A column in memory, read without the interpreter, by one or more workers.

from cpython.exc cimport PyErr_CheckSignals
from libcpp cimport bool as cbool

from cvmcount._core.columns cimport column_block_values, filter_slack
from cvmcount._core.reading cimport name_view, out_of_memory, use_level, vector_levels


cdef enum:
    # The identities that one worker can keep in a pass.
    MOST_ROOM = 1 << 16
    FIRST_COLUMN_SLICE = 1 << 13
    MOST_COLUMN_SLICE = 1 << 22


# The names of the levels of vector code that this machine can run, the fastest first. The first is
# in use unless another was chosen.
cdef list levels():
    cdef list names = []
    for i in range(vector_levels().size()):
        names.append((<bytes>vector_levels()[i].name).decode())
    return names


def force_level(str name):
    """For tests: choose a level of vector code, and return the names of those that there are."""
    cdef bytes utf8 = name.encode()
    if not use_level(name_view(utf8, len(utf8))):
        raise ValueError(f"this machine can run {', '.join(levels())}, not {name!r}")
    return levels()


if "CVMCOUNT_SIMD" in os.environ:
    force_level(os.environ["CVMCOUNT_SIMD"])


# Asked every few milliseconds by whoever reads values that take long, without the interpreter.
cdef cbool has_signal(void* context) noexcept with gil:
    cdef ColumnReader reader = <ColumnReader>context
    try:
        PyErr_CheckSignals()
    except BaseException as error:
        reader.interrupt = error
    return reader.interrupt is not None


cdef class ColumnReader(BlockReader):
    cdef reading_rules heeding(self, const reading_rules& rules) noexcept:
        cdef reading_rules own = rules
        own.stop.wanted = has_signal
        own.stop.context = <void*>self
        return own

    cdef int raise_interrupt(self) except -1:
        error, self.interrupt = self.interrupt, None
        if error is not None:
            raise error
        return 0

    cdef int start_column(self, ArrayValues source, column* values, size_t workers) except -1:
        cdef unique_ptr[column] owned
        owned.reset(values)
        self.values.reset(new column_sequence(workers))
        self.values.get().append(move(owned))
        self.source = source
        return self.start(self.values.get().size(), workers)

    cdef int start(self, size_t most_values, size_t workers) except -1:
        if self.values.get().size() < LEAST_FOR_WORKERS:
            workers = 1
        self.reader.reset(
            new_parallel_reader(workers, FIRST_COLUMN_SLICE, MOST_COLUMN_SLICE, column_block_values)
        )
        self.room = workers * (min(most_values, MOST_ROOM) + filter_slack)
        return 0

    cdef bint fill(self, Block* block) except -1:
        cdef column_sequence* values = self.values.get()
        cdef size_t size = values.size()
        cdef size_t begin = <size_t>(self.position - self.first)
        cdef size_t end = min(self.reader.get().end_of_pass(begin, block.output.room), size)
        cdef size_t stop
        cdef const char* error
        cdef reading_rules rules = self.heeding(block.identifier.rules)
        if block.clears_before != self.clears:
            values.clear_caches()
            self.clears = block.clears_before
        with nogil:
            stop = self.reader.get().read(
                values.slices(), begin, end, rules, block.output
            )
        block.identifier.interruptions += 1
        self.position = self.first + <Py_ssize_t>stop
        if stop < end:
            values.clear_caches()
        error = block.output.error
        drop_if_cleared(block)
        self.raise_interrupt()
        if error == out_of_memory:
            raise MemoryError(f"items cannot be read beyond item {self.position}: out of memory")
        if error != NULL:
            raise ValueError(
                f"items cannot be read beyond item {self.position}: {(<bytes>error).decode()}"
            )
        if stop == begin and begin < size:
            self.fill_one_by_one(block)
        return self.position < self.first + <Py_ssize_t>size

    cdef bint next_values(self) except -1:
        return False

    # Their memory stays until all of them are read.
    cdef bint gives_now(self) except -1:
        return self.position >= self.first + <Py_ssize_t>self.values.get().size()

    cdef int give_items(self, Identifier* identifier, lacking_items* lacking) except -1:
        cdef size_t begin = <size_t>(max(self.given, self.first) - self.first)
        cdef size_t end = <size_t>(self.position - self.first)
        cdef size_t stop
        cdef reading_rules rules = self.heeding(identifier.rules)
        while begin < end and lacking.left() > 0:
            with nogil:
                begin = self.values.get().find_items(begin, end, rules, lacking[0])
            self.raise_interrupt()
            if begin < end and self.source is not None:
                # Only Python has a value of this block.
                stop = min(begin + column_block_values, end)
                values = self.source.values_at(
                    self.first + <Py_ssize_t>begin, self.first + <Py_ssize_t>stop
                )
                give_objects(values, identifier, lacking)
                begin += max(len(values), 1)
            elif begin < end:
                break
        return self.drop_items()

    cdef bytes item_at(self, Py_ssize_t position):
        cdef vector[byte] data
        try:
            self.values.get().write_item(<size_t>(position - self.first), data)
        except RuntimeError:  # only Python has this value
            return encode_item(self.source.values_at(position, position + 1)[0])
        return PyBytes_FromStringAndSize(<const char*>data.data(), <Py_ssize_t>data.size())

    # Reads a block that the column cannot identify.
    cdef int fill_one_by_one(self, Block* block) except -1:
        end = min(self.position + column_block_values, self.values.get().size())
        for item in self.source.values_at(self.position, end):
            self.position += 1
            append_item(block, item)
        return 0
