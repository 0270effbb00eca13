"""Reads any input as blocks of identities. No reader knows what the identities are for."""

cimport cython
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t

from collections.abc import Mapping

from cvmcount._array_reader cimport open_array, refuse_dimensions
from cvmcount._arrow_reader cimport open_arrow, raise_device_memory
from cvmcount._block cimport Block, BlockReader, append, forget_if_cleared
from cvmcount._frames cimport native, open_frame
from cvmcount._identity cimport Identifier, identify, steady_seconds
from cvmcount._line_reader cimport Lines, open_lines
from cvmcount._sequence_reader cimport SequenceReader
from cvmcount._verdict cimport known


cdef enum:
    ITERATOR_ITEMS = 256

# A slow iterable fills no block for a long time, but what came should be seen.
cdef double BLOCK_SECONDS = 0.05


@cython.final
cdef class IteratorReader(BlockReader):
    """Reads any other iterable through the iterator protocol."""

    cdef object iterator

    def __cinit__(self, items):
        self.iterator = iter(items)
        self.block_items = ITERATOR_ITEMS

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef Py_ssize_t end = self.position + self.block_items
        cdef double latest = steady_seconds() + BLOCK_SECONDS
        cdef uint64_t identity
        cdef bint counted
        for item in self.iterator:
            counted = identify(item, identifier, dropna, &identity)
            forget_if_cleared(block)
            if counted:
                append(block, identity)
            self.position += 1
            if self.position == end or self.position % 16 == 0 and steady_seconds() > latest:
                return True
        return False


# Data frames before arrays, because they have two dimensions: but a NumPy array is neither.
cdef BlockReader open_column(object items, size_t workers, bint repeats_count):
    reader = None
    if not isinstance(items, known("numpy", "ndarray")):
        items = native(items)
        reader = open_frame(items, workers, repeats_count)
        if reader is None:
            reader = open_arrow(items, workers, repeats_count)
    return open_array(items, workers, repeats_count) if reader is None else reader


# Iterated over, they give tensors, which are known by their address.
cdef int refuse_tensors(items) except -1:
    if isinstance(items, known("numpy", "ndarray")):
        return 0
    if hasattr(items, "__cuda_array_interface__"):
        raise_device_memory()
    if hasattr(items, "__dlpack__"):
        name = type(items).__qualname__
        raise TypeError(f"items must not be a {name}: pass numpy.asarray(items)")
    return 0


# Iterated over, they give scalars of Arrow, none of which is equal to its value. What offers Arrow
# data has been read otherwise before.
cdef int refuse_arrow_scalars(items) except -1:
    for name in ("Array", "ChunkedArray", "Scalar"):
        if isinstance(items, known("pyarrow", name)):
            name = type(items).__qualname__
            raise TypeError(
                f"items must not be a {name} of this pyarrow: pass a pyarrow.Array, or a "
                "pyarrow.ChunkedArray of pyarrow 16 or later"
            )
    return 0


cdef BlockReader open_reader(object items, size_t workers, bint repeats_count):
    if type(items) is list or type(items) is tuple:
        return SequenceReader(items, workers, repeats_count)
    if type(items) is Lines:
        return open_lines(items, workers)
    if isinstance(items, (str, bytes, bytearray)) or isinstance(
        items, known("collections", "UserString")
    ):
        raise TypeError(
            f"items must be an iterable of elements, not one {type(items).__name__}: "
            "count its characters with list(items), or use add(item) to count it as one element"
        )
    reader = open_column(items, workers, repeats_count)
    if reader is not None:
        return reader
    if isinstance(items, Mapping):
        raise TypeError(
            f"items must not be a {type(items).__name__}: pass its keys(), values() or items()"
        )
    refuse_dimensions(items)
    refuse_tensors(items)
    refuse_arrow_scalars(items)
    try:
        return IteratorReader(items)
    except TypeError:
        if hasattr(type(items), "__iter__"):
            raise
    raise TypeError(f"items must be an iterable of elements, not {type(items).__qualname__!r}")
