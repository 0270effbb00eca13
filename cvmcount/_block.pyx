"""What readers fill and sketches take."""


cdef class BlockReader:
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        raise NotImplementedError
