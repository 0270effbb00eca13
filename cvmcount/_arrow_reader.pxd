from cvmcount._block cimport BlockReader


# A reader of what offers itself by the Arrow PyCapsule interface, or None.
cdef BlockReader open_arrow(object items, size_t workers, bint repeats_count)


# Raises the error for what lies in the memory of another device.
cdef int raise_device_memory() except -1
