# Reads a list or a tuple in place, at the speed of memory.
#
# The objects of a long list are scattered, and waiting for each of them would take longer than
# hashing it. So their memory is asked for ahead of time, and an object that was seen a moment ago
# is not looked at again where repeats may be skipped. That holds while nothing can free an object:
# until another thread has a turn, or Python code runs.
#
# Several workers read one list while the caller keeps the interpreter (or, in the free-threaded
# build, the lock of the list). They run no Python code and count no references: all they read are
# slots of the list and fields of plain values that never change. Both stay in place,
# because whoever would change or free them needs what the caller keeps. What was written before is
# visible to them: the caller saw it when it took the interpreter, and thread_team::run() passes
# that on.

from cvmcount._core.reading cimport address_cache, reading_output, reading_rules, sliced_input
from cvmcount._identity.objects cimport (
    HAS_INTERPRETER_LOCK,
    Py_TYPE,
    PyTuple_GET_ITEM,
    PyTuple_GET_SIZE,
    PyTuple_Type_address,
    identify_common,
    identify_rare,
    is_element,
)


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


cdef enum:
    # How many items ahead an object's memory is asked for.
    PREFETCH_DISTANCE = 32
    # A str or bytes begins after a header of 32 to 72 bytes, so it ends in the next cache line.
    PREFETCH_OFFSET = 64
    # How many items ahead the members of a tuple are asked for, and how many of them.
    MEMBER_DISTANCE = 12
    MEMBERS_AHEAD = 4
    # A pass of one worker: few enough for its identities to stay in the fastest cache.
    SERIAL_ITEMS = 4096
    # The slice of each of several workers. It begins small, because nothing is left out before the
    # sampler is full, and grows until what it costs to begin a pass is not seen.
    FIRST_SLICE_ITEMS = 1 << 12
    MOST_SLICE_ITEMS = 1 << 17
    # Shorter inputs are over before a cache of addresses has paid.
    LEAST_FOR_CACHE = 1 << 19
    # Items between two decisions whether to look objects up.
    STRIDE = 4096
    # Objects that are looked up before those of the last such group are read.
    GROUP = 256


# A list or tuple as a slice sees it.
cdef struct Slots:
    PyObject** items
    size_t size
    address_cache* caches  # of each worker; null where every item is looked at


cdef inline void prefetch_object(const PyObject* item) noexcept nogil:
    prefetch(item)
    prefetch(<const char*>item + PREFETCH_OFFSET)


# The first members of an item that is a tuple. It is read, so it should be there.
cdef inline void prefetch_members(PyObject* item) noexcept nogil:
    if Py_TYPE(item) == PyTuple_Type_address:
        for i in range(min(PyTuple_GET_SIZE(item), MEMBERS_AHEAD)):
            prefetch_object(PyTuple_GET_ITEM(item, i))


# Reads every item up to `end` or one of a rare kind, and returns where it stopped. All that the
# loop needs is in local variables: through references it would take twice the time.
cdef size_t read_all(
    const Slots* slots,
    size_t begin,
    size_t end,
    const reading_rules& rules,
    reading_output& output,
) noexcept nogil:
    cdef PyObject** items = slots.items
    cdef const identity_hash* hash = rules.hash
    cdef uint64_t* identities = output.identities
    cdef uint64_t threshold = rules.threshold
    cdef size_t size = slots.size
    cdef size_t position = begin
    cdef size_t kept = output.kept
    cdef size_t missing = 0
    cdef uint64_t identity = 0
    cdef Verdict verdict
    while position < end:
        if position + PREFETCH_DISTANCE < size:
            prefetch_object(items[position + PREFETCH_DISTANCE])
        # Where one is a tuple, others are, too.
        if Py_TYPE(items[position]) == PyTuple_Type_address and position + MEMBER_DISTANCE < size:
            prefetch_members(items[position + MEMBER_DISTANCE])
        verdict = identify_common(items[position], hash[0], &identity)
        if verdict == NOT_MINE:
            break
        position += 1
        if verdict == MISSING and not is_element(verdict, rules, &identity):
            missing += 1
            continue
        identities[kept] = identity
        kept += identity <= threshold
    output.item_count += position - begin - missing
    output.kept = kept
    return position


# Does what read_all does, but leaves out the objects that were seen a moment ago. Groups overlap:
# while the memory of one is on its way, that of the last is read.
cdef size_t read_unfamiliar(
    const Slots* slots,
    size_t begin,
    size_t end,
    address_cache* cache,
    const reading_rules& rules,
    reading_output& output,
) noexcept nogil:
    cdef PyObject** items = slots.items
    cdef size_t positions[2][GROUP]  # of the unfamiliar objects of a group and of the last one
    cdef size_t found[2]
    cdef size_t position = begin
    cdef size_t group_end, n, i
    cdef size_t looked_at = 0
    cdef size_t missing = 0
    cdef uint64_t identity = 0
    cdef int now = 0
    cdef Verdict verdict
    found[0] = found[1] = 0
    while position < end or found[now ^ 1] > 0:
        group_end = min(position + GROUP, end)
        n = 0
        while position < group_end:
            positions[now][n] = position
            n += not cache.contains(<uint64_t>items[position])
            position += 1
        found[now] = n
        for i in range(n):
            prefetch_object(items[positions[now][i]])
        now ^= 1
        for i in range(found[now]):
            verdict = identify_common(items[positions[now][i]], rules.hash[0], &identity)
            if verdict == IDENTIFIED:
                cache.add(<uint64_t>items[positions[now][i]])
            elif verdict == NOT_MINE:
                position = end = positions[now][i]
                found[now ^ 1] = 0
                break
            elif not is_element(verdict, rules, &identity):
                missing += 1
                continue
            output.identities[output.kept] = identity
            output.kept += identity <= rules.threshold
        looked_at += found[now]
        found[now] = 0
    output.item_count += position - begin - missing
    cache.record(position - begin, position - begin - min(looked_at, position - begin))
    return position


cdef size_t read_slots(
    void* context,
    size_t worker,
    size_t begin,
    size_t end,
    const reading_rules& rules,
    reading_output& output,
) noexcept nogil:
    cdef const Slots* slots = <const Slots*>context
    cdef address_cache* cache
    cdef size_t stop
    if slots.caches == NULL:
        return read_all(slots, begin, end, rules, output)
    cache = &slots.caches[worker]
    while begin < end:
        stop = min(begin + STRIDE, end)
        if cache.pays():
            begin = read_unfamiliar(slots, begin, stop, cache, rules, output)
        else:
            cache.record(stop - begin, 0)
            begin = read_all(slots, begin, stop, rules, output)
        if begin < stop:
            break
    return begin


@cython.final
cdef class SequenceReader(BlockReader):
    cdef object items
    cdef unique_ptr[parallel_reader] reader
    cdef vector[address_cache] caches
    cdef uint64_t interruptions

    def __cinit__(self, items, size_t workers):
        cdef size_t size = <size_t>PySequence_Fast_GET_SIZE(items)
        self.items = items
        if workers > 1 and size >= LEAST_FOR_WORKERS:
            self.reader.reset(new_parallel_reader(workers, FIRST_SLICE_ITEMS, MOST_SLICE_ITEMS, 1))
            self.room = min(workers * MOST_SLICE_ITEMS, size) + workers
        else:
            self.reader.reset(new_parallel_reader(1, SERIAL_ITEMS, SERIAL_ITEMS, 1))
            self.room = min(size, SERIAL_ITEMS) + 1

    cdef bint fill(self, Block* block) except -1:
        cdef Identifier* identifier = &block.identifier
        cdef Slots slots
        cdef sliced_input input
        cdef uint64_t identity
        cdef int verdict
        cdef bint alone = False
        cdef size_t position = <size_t>self.position
        # The list may have grown since the room was chosen.
        cdef size_t most = block.output.room - self.reader.get().workers()
        cdef size_t end = min(self.reader.get().end_of_pass(position, most), position + most)
        cdef size_t stop
        cdef uint64_t interruptions = identifier.interruptions
        if interruptions != self.interruptions:
            self.interruptions = interruptions
            self.clear_caches()
        input.read_slice = read_slots
        input.context = &slots
        with cython.critical_section(self.items):
            while True:
                slots.items = PySequence_Fast_ITEMS(self.items)
                slots.size = <size_t>PySequence_Fast_GET_SIZE(self.items)
                slots.caches = self.caches_for(block, slots.size)
                stop = min(end, slots.size)
                if position < stop:
                    if alone:
                        position = self.reader.get().read_alone(
                            input, position, stop, identifier.rules, block.output
                        )
                    else:
                        position = self.reader.get().read(
                            input, position, stop, identifier.rules, block.output
                        )
                self.position = <Py_ssize_t>position
                # Another thread that had its turn should see what was read before it.
                if position >= stop or interruptions != identifier.interruptions:
                    return position < slots.size
                # This may run Python code, which may change the list: the loop looks anew.
                alone = True
                self.rest_caches()
                item = <object>slots.items[position]
                position += 1
                self.position = <Py_ssize_t>position
                verdict = identify_rare(item, identifier, &identity)
                drop_if_cleared(block)
                if is_element(verdict, identifier.rules, &identity):
                    append(block, identity)

    cdef object last_items(self):
        return self.items[self.given:self.position]

    cdef bytes item_at(self, Py_ssize_t position):
        return encode_item(self.items[position])

    cdef address_cache* caches_for(self, const Block* block, size_t size) except? NULL:
        cdef bint may_skip = block.identifier.rules.skip_repeats and size >= LEAST_FOR_CACHE
        # Without an interpreter lock, objects may be freed at any time between two blocks.
        if HAS_INTERPRETER_LOCK and may_skip:
            if self.caches.empty():
                self.caches.resize(self.reader.get().workers())
            return self.caches.data()
        return NULL

    cdef void clear_caches(self) noexcept:
        for i in range(self.caches.size()):
            self.caches[i].clear()

    cdef void rest_caches(self) noexcept:
        for i in range(self.caches.size()):
            self.caches[i].rest()


cdef BlockReader open_sequence(object items, size_t workers):
    if type(items) is list or type(items) is tuple:
        return SequenceReader(items, workers)
    return None
