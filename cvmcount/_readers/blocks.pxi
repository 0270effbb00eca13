# All readers share the block that they fill, and how threads that help them are started.

from cvmcount._core.identity cimport byte
from cvmcount._core.reading cimport slice_sizes

from cvmcount._items import encode_item


cdef enum:
    # Fewer items are read sooner than other threads have begun.
    LEAST_FOR_WORKERS = 1 << 16


cdef class BlockReader:
    cdef bint fill(self, Block* block) except -1:
        raise NotImplementedError

    cdef int start_keeping(self) except -1:
        return 0

    cdef bint gives_now(self) except -1:
        return True

    cdef int give_items(self, Identifier* identifier, lacking_items* lacking) except -1:
        give_objects(self.last_items(), identifier, lacking)
        return self.drop_items()

    cdef int drop_items(self) except -1:
        self.given = self.position
        return 0

    cdef object last_items(self):
        raise NotImplementedError

    cdef bytes item_at(self, Py_ssize_t position):
        return encode_item(self.last_items()[position - self.given])


# Gives the items that are lacking. Of equal ones it is the first.
cdef int give_objects(items, Identifier* identifier, lacking_items* lacking) except -1:
    cdef uint64_t identity
    cdef bytes data
    cdef vector[byte] copied
    cdef const byte* begin
    for item in items:
        if lacking.left() == 0:
            break
        if identify(item, identifier, &identity) and lacking.lacks(identity):
            data = encode_item(item)
            begin = <const byte*><const char*>data
            copied.assign(begin, begin + len(data))
            lacking.give(identity, copied)
    identifier.used_process_hash = False
    return 0


# Drops the items that came before the sketch was cleared. It is to be called after whatever can run
# Python code: an item's own, the iterable's or another thread's may call clear().
cdef inline void drop_if_cleared(Block* block) noexcept:
    cdef uint64_t clears = block.clears.load()
    if clears != block.clears_before:
        block.clears_before = clears
        block.own_entries = <uint64_t>-1  # of the sketch as it was
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
    return new parallel_reader(workers, sizes)
