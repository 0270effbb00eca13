from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader


# The series or frame that a narwhals object stands for; anything else is returned as it is.
cdef object native(object items)

# A reader of the one column that a pandas object holds, or None for everything else. What Polars
# holds and cannot be counted is an error.
cdef BlockReader open_frame(object items, size_t workers, bint repeats_count)
