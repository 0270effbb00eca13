"""What readers fill and sketches take."""

from libc.stddef cimport size_t

from cvmcount._cpp cimport thread_team


cdef thread_team* hire(size_t workers) except NULL:
    try:
        return new thread_team(workers)
    except RuntimeError as error:
        raise RuntimeError(f"workers={workers} could not be started: {error}") from None


cdef class BlockReader:
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        raise NotImplementedError
