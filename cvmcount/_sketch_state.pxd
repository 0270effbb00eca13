from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr

from cvmcount._block cimport Block, BlockReader
from cvmcount._cpp cimport coins, identity_hash, overlap, sampler
from cvmcount._identity cimport Identifier


# What a sketch was asked for.
cdef struct Promise:
    size_t capacity
    double epsilon  # 0 where the capacity was given instead
    double delta


# A sampler and all that belongs to it: how items become identities, and what was promised. Several
# threads may use one; it is always under a critical section that the sampler is touched.
cdef class SketchState:
    cdef unique_ptr[identity_hash] _hash
    cdef unique_ptr[sampler] _sampler
    cdef coins _coins
    cdef double _asked_epsilon  # 0 where the capacity was given instead
    cdef double _delta
    cdef uint64_t _seed
    cdef bint _dropna
    cdef uint64_t _clears
    # What hash() depends on in this process, once an item was known by nothing else; or None.
    cdef readonly object _hash_salt

    # One of these makes it.
    cdef int start(self, coins kind, Promise asked, uint64_t seed, bint dropna) except -1
    cdef int start_as(self, SketchState other) except -1
    cdef int load(self, data) except -1
    cdef int copy_from(self, SketchState other) except -1

    cdef int forget_items(self) except -1
    cdef int add_item(self, item) except -1
    # Reads to the end. Another sketch may take the same items.
    cdef int read(self, BlockReader reader, shown, SketchState other) except -1

    # To be called in a critical section.
    cdef Promise promise(self) noexcept
    cdef int unite(self, others) except -1
    cdef overlap overlap_with(self, SketchState other) except *
    # Raises ValueError unless both can be `what`: "merged", "compared".
    cdef int _require_likeness(self, SketchState other, str what) except -1

    cdef bint equals(self, SketchState other) except -1
    cdef bytes save(self)

    cdef int _prepare(self, Block* block) except -1
    cdef int _take(self, const Block* block, const Identifier* identifier) except -1
