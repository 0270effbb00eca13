from libc.stdint cimport uint64_t
from libcpp.atomic cimport atomic
from libcpp.memory cimport unique_ptr

from cvmcount._core.sketch cimport sketch
from cvmcount._identity.objects cimport Identifier
from cvmcount._readers.readers cimport Block, BlockReader, NumberReader


cdef class CVMSketch:
    cdef unique_ptr[sketch] core
    cdef atomic[uint64_t] clears  # how often it was cleared

    cdef int read(
        self, BlockReader reader, shown, CVMSketch other, NumberReader numbers
    ) except -1
    cdef int take_with_numbers(
        self, BlockReader reader, Block* block, NumberReader numbers
    ) except -1
    cdef int keep_items(self, BlockReader reader, Block* block) except -1
    cdef void note_entries(self, Block* block, uint64_t before) noexcept
    cdef bytes saved(self)
    cdef int warn_if_misled(self) except -1
    # Asks for the next block. Both are called for every block that a reader fills.
    cdef int begin_block(self, Block* block) except -1
    cdef int take(self, Block* block) except -1
