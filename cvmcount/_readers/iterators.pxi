# Any other iterable, through the iterator protocol.

from cvmcount._identity.objects cimport steady_seconds


cdef enum:
    ITERATOR_ITEMS = 256

# A slow iterable fills no block for a long time, but what came should be seen.
cdef double BLOCK_SECONDS = 0.05


@cython.final
cdef class IteratorReader(BlockReader):
    cdef object iterator

    def __cinit__(self, items):
        self.iterator = iter(items)
        self.room = ITERATOR_ITEMS

    cdef bint fill(self, Block* block) except -1:
        cdef Py_ssize_t end = self.position + ITERATOR_ITEMS
        cdef double latest = steady_seconds() + BLOCK_SECONDS
        for item in self.iterator:
            append_item(block, item)
            self.position += 1
            if self.position == end or self.position % 16 == 0 and steady_seconds() > latest:
                return True
        return False


cdef BlockReader open_iterable(object items, size_t workers):
    try:
        return IteratorReader(items)
    except TypeError:
        if hasattr(type(items), "__iter__"):
            raise
    raise TypeError(f"items must be an iterable of elements, not {type(items).__qualname__!r}")
