# How the items of groups are read: columns of keys, which give back the values of new ones, and
# lines that have keys.

# What the keys of new groups are. A column is asked for their values while it still has them.
cdef class KeyColumns:
    cdef CVMGroups owner
    cdef list columns  # an IdentityStream for each
    cdef uint64_t items_before
    cdef vector[uint64_t] tuples  # the identities of several columns together

    cdef int start(self, CVMGroups owner, tuple columns, size_t threads) except -1:
        cdef IdentityStream column
        self.owner = owner
        self.items_before = owner.core.get().items_seen()
        self.columns = []
        for each in columns:
            column = IdentityStream()
            column.start(open_kept_reader(each, threads), "keys", owner.hash.get())
            self.columns.append(column)
        return 0

    # Reads what is missing of each column. Returns how many keys are there, at most so many.
    cdef size_t read(self, size_t most, thread_team* team, bint* any_more) except? 0:
        cdef IdentityStream column
        for column in self.columns:
            if column.left() == 0:
                if column.reader.gives_now():
                    self.flush(team)
                column.refill()
            any_more[0] = any_more[0] or column.left() > 0
            most = min(most, column.left())
        return most

    cdef const uint64_t* next(self, size_t size) except NULL:
        cdef vector[uint64_t] members
        cdef vector[const uint64_t*] sources
        cdef IdentityStream column
        cdef size_t i
        for column in self.columns:
            sources.push_back(column.next())
        if sources.size() == 1:
            return sources[0]
        members.resize(sources.size())
        self.tuples.resize(size)
        with nogil:
            for i in range(size):
                for c in range(sources.size()):
                    members[c] = sources[c][i]
                self.tuples[i] = self.owner.hash.get().of_members(
                    tuple_kind, identity_scratch(members.data(), members.size())
                )
        return self.tuples.data()

    cdef int skip(self, size_t size) except -1:
        cdef IdentityStream column
        for column in self.columns:
            column.begin += size
        return 0

    # Gives the items to their groups, and the new groups their names.
    cdef int flush(self, thread_team* team) except -1:
        cdef groups* core = self.owner.core.get()
        cdef IdentityStream column
        cdef vector[unnamed_group] new
        cdef bytes name
        error = None
        with nogil:
            core.flush(team)
        new = core.unnamed()
        # Each gets a name, or the next ones would get its: after an error it is that of no value.
        for i in range(new.size()):
            name = b""
            if error is None:
                try:
                    name = self.name_at(<Py_ssize_t>(new[i].order - self.items_before))
                except BaseException as caught:
                    error = caught
            core.name_next(as_span(<const char*>name, len(name)))
        for column in self.columns:
            if column.left() == 0:
                column.reader.drop_items()
        if error is not None:
            raise error
        return 0

    cdef bytes name_at(self, Py_ssize_t position):
        names = [(<IdentityStream>each).reader.item_at(position) for each in self.columns]
        return names[0] if len(names) == 1 else encode_members(names)


def _update_by_lines(CVMGroups target not None, lines, *, workers=1, progress=False):
    """Update groups by `Lines` with keys. The command line uses it for --by."""
    cdef size_t threads = checked_workers(workers)
    cdef IdentityStream stream = IdentityStream()
    cdef unique_ptr[thread_team] team
    cdef vector[uint64_t] keys
    cdef vector[uint64_t] values
    cdef size_t i
    shown = open_progress(progress, lines)
    if threads > 1:
        team.reset(new thread_team(threads))
    with Alone(target):
        stream.start(open_kept_reader(lines, threads), "lines", target.hash.get())
        try:
            while stream.refill():
                keys.resize(stream.left() // 2)
                values.resize(stream.left() // 2)
                with nogil:
                    for i in range(keys.size()):
                        keys[i] = stream.identities[2 * i]
                        values[i] = stream.identities[2 * i + 1]
                    target.core.get().take(
                        identity_view(keys.data(), keys.size()),
                        identity_view(values.data(), values.size()),
                    )
                    target.core.get().flush(team.get())
                name_by_lines(target, stream)
                if shown is not None:
                    shown.show(stream.reader.position)
        finally:
            target.core.get().release_memory()
            if shown is not None:
                shown.close()


# The text of the keys is in the block that was read last.
cdef int name_by_lines(CVMGroups target, IdentityStream stream) except -1:
    cdef vector[unnamed_group] new = target.core.get().unnamed()
    cdef vector[uint64_t] identities
    cdef unique_ptr[lacking_items] lacking
    cdef item_view name
    if new.empty():
        return 0
    for i in range(new.size()):
        identities.push_back(new[i].key)
    sort(identities.begin(), identities.end())
    lacking.reset(new_lacking(identities))
    stream.reader.give_items(&stream.block.identifier, lacking.get())
    for i in range(new.size()):
        name = lacking.get().value_of(new[i].key)
        target.core.get().name_next(as_span(name.data(), <Py_ssize_t>name.size()))
    return 0
