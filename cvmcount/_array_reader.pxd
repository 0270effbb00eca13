from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader


# A reader of a NumPy array or of what else lays its memory open as a buffer of numbers or text; or
# None for what has to be iterated over.
cdef BlockReader open_array(object items, size_t workers, bint repeats_count)
