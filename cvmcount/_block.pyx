"""What readers fill and sketches take."""

from libc.stddef cimport size_t

from cvmcount._cpp cimport team


cdef team* hire(size_t workers) except NULL:
    try:
        return new team(workers)
    except RuntimeError as error:
        raise RuntimeError(f"workers={workers} could not be started: {error}") from None


cdef class BlockReader:
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        raise NotImplementedError
