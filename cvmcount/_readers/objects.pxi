# Values that have to be made Python objects, some at a time: of arrays of objects, and of columns
# that cannot identify a block by themselves.

cdef enum:
    OBJECTS = 4096  # made at a time where values must be Python objects


cdef class ArrayValues:
    """The values of an array as Python objects."""

    def __init__(self, items):
        self.items = items

    def values_at(self, begin, end):
        """Values from `begin` on: not more than up to `end`, and fewer if one cannot be made."""
        try:
            return python_values(self.items[begin:end])[: end - begin]
        except Exception:
            if end - begin == 1:
                raise
        return self.values_at(begin, begin + (end - begin) // 2)


# The values of a part of an array, each as the Python object that has its exact value.
cdef list python_values(items):
    dtype = getattr(items, "dtype", None)
    if not isinstance(dtype, known("numpy", "dtype")):
        return list(items)
    if dtype.names:
        return list(zip(*[python_values(items[name]) for name in dtype.names], strict=True))
    if isinstance(items, known("numpy.ma", "MaskedArray")):
        mask = known("numpy.ma", "getmaskarray")(items).tolist()
        values = python_values(items.data)
        return [None if hidden else value for value, hidden in zip(values, mask, strict=True)]
    if items.ndim != 1 or dtype.kind not in "?biufcSUOT" or dtype.char in "gG":
        return list(items)
    try:
        return items.tolist()
    except SystemError as error:  # of NumPy 2
        raise ValueError("items hold text with a code point beyond 0x10ffff") from error


cdef class ObjectsReader(BlockReader):
    """Reads an array whose values have to be made Python objects, some at a time."""

    cdef ArrayValues items
    cdef SequenceReader chunk
    cdef SequenceReader last  # the chunk that was read last

    def __cinit__(self, items):
        self.items = ArrayValues(items)
        self.room = OBJECTS + 1

    cdef bint fill(self, Block* block) except -1:
        if self.chunk is None:
            end = min(self.position + OBJECTS, len(self.items.items))
            values = self.items.values_at(self.position, end) if self.position < end else []
            self.position += len(values)
            self.chunk = self.last = SequenceReader(values, 1)
        if not self.chunk.fill(block):
            self.chunk = None
        # The array may have been resized meanwhile.
        return self.chunk is not None or self.position < len(self.items.items)

    cdef object last_items(self):
        return self.last.last_items()

    cdef bytes item_at(self, Py_ssize_t position):
        return encode_item(self.items.values_at(position, position + 1)[0])

    cdef int drop_items(self) except -1:
        return 0 if self.last is None else self.last.drop_items()
