from cpython.object cimport PyObject
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

from cvmcount._block cimport Block, BlockReader
from cvmcount._cpp cimport identity_hash, address_cache, thread_team
from cvmcount._identity cimport Identifier


# A run of items that one thread reads.
cdef struct Lane:
    Py_ssize_t position  # of the next item
    Py_ssize_t end
    bint at_rare_kind  # it stopped at an item of a rare kind
    uint64_t items  # less the missing values that were skipped
    uint64_t* identities
    Py_ssize_t size
    address_cache* met  # null where every item is looked at


# What the lanes of one round share. Nothing in it changes while they are read.
cdef struct Round:
    PyObject** slots
    Py_ssize_t length
    const identity_hash* hash
    bint dropna
    uint64_t threshold
    Lane* lanes


cdef class SequenceReader(BlockReader):
    cdef object items
    cdef unique_ptr[thread_team] workers  # null for one
    cdef vector[Lane] lanes
    cdef vector[address_cache] met  # one for each worker, or none
    cdef Py_ssize_t round_items
    cdef uint64_t interruptions

    cdef void read_round(
        self, size_t lanes, Py_ssize_t end, const identity_hash* hash, bint dropna, Block* block
    ) noexcept
    cdef void forget_what_was_met(self) noexcept
    cdef void rest_from_looking(self) noexcept
