"""Reads a list or a tuple in place, at the speed of memory.

The objects of a long list are scattered, and waiting for each of them would take longer than
hashing it. So their memory is asked for ahead of time, and an object that was met a moment ago is
not looked at again where a repeat changes nothing.

Several workers read one list while the caller keeps the interpreter (or, in the free-threaded
build, the lock of the list). They run no Python code and count no references: all they read are
slots of the list and fields of str, int, float and bytes that never change. Both stay in place,
because whoever would change or free them needs what the caller keeps. What was written before is
visible to them: the caller saw it when it took the interpreter, and team.run() passes that on.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t

from cvmcount._block cimport (
    LEAST_FOR_WORKERS,
    Block,
    BlockReader,
    append,
    append_lane,
    forget_if_cleared,
    hire,
)
from cvmcount._cpp cimport identity_hash, address_cache
from cvmcount._identity cimport Identifier, counts, identify_common, identify_rare
from cvmcount._verdict cimport IDENTIFIED, MISSING, NOT_MINE, Verdict


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

    // Without an interpreter lock, objects may be freed at any time between two blocks.
    #ifdef Py_GIL_DISABLED
    #define CVMCOUNT_OBJECTS_STAY 0
    #else
    #define CVMCOUNT_OBJECTS_STAY 1
    #endif
    """
    void prefetch "CVMCOUNT_PREFETCH" (const void* address) noexcept nogil
    bint OBJECTS_STAY "CVMCOUNT_OBJECTS_STAY"


cdef enum:
    # How many items ahead an object's memory is asked for.
    PREFETCH_DISTANCE = 32
    # A short str or bytes begins after a header of 32 to 48 bytes, often in the next cache line.
    PREFETCH_OFFSET = 48
    # A block of one worker: few enough for its identities to stay in the fastest cache.
    SERIAL_ITEMS = 4096
    # A round of several, for each: it begins small, because nothing is left out before the sampler
    # is full, and grows until what it costs to begin a round is not seen.
    FIRST_ROUND_ITEMS = 1 << 12
    LAST_ROUND_ITEMS = 1 << 17
    # Shorter inputs are over before a thread has started, or a table of objects has paid.
    LEAST_FOR_TABLE = 1 << 19
    # Items between two decisions whether to look objects up.
    STRIDE = 4096
    # Objects that are looked up before those of the last such group are read.
    GROUP = 256


cdef inline void prefetch_object(const PyObject* item) noexcept nogil:
    prefetch(item)
    prefetch(<const char*>item + PREFETCH_OFFSET)


# The straight way: reads every item. All that the loop needs is in local variables: through
# pointers it would take twice the time.
cdef void read_all(Lane* lane, Py_ssize_t end, const Round* round) noexcept nogil:
    cdef PyObject** slots = round.slots
    cdef const identity_hash* hash = round.hash
    cdef uint64_t* identities = lane.identities
    cdef Py_ssize_t length = round.length
    cdef uint64_t threshold = round.threshold
    cdef Py_ssize_t position = lane.position
    cdef Py_ssize_t size = lane.size
    cdef uint64_t missing = 0
    cdef uint64_t identity = 0
    cdef Verdict verdict
    while position < end:
        if position + PREFETCH_DISTANCE < length:
            prefetch_object(slots[position + PREFETCH_DISTANCE])
        verdict = identify_common(slots[position], hash[0], &identity)
        if verdict == NOT_MINE:
            lane.at_rare_kind = True
            break
        position += 1
        if verdict == MISSING and not counts(verdict, hash[0], round.dropna, &identity):
            missing += 1
            continue
        identities[size] = identity
        size += identity <= threshold
    lane.items += <uint64_t>(position - lane.position) - missing
    if lane.met != NULL:
        lane.met.record(position - lane.position, 0)
    lane.position = position
    lane.size = size


# As read_all, for samplers that a repeat does not change: leaves out the objects that were met a
# moment ago. Groups overlap: while the memory of one is on its way, that of the last is read.
cdef void read_unfamiliar(Lane* lane, Py_ssize_t end, const Round* round) noexcept nogil:
    cdef PyObject** slots = round.slots
    cdef address_cache* met = lane.met
    cdef Py_ssize_t positions[2][GROUP]  # of the unfamiliar objects of a group and of the last one
    cdef Py_ssize_t found[2]
    cdef Py_ssize_t begin = lane.position
    cdef Py_ssize_t position = begin
    cdef Py_ssize_t group_end, n, i
    cdef Py_ssize_t looked_at = 0
    cdef uint64_t missing = 0
    cdef uint64_t identity = 0
    cdef int now = 0
    cdef Verdict verdict
    found[0] = found[1] = 0
    while position < end or found[now ^ 1] > 0:
        group_end = min(position + GROUP, end)
        n = 0
        while position < group_end:
            positions[now][n] = position
            n += not met.contains(<uint64_t>slots[position])
            position += 1
        found[now] = n
        for i in range(n):
            prefetch_object(slots[positions[now][i]])
        now ^= 1
        for i in range(found[now]):
            verdict = identify_common(slots[positions[now][i]], round.hash[0], &identity)
            if verdict == IDENTIFIED:
                met.add(<uint64_t>slots[positions[now][i]])
            elif verdict == NOT_MINE:
                lane.at_rare_kind = True
                position = end = positions[now][i]
                found[now ^ 1] = 0
                break
            elif not counts(verdict, round.hash[0], round.dropna, &identity):
                missing += 1
                continue
            lane.identities[lane.size] = identity
            lane.size += identity <= round.threshold
        looked_at += found[now]
        found[now] = 0
    lane.items += <uint64_t>(position - begin) - missing
    lane.position = position
    met.record(position - begin, max(position - begin - looked_at, 0))


cdef void read_lane(void* context, size_t number) noexcept nogil:
    cdef const Round* round = <const Round*>context
    cdef Lane* lane = &round.lanes[number]
    cdef Py_ssize_t end
    while lane.position < lane.end and not lane.at_rare_kind:
        end = min(lane.position + STRIDE, lane.end)
        if lane.met != NULL and lane.met.pays():
            read_unfamiliar(lane, end, round)
        else:
            read_all(lane, end, round)


cdef class SequenceReader(BlockReader):
    def __cinit__(self, items, size_t workers, bint repeats_count):
        cdef Py_ssize_t length = PySequence_Fast_GET_SIZE(items)
        self.items = items
        if workers > 1 and length >= LEAST_FOR_WORKERS:
            self.workers.reset(hire(workers))
            self.round_items = <Py_ssize_t>workers * FIRST_ROUND_ITEMS
            self.block_items = min(<Py_ssize_t>workers * LAST_ROUND_ITEMS, length)
        else:
            workers = 1
            self.round_items = self.block_items = max(min(length, SERIAL_ITEMS), 1)
        self.lanes.resize(workers)
        if OBJECTS_STAY and not repeats_count and length >= LEAST_FOR_TABLE:
            self.met.resize(workers)

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef uint64_t identity
        cdef int verdict
        cdef size_t lanes = self.lanes.size()
        cdef Py_ssize_t length
        cdef Py_ssize_t end = self.position + self.round_items
        cdef uint64_t interruptions = identifier.interruptions
        if interruptions != self.interruptions:
            self.interruptions = interruptions
            self.forget_what_was_met()
        self.round_items = min(2 * self.round_items, self.block_items)
        with cython.critical_section(self.items):
            while True:
                self.read_round(lanes, end, identifier.hash, dropna, block)
                length = PySequence_Fast_GET_SIZE(self.items)
                # What was read before another thread had its turn, it should see.
                if self.position >= min(end, length) or interruptions != identifier.interruptions:
                    return self.position < length
                # This may run Python code, which may change the list: the loop looks anew. Where
                # one item is of a rare kind others will be, so the rest is read by one worker.
                lanes = 1
                self.round_items = min(SERIAL_ITEMS, self.block_items)
                self.rest_from_looking()
                item = <object>PySequence_Fast_ITEMS(self.items)[self.position]
                self.position += 1
                verdict = identify_rare(item, identifier, &identity)
                forget_if_cleared(block)
                if counts(verdict, identifier.hash[0], dropna, &identity):
                    append(block, identity)

    # Reads up to `end`, the end of the input or an item of a rare kind.
    cdef void read_round(
        self, size_t lanes, Py_ssize_t end, const identity_hash* hash, bint dropna, Block* block
    ) noexcept:
        cdef Round round
        cdef Lane* lane
        cdef size_t i
        cdef Py_ssize_t begin = self.position
        cdef Py_ssize_t items
        round.slots = PySequence_Fast_ITEMS(self.items)
        round.length = PySequence_Fast_GET_SIZE(self.items)
        round.hash = hash
        round.dropna = dropna
        round.threshold = block.threshold
        round.lanes = self.lanes.data()
        items = max(min(end, round.length) - begin, 0)
        for i in range(lanes):
            lane = &self.lanes[i]
            lane.position = begin + items * <Py_ssize_t>i // <Py_ssize_t>lanes
            lane.end = begin + items * <Py_ssize_t>(i + 1) // <Py_ssize_t>lanes
            lane.at_rare_kind = False
            lane.items = 0
            lane.identities = block.identities + block.size + (lane.position - begin)
            lane.size = 0
            if not self.met.empty():
                lane.met = &self.met[i]
        if lanes > 1:
            self.workers.get().run(read_lane, &round)
        else:
            read_lane(&round, 0)
        # In stream order, up to the first lane that has stopped: what later ones read is read anew.
        for i in range(lanes):
            lane = &self.lanes[i]
            append_lane(block, lane.identities, <size_t>lane.size, lane.items)
            self.position = lane.position
            if lane.at_rare_kind:
                break

    cdef void forget_what_was_met(self) noexcept:
        for i in range(self.met.size()):
            self.met[i].clear()

    cdef void rest_from_looking(self) noexcept:
        for i in range(self.met.size()):
            self.met[i].rest()
