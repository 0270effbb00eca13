# All readers share the block that they fill, and how threads that help them are started.

from cvmcount._core.reading cimport slice_sizes


cdef enum:
    # Fewer items are read sooner than other threads have begun.
    LEAST_FOR_WORKERS = 1 << 16


cdef class BlockReader:
    cdef bint fill(self, Block* block) except -1:
        raise NotImplementedError


# Drops the items that came before the sketch was cleared. It is to be called after whatever can run
# Python code: an item's own, the iterable's or another thread's may call clear().
cdef inline void drop_if_cleared(Block* block) noexcept:
    if block.clears[0] != block.clears_before:
        block.clears_before = block.clears[0]
        block.identifier.rules.threshold = <uint64_t>-1
        block.output.item_count = 0
        block.output.process_hashes = 0
        block.output.kept = 0


# Identifies one item by Python code and appends it, unless it is a missing value that is left out.
cdef inline int append_item(Block* block, object item) except -1:
    cdef uint64_t identity
    cdef bint is_element = identify(item, &block.identifier, &identity)
    drop_if_cleared(block)
    if is_element:
        append(block, identity)
    return 0


cdef inline void append(Block* block, uint64_t identity) noexcept:
    block.output.item_count += 1
    block.output.process_hashes += block.identifier.used_process_hash
    block.identifier.used_process_hash = False
    if identity <= block.identifier.rules.threshold:
        block.output.identities[block.output.kept] = identity
        block.output.kept += 1


# A parallel reader with so many threads, the caller included, to be owned by the caller.
cdef parallel_reader* new_parallel_reader(
    size_t workers, size_t first, size_t most, size_t least
) except NULL:
    cdef slice_sizes sizes
    sizes.first = first
    sizes.most = most
    sizes.least = least
    try:
        return new parallel_reader(workers, sizes)
    except RuntimeError as error:
        raise_not_started(workers, error)


cdef int raise_not_started(size_t workers, error) except -1:
    raise RuntimeError(f"workers={workers} could not be started: {error}") from None
