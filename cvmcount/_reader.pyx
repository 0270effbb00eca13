"""Reads any input as blocks of identities. No reader knows what the identities are for."""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from collections.abc import Mapping

from cvmcount._cpp cimport identity_hash
from cvmcount._identity cimport Identifier, counts, identify, identify_common
from cvmcount._verdict cimport IDENTIFIED, MISSING, NOT_MINE, Verdict, known


cdef extern from "Python.h":
    PyObject** PySequence_Fast_ITEMS(object items) noexcept
    Py_ssize_t PySequence_Fast_GET_SIZE(object items) noexcept


cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define CVMCOUNT_PREFETCH(address) __builtin_prefetch(address)
    #else
    #define CVMCOUNT_PREFETCH(address) ((void)(address))
    #endif
    """
    void prefetch "CVMCOUNT_PREFETCH" (const void* address) noexcept nogil


# How many items ahead an object's memory is asked for. The objects of a long list are scattered:
# waiting for them one by one would take longer than hashing them.
cdef enum:
    PREFETCH_DISTANCE = 32
    # A short str or bytes begins after a header of 32 to 48 bytes, often in the next cache line.
    PREFETCH_OFFSET = 48


cdef inline void append(Block* block, uint64_t identity) noexcept:
    block.items += 1
    if identity <= block.ceiling:
        block.identities[block.size] = identity
        block.size += 1


cdef class BlockReader:
    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        raise NotImplementedError


@cython.final
cdef class SequenceReader(BlockReader):
    """Reads a list or a tuple in place."""

    cdef object items
    cdef Py_ssize_t position

    def __cinit__(self, items):
        self.items = items

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef Py_ssize_t end = self.position + BLOCK_SIZE
        cdef uint64_t identity
        cdef bint counted
        with cython.critical_section(self.items):
            while self.read_common_kinds(end, identifier.hash[0], dropna, block):
                # This may run Python code, which may change the list: the loop looks anew.
                item = <object>PySequence_Fast_ITEMS(self.items)[self.position]
                self.position += 1
                counted = identify(item, identifier, dropna, &identity)
                forget_if_cleared(block)
                if counted:
                    append(block, identity)
            return self.position < PySequence_Fast_GET_SIZE(self.items)

    # Reads up to `end` or the end of the input. Whether it stopped before an item of a rare kind.
    # All that the loop needs is in local variables: through pointers it would take twice the time.
    cdef bint read_common_kinds(
        self, Py_ssize_t end, const identity_hash& hash, bint dropna, Block* block
    ) noexcept:
        cdef PyObject** slots = PySequence_Fast_ITEMS(self.items)
        cdef Py_ssize_t length = PySequence_Fast_GET_SIZE(self.items)
        cdef Py_ssize_t last = min(end, length)
        cdef Py_ssize_t position = self.position
        cdef Py_ssize_t size = block.size
        cdef uint64_t items = block.items
        cdef uint64_t ceiling = block.ceiling
        cdef uint64_t identity = 0
        cdef Verdict verdict = IDENTIFIED
        while position < last:
            if position + PREFETCH_DISTANCE < length:
                prefetch(slots[position + PREFETCH_DISTANCE])
                prefetch(<const char*>slots[position + PREFETCH_DISTANCE] + PREFETCH_OFFSET)
            verdict = identify_common(slots[position], hash, &identity)
            if verdict == NOT_MINE:
                break
            position += 1
            if verdict == MISSING and not counts(verdict, hash, dropna, &identity):
                continue
            items += 1
            block.identities[size] = identity
            size += identity <= ceiling
        self.position = position
        block.size = size
        block.items = items
        return verdict == NOT_MINE


@cython.final
cdef class IteratorReader(BlockReader):
    """Reads any other iterable through the iterator protocol."""

    cdef object iterator

    def __cinit__(self, items):
        self.iterator = iter(items)

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef Py_ssize_t left = BLOCK_SIZE
        cdef uint64_t identity
        cdef bint counted
        for item in self.iterator:
            counted = identify(item, identifier, dropna, &identity)
            forget_if_cleared(block)
            if counted:
                append(block, identity)
            left -= 1
            if left == 0:
                return True
        return False


cdef BlockReader open_reader(object items):
    if type(items) is list or type(items) is tuple:
        return SequenceReader(items)
    if isinstance(items, (str, bytes, bytearray, known("collections", "UserString"))):
        raise TypeError(
            f"items must be an iterable of elements, not one {type(items).__name__}: "
            "count its characters with list(items), or use add(item) to count it as one element"
        )
    if isinstance(items, Mapping):
        raise TypeError(
            f"items must not be a {type(items).__name__}: pass its keys(), values() or items()"
        )
    if getattr(items, "ndim", 1) > 1:
        raise TypeError(
            f"items must have one dimension, not {items.ndim}: pass one column of a data frame, or "
            "array.ravel() to count the numbers of an array"
        )
    try:
        return IteratorReader(items)
    except TypeError:
        if hasattr(type(items), "__iter__"):
            raise
    raise TypeError(f"items must be an iterable of elements, not {type(items).__qualname__!r}")
