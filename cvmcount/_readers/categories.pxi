# Codes of values that other readers can read: a pandas Categorical. The categories are identified
# first, by Python code if need be, then the codes without it.

from libc.stdint cimport uintptr_t

from cvmcount._core.columns cimport dictionary_column, identity_column, negative_is_missing
from cvmcount._identity.objects cimport heed_others


cdef class CategoryReader(ColumnReader):
    cdef BlockReader categories  # None once they are identified
    cdef vector[uint64_t] identities  # of the first of them, or all
    cdef ObjectsReader objects  # reads in place of the column where that cannot; else None

    cdef int identify_categories(self, Identifier* identifier) except -1:
        cdef vector[uint64_t] room
        cdef atomic[uint64_t] never
        cdef bint more = True
        cdef Block block
        room.resize(self.categories.room)
        block.identifier = identifier[0]
        block.identifier.rules.threshold = <uint64_t>-1
        block.identifier.rules.dropna = False
        block.identifier.rules.skip_repeats = False
        block.clears = &never
        block.clears_before = never.load()
        block.output.identities = room.data()
        block.output.room = room.size()
        block.output.process_hashes = 0
        while more:
            block.output.item_count = 0
            block.output.kept = 0
            try:
                more = self.categories.fill(&block)
            except (TypeError, ValueError):
                more = False  # what cannot be counted matters where a code refers to it: not before
            self.identities.insert(
                self.identities.end(), room.begin(), room.begin() + block.output.kept
            )
            heed_others(&block.identifier)
        identifier.turn_ends = block.identifier.turn_ends
        identifier.interruptions = block.identifier.interruptions
        # Such a value may be another element wherever it stands, for all that its hash says.
        if block.output.process_hashes > 0:
            self.objects = ObjectsReader(self.source.items)
        return 0

    cdef bint fill(self, Block* block) except -1:
        if self.categories is not None:
            self.identify_categories(&block.identifier)
            self.categories = None
            drop_if_cleared(block)
        if self.objects is None:
            return ColumnReader.fill(self, block)
        more = self.objects.fill(block)
        self.position = self.objects.position
        return more

    cdef bint gives_now(self) except -1:
        return ColumnReader.gives_now(self) if self.objects is None else True

    cdef int give_items(self, Identifier* identifier, lacking_items* lacking) except -1:
        if self.objects is None:
            return ColumnReader.give_items(self, identifier, lacking)
        return self.objects.give_items(identifier, lacking)

    cdef bytes item_at(self, Py_ssize_t position):
        if self.objects is None:
            return ColumnReader.item_at(self, position)
        return self.objects.item_at(position)

    cdef int drop_items(self) except -1:
        if self.objects is not None:
            self.objects.drop_items()
        return ColumnReader.drop_items(self)


# The integer type of so many bytes, with a sign.
cdef number_type code_type(width) except *:
    return <number_type><int>NUMBERS["bhiq"[(1, 2, 4, 8).index(width)], width]


# A pandas Categorical. `categories` reads the values of its categories, all of them.
cdef BlockReader open_categorical(items, BlockReader categories, size_t workers):
    cdef CategoryReader reader = CategoryReader.__new__(CategoryReader)
    cdef unique_ptr[column] entries
    cdef layout where
    codes = items.codes
    if type(codes) is not known("numpy", "ndarray") or codes.ndim != 1 or codes.dtype.kind != "i":
        kind = type(codes).__name__
        raise ValueError(f"items must have codes in one array of integers with a sign, not {kind}")
    where.data = <const byte*><uintptr_t>codes.ctypes.data
    where.stride = codes.strides[0]
    where.size = <size_t>len(codes)
    where.swapped = False
    reader.categories = categories
    reader.kept_alive = codes
    entries.reset(new identity_column(reader.identities, <size_t>len(items.categories)))
    reader.start_column(
        ArrayValues(items),
        new dictionary_column(
            code_type(codes.itemsize), where, move(entries), negative_is_missing
        ),
        workers,
    )
    reader.room = max(reader.room, OBJECTS + 1)
    return reader
