from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

from cvmcount._block cimport Block, BlockReader
from cvmcount._cpp cimport (
    column,
    identity_cache,
    column_output,
    column_rules,
    column_sequence,
    thread_team,
)
from cvmcount._identity cimport Identifier


# A stretch of a column that one thread reads.
cdef struct Lane:
    size_t position
    size_t end
    identity_cache* memory
    column_output output


# What the lanes of one round share.
cdef struct Round:
    const column_sequence* values
    column_rules rules
    Lane* lanes


cdef class ColumnReader(BlockReader):
    cdef column_sequence values
    cdef Py_ssize_t first  # the position of the first of them
    # Where the values are, for a block that the column cannot identify, as Python objects: see
    # ArrayValues. Keeps the memory of the column alive.
    cdef object source
    cdef object kept_alive  # what else the column reads from
    cdef unique_ptr[thread_team] workers  # null for one
    cdef vector[Lane] lanes
    cdef vector[identity_cache] memories  # one for each lane
    cdef uint64_t clears  # of the sketch, when what they hold was met
    cdef size_t lane_room
    cdef size_t round_items  # of each lane
    cdef double kept_fraction  # of the last round
    cdef bint repeats_count

    # Takes the column over.
    cdef int start_array(
        self, object source, column* values, size_t workers, bint repeats_count
    ) except -1
    # After the first values are there. most_values: that will ever be there at a time.
    cdef int start(self, size_t most_values, size_t workers, bint repeats_count) except -1
    cdef void forget_what_was_met(self) noexcept
    cdef void forget_columns(self) noexcept
    cdef size_t next_items(self) noexcept
    cdef void adapt_round(self, double seconds) noexcept
    cdef int fill_one_by_one(self, Identifier* identifier, bint dropna, Block* block) except -1
