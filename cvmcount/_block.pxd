from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libc.string cimport memmove

from cvmcount._cpp cimport thread_team
from cvmcount._identity cimport Identifier


cdef enum:
    # Fewer items are read sooner than other threads have begun.
    LEAST_FOR_WORKERS = 1 << 16


# Items on their way to a sampler, in stream order.
cdef struct Block:
    const uint64_t* clears  # rises whenever the sketch is emptied
    uint64_t clears_before  # the items below were offered
    uint64_t threshold  # of the sampler: identities above it are counted as items and left out
    uint64_t items  # less the missing values that were skipped
    Py_ssize_t size
    uint64_t* identities


# Items that came before the sketch was emptied are forgotten. To be called after whatever can run
# Python code: an item's own, the iterable's or another thread's may call clear().
cdef inline void forget_if_cleared(Block* block) noexcept:
    if block.clears[0] != block.clears_before:
        block.clears_before = block.clears[0]
        block.threshold = <uint64_t>-1
        block.items = 0
        block.size = 0


cdef inline void append(Block* block, uint64_t identity) noexcept:
    block.items += 1
    if identity <= block.threshold:
        block.identities[block.size] = identity
        block.size += 1


# What one worker has read, of which the identities lie further on in the memory of the block.
cdef inline void append_lane(
    Block* block, const uint64_t* identities, size_t size, uint64_t items
) noexcept:
    if size > 0:
        memmove(block.identities + block.size, identities, size * sizeof(uint64_t))
    block.size += <Py_ssize_t>size
    block.items += items


cdef class BlockReader:
    # The most items that one call of fill() reads.
    cdef Py_ssize_t block_items
    # How many have been read.
    cdef Py_ssize_t position

    # Reads items into an empty block that holds at least block_items. Whether there may be more. At
    # an error, what came before is in the block.
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1


# A team of so many threads, the caller included, to be owned by the caller.
cdef thread_team* hire(size_t workers) except NULL
