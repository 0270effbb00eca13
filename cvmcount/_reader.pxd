from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader


# A reader of any input that users may pass. Where a repeat changes nothing, that is where
# repeats_count is false, it may leave out items that it has read a moment ago.
cdef BlockReader open_reader(object items, size_t workers, bint repeats_count)
