from libc.stdint cimport uint64_t
from libcpp.atomic cimport atomic
from libcpp.memory cimport unique_ptr

from cvmcount._core.sketch cimport sketch


cdef class CVMSketch:
    cdef unique_ptr[sketch] core
    cdef atomic[uint64_t] clears  # how often it was cleared

    cdef bytes saved(self)
    cdef int warn_if_misled(self) except -1
