from libc.stdint cimport uint64_t

from cvmcount._identity cimport Identifier

# Few enough to stay in the fastest cache, enough to make a lock and a check for signals cheap.
cdef enum:
    BLOCK_SIZE = 256


# Up to BLOCK_SIZE items on their way to a sampler, in stream order.
cdef struct Block:
    uint64_t ceiling  # of the sampler: identities above it are counted as items and left out
    uint64_t items  # less the missing values that were skipped
    Py_ssize_t size
    uint64_t identities[BLOCK_SIZE]


cdef class BlockReader:
    # Reads up to BLOCK_SIZE items into an empty block. Whether there may be more. At an error, what
    # came before is in the block.
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1


cdef BlockReader open_reader(object items)
