"""Reads codes of values that other readers can read, as of a pandas Categorical.

The categories are identified first, by Python code if need be, then the codes without it.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint64_t, uintptr_t
from libcpp.vector cimport vector

from cvmcount._array_reader cimport ArrayValues
from cvmcount._block cimport Block, BlockReader, forget_if_cleared
from cvmcount._column_reader cimport ColumnReader
from cvmcount._cpp cimport byte, coded_column, layout
from cvmcount._identity cimport Identifier, heed_others, identify


cdef enum:
    CHUNK = 4096  # codes made Python objects at a time


cdef class CategoryReader(ColumnReader):
    cdef BlockReader categories  # None once they are identified
    cdef vector[uint64_t] identities  # of the first of them, or all

    cdef int identify_categories(self, Identifier* identifier) except -1:
        cdef Identifier as_used = identifier[0]
        cdef vector[uint64_t] room
        cdef uint64_t never = 0
        cdef bint more = True
        cdef Block block
        room.resize(self.categories.block_items)
        block.identities = room.data()
        block.threshold = <uint64_t>-1
        block.clears = &never
        block.clears_before = 0
        as_used.used_process_hash = False
        while more:
            block.items = 0
            block.size = 0
            try:
                more = self.categories.fill(&as_used, False, &block)
            except (TypeError, ValueError):
                more = False  # what is refused matters where a code refers to it: not before
            self.identities.insert(
                self.identities.end(), room.begin(), room.begin() + block.size
            )
            heed_others(&as_used)
        identifier.turn_ends = as_used.turn_ends
        identifier.interruptions = as_used.interruptions
        if as_used.used_process_hash and self.refers_to_process_hash(identifier):
            identifier.used_process_hash = True
        return 0

    # Whether the codes refer to a value that is known by its own hash, before one that is refused:
    # the sketch must remember the salt of these, and not for the sake of others.
    cdef bint refers_to_process_hash(self, Identifier* identifier) except -1:
        cdef Identifier probe = identifier[0]
        cdef uint64_t identity
        categories = (<ArrayValues>self.source).items.categories
        codes = self.kept_alive
        met = set()
        probe.used_process_hash = False
        for begin in range(0, len(codes), CHUNK):
            for code in dict.fromkeys(codes[begin : begin + CHUNK].tolist()):
                if code < 0 or code in met:
                    continue
                met.add(code)
                try:
                    identify(categories[code], &probe, False, &identity)
                except (TypeError, ValueError):
                    return False
                if probe.used_process_hash:
                    return True
            heed_others(identifier)
        return False

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        if self.categories is not None:
            self.identify_categories(identifier)
            self.categories = None
            forget_if_cleared(block)
        return ColumnReader.fill(self, identifier, dropna, block)


cdef BlockReader open_categorical(
    items, BlockReader categories, size_t workers, bint repeats_count
):
    cdef CategoryReader reader = CategoryReader.__new__(CategoryReader)
    cdef layout where
    codes = items.codes
    where.data = <const byte*><uintptr_t>codes.ctypes.data
    where.stride = codes.strides[0]
    where.size = <size_t>len(codes)
    where.swapped = False
    reader.categories = categories
    reader.kept_alive = codes
    reader.start_array(
        ArrayValues(items),
        new coded_column(codes.itemsize, where, reader.identities),
        workers,
        repeats_count,
    )
    return reader
