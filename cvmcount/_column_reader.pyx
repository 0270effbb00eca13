"""Reads a column in memory without the interpreter, by one or more workers."""

from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.utility cimport move

import os

from cvmcount._block cimport (
    LEAST_FOR_WORKERS,
    Block,
    BlockReader,
    append,
    append_lane,
    forget_if_cleared,
    hire,
)
from cvmcount._cpp cimport (
    column,
    column_block_values,
    filter_slack,
    vector_level,
    vector_levels,
)
from cvmcount._identity cimport Identifier, identify, steady_seconds


cdef enum:
    # The identities that one worker can keep in a round.
    MOST_ROOM = 1 << 16
    # A round begins small, because nothing is left out before the sampler is full.
    FIRST_ROUND_ITEMS = 1 << 13
    MOST_ROUND_ITEMS = 1 << 22


# A round takes some milliseconds, so that what was read can be seen, and Ctrl-C be heeded: but not
# less, because each time this thread wants the interpreter back it may have to wait.
cdef double SHORT_ROUND_SECONDS = 0.005
cdef double LONG_ROUND_SECONDS = 0.040


cdef const vector_level* chosen = &vector_levels()[0]


# The names of the levels of vector code that this machine can run, the fastest first. The first is
# in use unless another was chosen.
cdef list levels():
    cdef list names = []
    for i in range(vector_levels().size()):
        names.append((<bytes>vector_levels()[i].name).decode())
    return names


cdef int choose_level(str name) except -1:
    global chosen
    if name not in levels():
        raise ValueError(f"this machine can run {', '.join(levels())}, not {name!r}")
    chosen = &vector_levels()[levels().index(name)]
    return 0


if "CVMCOUNT_SIMD" in os.environ:
    choose_level(os.environ["CVMCOUNT_SIMD"])


def force_level(str name):
    """For tests: choose a level of vector code, and return the names of those that there are."""
    choose_level(name)
    return levels()


cdef void read_lane(void* context, size_t number) noexcept nogil:
    cdef const Round* round = <const Round*>context
    cdef Lane* lane = &round.lanes[number]
    lane.position = round.values.read(
        lane.position, lane.end, round.rules, lane.memory[0], lane.output
    )


cdef class ColumnReader(BlockReader):
    cdef int start_array(
        self, object source, column* values, size_t workers, bint repeats_count
    ) except -1:
        cdef unique_ptr[column] owned
        owned.reset(values)
        self.values.append(move(owned))
        self.source = source
        return self.start(self.values.size(), workers, repeats_count)

    cdef int start(self, size_t most_values, size_t workers, bint repeats_count) except -1:
        self.repeats_count = repeats_count
        if workers > 1 and self.values.size() >= LEAST_FOR_WORKERS:
            self.workers.reset(hire(workers))
        else:
            workers = 1
        self.lanes.resize(workers)
        self.memories.resize(workers)
        self.lane_room = min(most_values, MOST_ROOM) + filter_slack
        self.round_items = FIRST_ROUND_ITEMS
        self.block_items = workers * self.lane_room
        return 0

    cdef void forget_what_was_met(self) noexcept:
        for i in range(self.memories.size()):
            self.memories[i].clear()

    cdef void forget_columns(self) noexcept:
        for i in range(self.memories.size()):
            self.memories[i].invalidate_column()

    # As many as can be expected to leave half of the room free, so that a worker hardly ever stops
    # before its end, which would make the work of those after it vain.
    cdef size_t next_items(self) noexcept:
        cdef double room = self.lane_room - filter_slack
        cdef size_t items = self.round_items
        if 2 * self.kept_fraction * items > room:
            items = max(<size_t>(room / (2 * self.kept_fraction)), column_block_values)
        return items

    cdef bint fill(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef Round round
        cdef Lane* lane
        cdef size_t lanes = self.lanes.size()
        cdef size_t size = self.values.size()
        cdef size_t begin = <size_t>(self.position - self.first)
        cdef size_t items = self.next_items()
        cdef size_t i
        cdef const char* problem = NULL
        cdef double started = steady_seconds()
        if block.clears_before != self.clears:
            self.forget_what_was_met()
            self.clears = block.clears_before
        round.values = &self.values
        round.rules.filter.hash = identifier.hash
        round.rules.filter.threshold = block.threshold
        round.rules.filter.dropna = dropna
        round.rules.level = chosen
        round.rules.repeats_count = self.repeats_count
        round.lanes = self.lanes.data()
        for i in range(lanes):
            lane = &self.lanes[i]
            lane.position = min(begin + i * items, size)
            lane.end = min(begin + (i + 1) * items, size)
            lane.memory = &self.memories[i]
            lane.output.identities = block.identities + i * self.lane_room
            lane.output.room = self.lane_room
            lane.output.kept = 0
            lane.output.items = 0
            lane.output.problem = NULL
        with nogil:
            if lanes > 1:
                self.workers.get().run(read_lane, &round)
            else:
                read_lane(&round, 0)
        identifier.interruptions += 1
        # In stream order, up to the first lane that has stopped: what later ones read is read anew.
        for i in range(lanes):
            lane = &self.lanes[i]
            append_lane(block, lane.output.identities, lane.output.kept, lane.output.items)
            self.position = self.first + <Py_ssize_t>lane.position
            if lane.position < lane.end:
                problem = lane.output.problem
                self.forget_what_was_met()
                break
        items = <size_t>(self.position - self.first) - begin
        if items > 0:
            self.kept_fraction = <double>block.size / items
        self.adapt_round(steady_seconds() - started)
        forget_if_cleared(block)
        if problem != NULL:
            raise ValueError(
                f"items cannot be read beyond item {self.position}: {(<bytes>problem).decode()}"
            )
        if items == 0 and begin < size:
            self.fill_one_by_one(identifier, dropna, block)
        return self.position < self.first + <Py_ssize_t>size

    cdef void adapt_round(self, double seconds) noexcept:
        if seconds < SHORT_ROUND_SECONDS:
            self.round_items = min(4 * self.round_items, MOST_ROUND_ITEMS)
        elif seconds > LONG_ROUND_SECONDS:
            self.round_items = max(self.round_items // 4, column_block_values)

    # A block that the column cannot identify.
    cdef int fill_one_by_one(self, Identifier* identifier, bint dropna, Block* block) except -1:
        cdef uint64_t identity
        cdef bint counted
        end = min(self.position + column_block_values, self.values.size())
        for item in self.source.values_at(self.position, end):
            self.position += 1
            counted = identify(item, identifier, dropna, &identity)
            forget_if_cleared(block)
            if counted:
                append(block, identity)
        return 0
