from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader


# A reader of a pandas Categorical. `categories` reads the values of its categories, all of them,
# with repeats.
cdef BlockReader open_categorical(
    items, BlockReader categories, size_t workers, bint repeats_count
)
