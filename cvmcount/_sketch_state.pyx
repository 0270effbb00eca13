"""What lies behind a sketch: how it takes items, merges, and becomes bytes."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.utility cimport move
from libcpp.vector cimport vector

from cvmcount._block cimport Block, BlockReader, forget_if_cleared
from cvmcount._cpp cimport (
    byte,
    coins,
    fresh_coins,
    identity_hash,
    identity_span,
    load as load_sampler,
    sample_merge,
    overlap,
    sampler,
    save as save_sampler,
    sketch_settings,
)
from cvmcount._identity cimport (
    Identifier,
    common_salt,
    heed_others,
    identify,
    new_identifier,
    process_hash_salt,
    steady_seconds,
)
from cvmcount._verdict cimport as_span


cdef double REPORT_SECONDS = 0.1


# A union keeps what the sketch of the smallest capacity was asked for; of equal ones the weakest.
# So the order of merging does not matter.
cdef Promise promise_of_union(Promise a, Promise b) noexcept nogil:
    if a.capacity != b.capacity:
        return a if a.capacity < b.capacity else b
    if a.delta != b.delta:
        return a if a.delta > b.delta else b
    return a if a.epsilon > b.epsilon else b


@cython.auto_pickle(False)
cdef class SketchState:
    cdef int start(self, coins kind, Promise asked, uint64_t seed, bint dropna) except -1:
        self._hash.reset(new identity_hash(seed))
        self._sampler.reset(new sampler(kind, asked.capacity, seed))
        self._coins = kind
        self._seed = seed
        self._dropna = dropna
        self._asked_epsilon = asked.epsilon
        self._delta = asked.delta
        return 0

    cdef int start_as(self, SketchState other) except -1:
        cdef Promise asked
        with cython.critical_section(other):
            asked = other.promise()
        return self.start(other._coins, asked, other._seed, other._dropna)

    cdef int load(self, data) except -1:
        cdef sketch_settings settings
        cdef unique_ptr[sampler] loaded
        cdef Py_buffer view
        try:
            PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        except (TypeError, BufferError) as error:
            raise TypeError(
                f"data must be bytes or a contiguous buffer, not {type(data).__name__}"
            ) from error
        try:
            loaded = load_sampler(as_span(view.buf, view.len), settings)
        finally:
            PyBuffer_Release(&view)
        salt = <int64_t>settings.salt if settings.is_salted else None
        common_salt(salt, process_hash_salt())
        self._hash.reset(new identity_hash(settings.seed))
        self._coins = loaded.get().kind()
        self._seed = settings.seed
        self._dropna = settings.dropna
        self._sampler = move(loaded)
        self._asked_epsilon = settings.epsilon
        self._delta = settings.delta
        self._hash_salt = salt
        return 0

    cdef int copy_from(self, SketchState other) except -1:
        self._hash.reset(new identity_hash(other._seed))
        self._coins = other._coins
        self._seed = other._seed
        self._dropna = other._dropna
        with cython.critical_section(other):
            self._sampler.reset(new sampler(other._sampler.get()[0]))
            self._asked_epsilon = other._asked_epsilon
            self._delta = other._delta
            self._hash_salt = other._hash_salt
        return 0

    # ---- taking items --------------------------------------------------------------------------

    cdef int add_item(self, item) except -1:
        cdef Block block
        cdef uint64_t identity
        cdef Identifier identifier = new_identifier(self._hash.get())
        self._prepare(&block)
        if identify(item, &identifier, self._dropna, &identity):
            forget_if_cleared(&block)
            block.identities = &identity
            block.size = block.items = 1
            self._take(&block, &identifier)
        return 0

    cdef int read(self, BlockReader reader, shown, SketchState other) except -1:
        cdef Block block
        cdef Block of_other
        cdef bint more = True
        cdef Identifier identifier = new_identifier(self._hash.get())
        cdef double next_report = steady_seconds() + REPORT_SECONDS
        # As it comes: to clear so much memory would take longer than to read a small file.
        block.identities = <uint64_t*>PyMem_RawMalloc(reader.block_items * sizeof(uint64_t))
        if block.identities is NULL:
            raise MemoryError()
        try:
            while more:
                self._prepare(&block)
                if other is not None:
                    other._prepare(&of_other)
                    block.threshold = max(block.threshold, of_other.threshold)
                try:
                    more = reader.fill(&identifier, self._dropna, &block)
                finally:
                    self._take(&block, &identifier)
                    if other is not None:
                        of_other.identities = block.identities
                        of_other.size = block.size
                        of_other.items = block.items
                        other._take(&of_other, &identifier)
                heed_others(&identifier)
                if shown is not None and (not more or steady_seconds() > next_report):
                    identifier.interruptions += 1  # it runs Python code
                    shown.show(reader.position)
                    next_report = steady_seconds() + REPORT_SECONDS
        finally:
            PyMem_RawFree(block.identities)
            if shown is not None:
                shown.close()
        return 0

    cdef int _prepare(self, Block* block) except -1:
        block.size = 0
        block.items = 0
        block.clears = &self._clears
        with cython.critical_section(self):
            block.clears_before = self._clears
            block.threshold = self._sampler.get().threshold()
        return 0

    cdef int _take(self, const Block* block, const Identifier* identifier) except -1:
        with cython.critical_section(self):
            if block.clears_before != self._clears:
                return 0  # another thread has emptied the sketch since
            if identifier.used_process_hash:
                self._hash_salt = process_hash_salt()
            self._sampler.get().offer_filtered(
                identity_span(block.identities, <size_t>block.size), block.items
            )
        return 0

    cdef int forget_items(self) except -1:
        cdef size_t capacity
        with cython.critical_section(self):
            capacity = self._sampler.get().capacity()
            self._sampler.reset(new sampler(self._coins, capacity, self._seed))
            self._hash_salt = None
            self._clears += 1
        return 0

    # ---- two or more ---------------------------------------------------------------------------

    cdef Promise promise(self) noexcept:
        return Promise(self._sampler.get().capacity(), self._asked_epsilon, self._delta)

    cdef int _require_likeness(self, SketchState other, str what) except -1:
        if self._coins == fresh_coins or other._coins == fresh_coins:
            raise ValueError(
                f"sketches with coins='fresh' cannot be {what}: every occurrence had a coin of its "
                "own, so they do not tell which elements they have in common. Use coins='hashed'"
            )
        for name, mine, yours in (
            ("seed", self._seed, other._seed),
            ("dropna", bool(self._dropna), bool(other._dropna)),
        ):
            if mine != yours:
                raise ValueError(
                    f"sketches cannot be {what} if they differ in {name}: {mine} and {yours}"
                )
        return 0

    cdef int unite(self, others) except -1:
        cdef SketchState other
        cdef sample_merge union
        cdef Promise promise = Promise(<size_t>-1, 0.0, 0.0)
        salt = None
        for other in others:
            self._require_likeness(other, "merged")
        for other in others:
            with cython.critical_section(other):
                union.add(other._sampler.get()[0])
                promise = promise_of_union(promise, other.promise())
                salt = common_salt(salt, other._hash_salt)
        if not others:
            return 0
        # Its own part is the last, so that no more than one sketch is ever locked.
        with cython.critical_section(self):
            salt = common_salt(salt, self._hash_salt)
            promise = promise_of_union(promise, self.promise())
            union.merge_into(self._sampler.get()[0])
            self._hash_salt = salt
            self._asked_epsilon = promise.epsilon
            self._delta = promise.delta
        return 0

    cdef overlap overlap_with(self, SketchState other) except *:
        self._require_likeness(other, "compared")
        with cython.critical_section(self, other):
            common_salt(self._hash_salt, other._hash_salt)
            return overlap(self._sampler.get()[0], other._sampler.get()[0])

    cdef bint equals(self, SketchState other) except -1:
        if self._seed != other._seed or self._dropna != other._dropna:
            return False
        with cython.critical_section(self, other):
            return (
                self._asked_epsilon == other._asked_epsilon
                and self._delta == other._delta
                and self._hash_salt == other._hash_salt
                and self._sampler.get()[0] == other._sampler.get()[0]
            )

    cdef bytes save(self):
        cdef vector[byte] saved
        cdef sketch_settings settings
        settings.seed = self._seed
        settings.dropna = self._dropna
        with cython.critical_section(self):
            settings.epsilon = self._asked_epsilon
            settings.delta = self._delta
            settings.is_salted = self._hash_salt is not None
            settings.salt = <uint64_t><int64_t>self._hash_salt if settings.is_salted else 0
            saved = save_sampler(self._sampler.get()[0], settings)
        return PyBytes_FromStringAndSize(<const char*>saved.data(), <Py_ssize_t>saved.size())
