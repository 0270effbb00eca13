# A sketch asks a reader for its items, block by block.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.atomic cimport atomic
from libcpp.memory cimport unique_ptr

from cvmcount._core.columns cimport column, column_sequence
from cvmcount._core.lines cimport line_form
from cvmcount._core.items cimport item_number, lacking_items
from cvmcount._core.reading cimport parallel_reader, reading_output, reading_rules
from cvmcount._identity.objects cimport Identifier


# Items on their way to a sampler, in stream order, and what a reader must know of the sketch.
cdef struct Block:
    Identifier identifier
    reading_output output
    atomic[uint64_t]* clears  # rises whenever the sketch is cleared, maybe by another thread
    uint64_t clears_before  # the items were offered
    # The entries of the sketch, if all since none lacked a value were by these blocks.
    uint64_t own_entries


cdef class BlockReader:
    # The identities that a block must have room for.
    cdef size_t room
    # How many items have been read; of a file, bytes.
    cdef Py_ssize_t position

    # Reads items into an empty block. Returns whether there may be more. At an error, what came
    # before is in the block.
    cdef bint fill(self, Block* block) except -1

    # The rest is for sketches that keep the values of their elements. Those of the items from this
    # position on have not been asked for.
    cdef Py_ssize_t given

    # To be called before the first fill: whoever cannot read items again holds on to them.
    cdef int start_keeping(self) except -1
    # Returns whether the values must be asked for before the next fill.
    cdef bint gives_now(self) except -1
    # Gives what is lacking of the items since then.
    cdef int give_items(self, Identifier* identifier, lacking_items* lacking) except -1
    # Nothing of them is lacking.
    cdef int drop_items(self) except -1
    cdef object last_items(self)
    # The item bytes of one of them.
    cdef bytes item_at(self, Py_ssize_t position)


# A reader of any input. The table in readers.pyx says who reads what.
cdef BlockReader open_reader(object items, size_t workers)

# The same for a sketch that keeps values.
cdef BlockReader open_kept_reader(object items, size_t workers)


# Numbers that come with the items, by position, which must rise.
cdef class NumberReader:
    cdef ColumnReader column
    cdef object iterator
    cdef object last
    cdef Py_ssize_t position

    cdef int number_at(self, Py_ssize_t position, item_number* number) except -1
    cdef int number_in_column(self, Py_ssize_t position, item_number* number) except -1
    # Raises ValueError unless there were so many.
    cdef int finish(self, Py_ssize_t size) except -1


cdef NumberReader open_numbers(object values, object items)


# The source of a column, for values that the column cannot identify.
cdef class ArrayValues:
    cdef object items


# A column in memory, or the chunks and batches of one.
cdef class ColumnReader(BlockReader):
    cdef unique_ptr[column_sequence] values
    cdef unique_ptr[parallel_reader] reader
    cdef Py_ssize_t first  # the position of the first of these values
    # Where the values are, for a block that the column cannot identify, as Python objects. It keeps
    # the memory of the column alive.
    cdef ArrayValues source
    cdef object kept_alive  # what else the column reads from
    cdef uint64_t clears  # of the sketch, when the identity caches were filled
    cdef object interrupt  # the error of a signal that came while values were read

    # The rules, so that signals are heeded while values are read.
    cdef reading_rules heeding(self, const reading_rules& rules) noexcept
    cdef int raise_interrupt(self) except -1
    # Takes the column over.
    cdef int start_column(self, ArrayValues source, column* values, size_t workers) except -1
    # most_values: that will ever be there at a time.
    cdef int start(self, size_t most_values, size_t workers) except -1
    cdef int fill_one_by_one(self, Block* block) except -1
    # Goes on to the next values, if there are any.
    cdef bint next_values(self) except -1


# Lines of a file, as items of a sketch.
cdef class Lines:
    cdef object file
    cdef bint regular
    cdef line_form form
    cdef uint64_t rows_before
