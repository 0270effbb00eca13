from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader
from cvmcount._cpp cimport line_form


# Lines of a file, as items of a sketch.
cdef class Lines:
    cdef object file
    cdef line_form form


cdef BlockReader open_lines(Lines lines, size_t workers)
