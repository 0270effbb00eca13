# Any other iterable, through the iterator protocol.

from cvmcount._identity.objects cimport steady_seconds


cdef enum:
    ITERATOR_ITEMS = 256

# A slow iterable fills no block for a long time, but what came should be seen.
cdef double BLOCK_SECONDS = 0.05


@cython.final
cdef class IteratorReader(BlockReader):
    cdef object iterator
    cdef list held  # the items since the last were given; or None

    def __cinit__(self, items):
        self.iterator = iter(items)
        self.room = ITERATOR_ITEMS

    cdef bint fill(self, Block* block) except -1:
        cdef Py_ssize_t end = self.position + ITERATOR_ITEMS
        cdef double latest = steady_seconds() + BLOCK_SECONDS
        for item in self.iterator:
            append_item(block, item)
            self.position += 1
            if self.held is not None:
                self.held.append(item)
            if self.position == end or self.position % 16 == 0 and steady_seconds() > latest:
                return True
        return False

    cdef int start_keeping(self) except -1:
        self.held = []
        return 0

    cdef object last_items(self):
        return self.held

    cdef int drop_items(self) except -1:
        self.held = []
        return BlockReader.drop_items(self)


cdef BlockReader open_iterable(object items, size_t workers):
    try:
        return IteratorReader(items)
    except TypeError:
        if hasattr(type(items), "__iter__"):
            raise
    raise TypeError(f"items must be an iterable of elements, not {type(items).__qualname__!r}")
