from libc.stdint cimport uint64_t

from cvmcount._cpp cimport identity_hash

# Few enough to stay in the fastest cache, enough to make a lock and a check for signals cheap.
cdef enum:
    BLOCK_SIZE = 256


# Identities in stream order, on their way to a sampler.
cdef struct Block:
    uint64_t identities[BLOCK_SIZE]
    Py_ssize_t size


cdef class BlockReader:
    # Reads up to BLOCK_SIZE items into an empty block, which holds fewer identities where missing
    # values were skipped. Whether there may be more. At an error, what came before is in the block.
    cdef bint fill(self, const identity_hash& hash, bint dropna, Block* block) except -1


cdef BlockReader open_reader(object items)
