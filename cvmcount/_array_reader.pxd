from libc.stddef cimport size_t

from cvmcount._block cimport BlockReader


# Raises the error for items of other than one dimension.
cdef int refuse_dimensions(items) except -1


# The source of a column, as ColumnReader wants it.
cdef class ArrayValues:
    cdef object items


# A reader of a NumPy array or of what else lays its memory open as a buffer of numbers or text; or
# None for what has to be iterated over.
cdef BlockReader open_array(object items, size_t workers, bint repeats_count)


# A reader of an array whose values have to be made Python objects, some at a time.
cdef BlockReader open_objects(object items)


# A reader of `items` by the NumPy array of their values, a mask of bools that are true where one is
# missing, or None, and whether times are instants, of which this array holds the UTC.
cdef BlockReader open_values(
    items, values, mask, bint is_aware, size_t workers, bint repeats_count
)
