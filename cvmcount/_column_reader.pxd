from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

from cvmcount._block cimport Block, BlockReader
from cvmcount._cpp cimport column, column_output, column_rules, team
from cvmcount._identity cimport Identifier


# A stretch of a column that one thread reads.
cdef struct Lane:
    size_t position
    size_t end
    column_output output


# What the lanes of one round share.
cdef struct Round:
    const column* values
    column_rules rules
    Lane* lanes


cdef class ColumnReader(BlockReader):
    # Where the values are, for a block that the column cannot identify, as Python objects: see
    # ArrayValues. Keeps the memory of the column alive.
    cdef object source
    cdef object kept_alive  # what else the column reads from
    cdef unique_ptr[column] values
    cdef unique_ptr[team] workers  # null for one
    cdef vector[Lane] lanes
    cdef size_t lane_room
    cdef size_t round_items  # of each lane
    cdef size_t most_items
    cdef double kept_fraction  # of the last round
    cdef bint repeats_count
    cdef int start(
        self,
        object source,
        column* values,
        size_t item_bytes,
        size_t workers,
        bint repeats_count,
    ) except -1
    cdef size_t next_items(self) noexcept
    cdef int fill_one_by_one(self, Identifier* identifier, bint dropna, Block* block) except -1
