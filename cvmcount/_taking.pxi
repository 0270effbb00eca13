# How a sketch takes items from a reader, block by block, and lets it give the values that it keeps.
# Other threads may use the sketch meanwhile: its core is touched under a critical section.

cdef double REPORT_SECONDS = 0.1
cdef uint64_t OTHER_ENTRIES = <uint64_t>-1  # more than there can be


cdef BlockReader reader_for(CVMSketch target, items, size_t threads):
    if target.core.get().what_is_kept() == keep_nothing:
        return open_reader(items, threads)
    return open_kept_reader(items, threads)


# Reads to the end. Another sketch may take the same items, or a number come with each.
cdef int read_into(
    CVMSketch target, BlockReader reader, shown, CVMSketch other, NumberReader numbers
) except -1:
    cdef Block block
    cdef Block of_other
    cdef bint more = True
    cdef double next_report = steady_seconds() + REPORT_SECONDS
    cdef bint keeps = target.core.get().what_is_kept() != keep_nothing
    block.identifier = new_identifier()
    with cython.critical_section(target):
        block.own_entries = entries_without_lack(target.core.get()[0])
    # It is not cleared: to clear so much memory would take longer than to read a small file.
    block.output.identities = <uint64_t*>PyMem_RawMalloc(reader.room * sizeof(uint64_t))
    if block.output.identities is NULL:
        raise MemoryError()
    block.output.room = reader.room
    try:
        while more:
            begin_block(target, &block)
            if other is not None:
                of_other.identifier = block.identifier
                begin_block(other, &of_other)
                block.identifier.rules.threshold = max(
                    block.identifier.rules.threshold, of_other.identifier.rules.threshold
                )
            if numbers is not None:
                # One identity for each item, to know which number is whose.
                block.identifier.rules.threshold = <uint64_t>-1
                block.identifier.rules.dropna = False
                block.identifier.rules.skip_repeats = False
            try:
                more = reader.fill(&block)
            finally:
                if numbers is None:
                    take_block(target, &block)
                else:
                    take_with_numbers(target, reader, &block, numbers)
                if other is not None:
                    of_other.identifier = block.identifier
                    of_other.output = block.output
                    of_other.own_entries = OTHER_ENTRIES
                    take_block(other, &of_other)
            if keeps and (reader.gives_now() or not more):
                keep_items_of(target, reader, &block)
            heed_others(&block.identifier)
            if shown is not None and (not more or steady_seconds() > next_report):
                block.identifier.interruptions += 1  # it runs Python code
                shown.show(reader.position)
                next_report = steady_seconds() + REPORT_SECONDS
        if numbers is not None:
            numbers.finish(reader.position)
    except BaseException:
        if keeps:
            keep_items_of(target, reader, &block)
        raise
    finally:
        PyMem_RawFree(block.output.identities)
        if shown is not None:
            shown.close()
    return 0


# Lets the reader give the values of what has entered the buffer. Another thread may have some.
cdef int keep_items_of(CVMSketch target, BlockReader reader, Block* block) except -1:
    cdef unique_ptr[lacking_items] lacking
    with cython.critical_section(target):
        if target.core.get().may_lack():
            lacking.reset(new_lacking_items(target.core.get()[0]))
            lacking.get().only_of_reader = (
                block.own_entries == target.core.get().entries()
                and block.clears_before == target.clears.load()
            )
    if lacking.get() == NULL or lacking.get().left() == 0:
        reader.drop_items()
    else:
        reader.give_items(&block.identifier, lacking.get())
    if lacking.get() != NULL:
        with cython.critical_section(target):
            target.core.get().give(lacking.get()[0])
            block.own_entries = entries_without_lack(target.core.get()[0])
    return 0


# To be called when items were taken, with the entries that there were before.
cdef void note_entries(CVMSketch target, Block* block, uint64_t before) noexcept:
    if block.own_entries == before:
        block.own_entries = target.core.get().entries()
    else:
        block.own_entries = OTHER_ENTRIES


# Where a number is none, the items before it are taken.
cdef int take_with_numbers(
    CVMSketch target, BlockReader reader, Block* block, NumberReader numbers
) except -1:
    cdef vector[place] places
    cdef vector[item_number] found
    cdef item_number number
    cdef uint64_t entries
    cdef Py_ssize_t first = reader.position - <Py_ssize_t>block.output.kept
    with cython.critical_section(target):
        target.core.get().select(
            identity_span(block.output.identities, block.output.kept), places
        )
    try:
        while found.size() + 1 < places.size():
            numbers.number_at(first + <Py_ssize_t>places[found.size()].item, &number)
            found.push_back(number)
    finally:
        with cython.critical_section(target):
            if block.clears_before == target.clears.load():
                entries = target.core.get().entries()
                target.core.get().take_with(
                    identity_view(block.output.identities, found.size()),
                    number_view(found.data(), found.size()),
                    places[found.size()].items_before,
                )
                note_entries(target, block, entries)
                if block.output.process_hashes > 0:
                    target.core.get().add_process_hashes(
                        process_salt, block.output.process_hashes
                    )
    return 0


cdef int begin_block(CVMSketch target, Block* block) except -1:
    block.output.kept = 0
    block.output.item_count = 0
    block.output.process_hashes = 0
    block.clears = &target.clears
    with cython.critical_section(target):
        block.clears_before = target.clears.load()
        block.identifier.rules = target.core.get().rules()
    return 0


cdef int take_block(CVMSketch target, Block* block) except -1:
    cdef uint64_t entries
    with cython.critical_section(target):
        if block.clears_before != target.clears.load():
            block.own_entries = OTHER_ENTRIES
            return 0  # another thread has cleared the sketch since
        entries = target.core.get().entries()
        target.core.get().take(block.output)
        note_entries(target, block, entries)
        if block.output.process_hashes > 0:
            target.core.get().add_process_hashes(process_salt, block.output.process_hashes)
    return 0


# The entries of a sketch that lacks no value, or OTHER_ENTRIES.
cdef uint64_t entries_without_lack(const sketch& core) noexcept:
    return OTHER_ENTRIES if core.may_lack() else core.entries()
