# cython: embedsignature=True, embedsignature.format=python
"""Distinct counts by key: a sketch for each of many keys, small ones in little memory."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.algorithm cimport sort
from libcpp.atomic cimport atomic
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

import io

from cvmcount._checks cimport (
    checked_epsilon,
    checked_flag,
    checked_fraction,
    checked_integer,
    checked_seed,
    checked_workers,
    refuse_unknown,
)
from cvmcount._core.groups cimport (
    group_answer,
    group_place,
    group_place_view,
    groups,
    groups_loader,
    groups_writer,
    new_groups_of,
    new_loaded_groups,
    optional_place,
    thread_team,
    unnamed_group,
)
from cvmcount._core.identity cimport byte, identity_hash, identity_scratch, tuple_kind
from cvmcount._core.items cimport error_in_item, item_view, lacking_items, new_lacking
from cvmcount._core.sketch cimport hashed_coins, identity_view, max_capacity, sketch_settings
from cvmcount._identity.objects cimport (
    as_span,
    heed_others,
    identify,
    new_identifier,
)
from cvmcount._readers.readers cimport Block, BlockReader, open_kept_reader, open_reader

from cvmcount._group_counts import GroupCounts, empty_columns
from cvmcount._items import decode_item, encode_members
from cvmcount._progress import length_of, open_progress
from cvmcount._sketch import CVMSketch


cdef enum:
    DEFAULT_CAPACITY = 1024
    LEAST_CAPACITY = 64


# The identities of all items of one column, missing values among them, block by block.
cdef class IdentityStream:
    cdef BlockReader reader
    cdef str name  # of the argument
    cdef Block block
    cdef atomic[uint64_t] clears  # it is never cleared
    cdef vector[uint64_t] identities
    cdef size_t begin  # of those that are not taken
    cdef bint more

    cdef int start(self, BlockReader reader, str name, const identity_hash* hash) except -1:
        self.reader = reader
        self.name = name
        self.begin = 0
        self.more = True
        self.identities.resize(reader.room)
        self.block.identifier = new_identifier()
        self.block.identifier.rules.hash = hash
        self.block.identifier.rules.threshold = <uint64_t>-1
        self.block.identifier.rules.dropna = False
        self.block.identifier.rules.skip_repeats = False
        self.block.clears = &self.clears
        self.block.clears_before = self.clears.load()
        self.block.output.identities = self.identities.data()
        self.block.output.room = reader.room
        self.block.output.kept = 0
        return 0

    cdef size_t left(self) noexcept:
        return self.block.output.kept - self.begin

    cdef const uint64_t* next(self) noexcept:
        return self.identities.data() + self.begin

    # Reads until there is an identity. Returns whether there is one.
    cdef bint refill(self) except -1:
        self.begin = 0
        self.block.output.kept = 0
        while self.more and self.block.output.kept == 0:
            self.block.output.item_count = 0
            self.block.output.process_hashes = 0
            self.more = self.reader.fill(&self.block)
            if self.block.output.process_hashes > 0:
                raise TypeError(
                    f"{self.name} hold elements that are known only by their own hash(), which "
                    "groups cannot hold: count what tells them apart instead, such as a tuple, a "
                    "number or text"
                )
            heed_others(&self.block.identifier)
        return self.block.output.kept > 0


# The value that item bytes stand for; those of the most frequent kinds at once.
cdef object value_of(const byte* data, size_t size):
    cdef const unsigned char* octets = <const unsigned char*>data
    if size == 0:
        return None
    cdef unsigned int major = octets[0] >> 5
    cdef unsigned int code = octets[0] & 31
    cdef uint64_t argument = code
    cdef size_t head = 1
    if code >= 24:
        head = 1 + (<size_t>1 << (code - 24))
        argument = 0
        for i in range(1, head):
            argument = argument << 8 | octets[i]
    if major == 0:
        return argument
    if major == 1:
        return -1 - <object>argument
    if major == 3:
        try:
            return PyUnicode_DecodeUTF8(<const char*>data + head, <Py_ssize_t>argument, NULL)
        except UnicodeDecodeError:
            pass
    return decode_item(PyBytes_FromStringAndSize(<const char*>data, <Py_ssize_t>size))


cdef tuple key_columns(keys):
    if type(keys) is tuple and len(keys) < 2:
        raise ValueError("keys must be one column, or a tuple of two or more")
    columns = keys if type(keys) is tuple else (keys,)
    for column in columns:
        if isinstance(column, (io.RawIOBase, io.BufferedIOBase)):  # it does not go back to a line
            raise TypeError("keys must not be a binary file: open it as text")
    return columns


cdef int check_lengths(columns, values) except -1:
    size = length_of(values)
    for column in columns:
        other = length_of(column)
        if size is not None and other is not None and size != other:
            raise ValueError(
                f"keys and values must have one length, and have {other:,} and {size:,}"
            )
    return 0


cdef class CVMGroups:
    """CVMGroups(epsilon=None, delta=0.001, *, capacity=None, seed=0, dropna=True,
    dropna_keys=False)

    Counts the distinct values of each key, approximately, in one pass: distinct visitors by page.

    Each key has a sketch of its own, with hashed coins and the same settings, and is exact as long
    as its distinct values fit in the capacity. Keys of few values take little memory, so there may
    be millions of them.

    Parameters
    ----------
    epsilon, delta : float, optional
        The accuracy target of each key, as for `CVMSketch`; without `epsilon` the capacity says it.
    capacity : int, optional
        The number of elements that the buffer of each key holds, 64 ... 2**31; 1024 by default,
        for a relative standard error of 2.2 %.
    seed : int or None
        As for `CVMSketch`. One for all keys, so that their sketches merge.
    dropna : bool
        Whether missing values are skipped. A key of missing values alone has the count 0.
    dropna_keys : bool
        Whether items with a missing key are skipped. If not, they are one key, None.

    Raises
    ------
    TypeError, ValueError
        If an argument is of a wrong type or out of its range; the message names it.

    Notes
    -----
    *Thread safety*: one object may be used by several threads at once; updates take turns.

    *Error*: that of one sketch for each key. The largest of many estimates is too large on average:
    see `top`. The errors of keys that share values are correlated.

    *Reproducibility*: bit for bit, whatever containers, however they are cut, with every number of
    workers. *Cost*: 50 kB, and where there are many keys about 90 bytes for each with up to four
    values, 9 for each further value up to 25, and 10 to 20 for each one retained beyond that.

    Examples
    --------
    >>> from cvmcount import CVMGroups
    >>> visitors = CVMGroups()
    >>> visitors.update(["home", "home", "about", "home"], ["ada", "bob", "ada", "ada"])
    >>> visitors.estimates().to_dict()
    {'home': 2, 'about': 1}
    >>> visitors["home"].count(), "jobs" in visitors, len(visitors)
    (2, False, 2)
    """

    cdef unique_ptr[groups] core
    cdef unique_ptr[identity_hash] hash
    cdef object lock
    cdef bint is_busy  # they are changed or saved: see Alone

    def __cinit__(
        self,
        epsilon=None,
        delta=0.001,
        *,
        capacity=None,
        seed=0,
        dropna=True,
        dropna_keys=False,
        **unknown,
    ):
        cdef sketch_settings settings
        refuse_unknown(
            "CVMGroups", unknown, "epsilon, delta, capacity, seed, dropna and dropna_keys"
        )
        if capacity is None and epsilon is None:
            capacity = DEFAULT_CAPACITY
        settings.coins = hashed_coins
        if epsilon is not None:
            settings.epsilon = checked_epsilon(epsilon)
        settings.delta = checked_fraction("delta", delta)
        settings.capacity = (
            0 if capacity is None
            else checked_integer("capacity", capacity, LEAST_CAPACITY, max_capacity)
        )
        settings.seed = checked_seed(seed)
        settings.dropna = checked_flag("dropna", dropna)
        self.own(new groups(settings, checked_flag("dropna_keys", dropna_keys)))

    # Takes the core over.
    cdef int own(self, groups* core) except -1:
        from threading import RLock

        self.core.reset(core)
        self.hash.reset(new identity_hash(core.settings().seed))
        self.lock = RLock()
        return 0

    # ---- counting --------------------------------------------------------------------------------

    def update(self, keys, values, *, workers=1, progress=False):
        """Counts values by their keys, as many of the one as of the other.

        Parameters
        ----------
        keys : any container that `CVMSketch.update` takes, or a tuple of them
            A list, array, column or iterator. A tuple is one of several key columns: then a key is
            a tuple, too.
        values : any container that `CVMSketch.update` takes
            Of the same length as the keys.
        workers : int or "all"
            The number of threads that read long columns and take their items; "all" for one a core.
            The result is the same.
        progress : bool or callable
            As for `CVMSketch.update`.

        Raises
        ------
        TypeError
            If keys or values cannot be counted, or hold elements that are known only by their own
            hash(). The items before are counted.
        ValueError
            If there are more of the one than of the other: before anything is counted where both
            have a length; otherwise as many as there are of both are counted.

        Notes
        -----
        *Thread safety*: safe; concurrent updates take turns. An iterable that changes the groups
        which read it gets a RuntimeError. *Cost*: 20 to 100 nanoseconds for each item.

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> clicks = CVMGroups()
        >>> clicks.update((["a", "a", "b"], [2026, 2027, 2026]), [7, 8, 7])
        >>> clicks.estimates().to_dict()
        {('a', 2026): 1, ('a', 2027): 1, ('b', 2026): 1}
        """
        cdef size_t threads = checked_workers(workers)
        columns = key_columns(keys)
        for name, column in (("values", values), *(("keys", column) for column in columns)):
            if isinstance(column, (str, bytes, bytearray)):
                raise TypeError(
                    f"{name} must be a container of elements, not one {type(column).__name__}; of "
                    "a frame, write update(frame['key'], frame['value'])"
                )
        check_lengths(columns, values)
        shown = open_progress(progress, values)
        try:
            with Alone(self):
                self.read(columns, values, threads, shown)
        finally:
            if shown is not None:
                shown.close()

    cdef int read(self, tuple columns, values, size_t threads, shown) except -1:
        cdef IdentityStream items = IdentityStream()
        cdef KeyColumns keys = KeyColumns()
        cdef unique_ptr[thread_team] team
        cdef const uint64_t* next_keys
        cdef const uint64_t* next_values
        cdef bint any_more = True
        cdef size_t size
        items.start(open_reader(values, threads), "values", self.hash.get())
        keys.start(self, columns, threads)
        if threads > 1:
            team.reset(new thread_team(threads))
        try:
            while any_more:
                any_more = items.left() > 0 or items.refill()
                size = keys.read(items.left(), team.get(), &any_more)
                if size == 0:
                    break
                next_keys, next_values = keys.next(size), items.next()
                with nogil:
                    self.core.get().take(
                        identity_view(next_keys, size), identity_view(next_values, size)
                    )
                items.begin += size
                keys.skip(size)
                if self.core.get().is_due():
                    keys.flush(team.get())
                if shown is not None:
                    shown.show(items.reader.position)
        finally:
            keys.flush(team.get())
            self.core.get().release_memory()
        if any_more:
            raise ValueError("keys and values must have one length: some are left of one of them")
        return 0

    def __len__(self):
        return self.core.get().size()

    # ---- answers ---------------------------------------------------------------------------------

    def estimates(self, confidence=0.95):
        """The count of each key and its interval, as a `GroupCounts`, in the order in which keys
        first came.

        Parameters
        ----------
        confidence : float
            Of the interval of each key by itself, strictly between 0 and 1.

        Raises
        ------
        TypeError, ValueError
            If `confidence` is not a number between 0 and 1.

        Notes
        -----
        *Thread safety*: safe. *Cost*: some 300 nanoseconds for each key.

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> visitors = CVMGroups()
        >>> visitors.update(["home", "home", "about"], ["ada", "bob", "ada"])
        >>> visitors.estimates()[0]
        GroupCount(key='home', estimate=2, low=2, high=2)
        """
        cdef double checked = checked_fraction("confidence", confidence)
        cdef vector[group_place] places
        with self.lock:
            places = self.core.get().in_order()
            return self.counts_of(places, checked, checked, False)

    def top(self, n, confidence=0.95):
        """The `n` keys with the largest counts, largest first, as a `GroupCounts`.

        The largest of many estimates is large by chance, too: of 10,000 equal keys the first is 8 %
        too large. So the intervals here are wider: with a probability of `confidence` those of all
        keys hold together (Bonferroni), whichever are on top. A rank is certain where `low` exceeds
        the next row's `high`.

        Parameters
        ----------
        n : int
            At least 1. Fewer rows come where there are fewer keys.
        confidence : float
            Strictly between 0 and 1.

        Raises
        ------
        TypeError, ValueError
            If an argument is of a wrong type or out of its range.

        Notes
        -----
        *Thread safety*: safe. *Cost*: some 300 nanoseconds for each key that there is. *Source* of
        the wider intervals: Dunn, "Multiple comparisons among means" (1961).

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> visitors = CVMGroups()
        >>> visitors.update(["about", "home", "home"], ["ada", "ada", "bob"])
        >>> visitors.top(1).to_dict()
        {'home': 2}
        """
        cdef double checked = checked_fraction("confidence", confidence)
        cdef vector[group_place] places
        cdef vector[group_place] chosen
        n = checked_integer("n", n, 1, 2**62)
        with self.lock:
            places = self.core.get().in_order()
            counts = [self.core.get().ask(place, 0.5).count for place in places]
            order = sorted(range(len(counts)), key=counts.__getitem__, reverse=True)
            for i in order[:n]:
                chosen.push_back(places[i])
            of_each = 1 - (1 - checked) / max(1, len(counts))
            return self.counts_of(chosen, of_each, checked, True)

    cdef object counts_of(
        self, vector[group_place]& places, double of_each, double confidence, bint together
    ):
        cdef group_answer answer
        cdef item_view name
        keys = []
        estimates, low, high = empty_columns()
        for place in places:
            name = self.core.get().name_of(place)
            keys.append(value_of(name.data(), name.size()))
            answer = self.core.get().ask(place, of_each)
            estimates.append(answer.count)
            low.append(answer.low)
            high.append(answer.high)
        names = ["key"]
        if keys and all(type(key) is tuple for key in keys):
            sizes = set(map(len, keys))
            if len(sizes) == 1:
                names = [f"key{i}" for i in range(sizes.pop())]
        return GroupCounts(
            keys, estimates, low, high,
            key_names=names, confidence=confidence, is_simultaneous=together,
        )

    cdef bint find(self, key, group_place* place) except -1:
        cdef uint64_t identity = self.hash.get().of_missing()
        identifier = new_identifier()
        identifier.rules.hash = self.hash.get()
        identifier.rules.dropna = False
        identify(key, &identifier, &identity)
        cdef optional_place found = self.core.get().find(identity)
        if found.has_value():
            place[0] = found.value()
        return found.has_value()

    def __contains__(self, key):
        cdef group_place place
        with self.lock:
            return self.find(key, &place)

    def __getitem__(self, key):
        """The sketch of one key, a `CVMSketch` of its own: it does not change with the groups.

        Raises
        ------
        KeyError
            If nothing came with this key.
        """
        cdef group_place place
        cdef vector[byte] data
        with self.lock:
            if not self.find(key, &place):
                raise KeyError(key)
            data = self.core.get().saved_sketch(place)
        return CVMSketch.from_bytes(as_bytes(data))

    def __iter__(self):
        return iter(self.keys())

    def keys(self):
        """The keys, as a list, in the order in which they first came.

        Each is the value that came first of those that are equal: 1, not 1.0 or True.

        *Thread safety*: safe. *Cost*: some 100 nanoseconds for each key.
        """
        cdef item_view name
        keys = []
        with self.lock:
            for place in self.core.get().in_order():
                name = self.core.get().name_of(place)
                keys.append(value_of(name.data(), name.size()))
        return keys

    def total(self):
        """The sketch of the values of all keys: bit for bit that of merging them all.

        *Thread safety*: safe; it is a `CVMSketch` of its own. *Cost*: some 10 nanoseconds for each
        element that the groups retain.

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> visitors = CVMGroups()
        >>> visitors.update(["home", "home", "about"], ["ada", "bob", "ada"])
        >>> visitors.total().count()
        2
        """
        cdef vector[byte] data
        with self.lock:
            data = self.core.get().saved_total()
        return CVMSketch.from_bytes(as_bytes(data))

    # ---- several ---------------------------------------------------------------------------------

    def drop(self, keys):
        """Forgets these keys, an iterable, and what came with them.

        Raises
        ------
        KeyError
            If there is no such key; then nothing has changed.

        Notes
        -----
        *Thread safety*: safe. *Cost*: that of copying what is left.

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> visitors = CVMGroups()
        >>> visitors.update(["home", "home", "about"], ["ada", "bob", "ada"])
        >>> visitors.drop(["about"])
        >>> visitors.keys()
        ['home']
        """
        cdef group_place place
        cdef vector[group_place] kept
        with Alone(self):
            dropped = set()
            for key in keys:
                if not self.find(key, &place):
                    raise KeyError(key)
                dropped.add((place.table, place.in_table))
            for place in self.core.get().in_order():
                if (place.table, place.in_table) not in dropped:
                    kept.push_back(place)
            self.core.reset(
                new_groups_of(self.core.get()[0], group_place_view(kept.data(), kept.size()))
            )

    def merge(self, *others):
        """Adds what other groups have seen, key by key as sketches merge.

        `a | b` is the same as new groups, `a |= b` as `a.merge(b)`. The result depends neither on
        the order nor on the grouping of merges, but for the order of its keys.

        Parameters
        ----------
        *others : CVMGroups
            Of the same `capacity`, `seed`, `dropna` and `dropna_keys`. They do not change.

        Raises
        ------
        TypeError, ValueError
            If one is no `CVMGroups`, or differs in what must be the same. Nothing has changed then.

        Notes
        -----
        *Error*: as of `CVMSketch.merge`, for each key that both have seen. *Thread safety*: safe.
        *Cost*: below a microsecond for each key of the others with few values, ten for one that
        fills its capacity.

        Examples
        --------
        >>> from cvmcount import CVMGroups
        >>> monday, tuesday = CVMGroups(), CVMGroups()
        >>> monday.update(["home", "home"], ["ada", "bob"])
        >>> tuesday.update(["home", "about"], ["ada", "eve"])
        >>> (monday | tuesday).estimates().to_dict()
        {'home': 2, 'about': 1}
        """
        cdef CVMGroups other
        for other_groups in others:
            if not isinstance(other_groups, CVMGroups):
                raise TypeError(f"cannot merge a {type(other_groups).__name__} into CVMGroups")
            other = other_groups
            self.core.get().require_like(other.core.get()[0])
        for other in others:
            copy = other.copy() if other is self else other
            with locked(self, copy), Alone(self):
                self.core.get().merge((<CVMGroups>copy).core.get()[0])

    def __ior__(self, other):
        if not isinstance(other, CVMGroups):
            return NotImplemented
        self.merge(other)
        return self

    def __or__(self, other):
        if not isinstance(self, CVMGroups) or not isinstance(other, CVMGroups):
            return NotImplemented
        both = self.copy()
        both.merge(other)
        return both

    def copy(self):
        """Groups of the same state, which go on by themselves.

        *Thread safety*: safe. *Cost*: as for copying `nbytes` bytes.
        """
        cdef CVMGroups made = CVMGroups.__new__(CVMGroups)
        with self.lock:
            made.own(new groups(self.core.get()[0]))
        return made

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __eq__(self, other):
        """True if both have one configuration and one state, and so give equal bytes."""
        if not isinstance(other, CVMGroups):
            return NotImplemented
        if other is self:
            return True
        with locked(self, other):
            return self.core.get()[0] == (<CVMGroups>other).core.get()[0]

    __hash__ = None

    # ---- bytes -----------------------------------------------------------------------------------

    def save(self, file):
        """Writes all groups to a file, a megabyte at a time. docs/format.md has the layout.

        Parameters
        ----------
        file : binary file
            Opened for writing: it has `write`.

        Raises
        ------
        TypeError
            If a key is an object that only pickle can load. Nothing is written then.

        Notes
        -----
        *Thread safety*: safe; other threads wait until all is written. *Cost*: some 200 nanoseconds
        for each key with few values; memory for two megabytes, whatever the number of keys, and 8
        bytes for each.

        Examples
        --------
        >>> import io
        >>> from cvmcount import CVMGroups
        >>> visitors, file = CVMGroups(), io.BytesIO()
        >>> visitors.update(["home", "about"], ["ada", "bob"])
        >>> visitors.save(file)
        >>> file.seek(0)
        0
        >>> CVMGroups.load(file) == visitors
        True
        """
        with Alone(self):
            self.refuse_objects()
            for piece in Pieces(self):
                file.write(piece)

    def to_bytes(self):
        """All groups as bytes, the same on every machine and those that `save` writes.

        Raises
        ------
        TypeError
            If a key is an object that only pickle can load.

        Notes
        -----
        *Thread safety*: safe. *Cost*: as for `save`, and the bytes twice: 33 for each key, those of
        the key and 8 or fewer for each retained element.
        """
        with self.lock:
            self.refuse_objects()
            return b"".join(Pieces(self))

    cdef int refuse_objects(self) except -1:
        cdef item_view name
        for place in self.core.get().in_order():
            name = self.core.get().name_of(place)
            if name.size() > 0 and error_in_item(
                as_span(name.data(), <Py_ssize_t>name.size()), False
            ) != NULL:
                raise TypeError("a key is an object that only pickle can load: pickle the groups")
        return 0

    @classmethod
    def load(cls, file):
        """The groups that `save` wrote to a file, read a megabyte at a time.

        Parameters
        ----------
        file : binary file
            Opened for reading: it has `read`. It is read to its end, and its bytes may come from
            anywhere: they are checked as a whole, and no more memory is asked for than they need.

        Raises
        ------
        ValueError
            If they are no saved groups, damaged or from a later version. The message gives the
            reason.

        Notes
        -----
        *Thread safety*: safe. *Cost*: below a microsecond for each key with few values.
        """
        return loaded(cls, iter(lambda: file.read(1 << 20), b""), False)

    @classmethod
    def from_bytes(cls, data):
        """The groups that `to_bytes` or `save` gave, of bytes or another buffer: as `load`."""
        return loaded(cls, (data,), False)

    @classmethod
    def _from_pickle(cls, data):
        return loaded(cls, (data,), True)

    def __reduce__(self):
        with self.lock:
            return type(self)._from_pickle, (b"".join(Pieces(self)),)

    # ---- properties ------------------------------------------------------------------------------

    @property
    def capacity(self):
        """The number of elements that the buffer of each key holds, an int in 64 ... 2**31."""
        return self.core.get().capacity()

    @property
    def seed(self):
        """The seed, an int in 0 ... 2**64 - 1; the drawn one where None was given."""
        return self.core.get().settings().seed

    @property
    def dropna(self):
        """True if missing values are skipped."""
        return self.core.get().settings().dropna

    @property
    def dropna_keys(self):
        """True if items with a missing key are skipped."""
        return self.core.get().drops_missing_keys()

    @property
    def items_seen(self):
        """How many items came, with those that were skipped."""
        return self.core.get().items_seen()

    @property
    def nbytes(self):
        """The memory that all groups take, in bytes."""
        with self.lock:
            return self.core.get().memory_bytes()

    def __repr__(self):
        return (
            f"<CVMGroups: {len(self):,} keys of {self.items_seen:,} items, "
            f"capacity {self.capacity:,}>"
        )

    def _repr_html_(self):
        return (self.top(10) if len(self) > 0 else self.estimates())._repr_html_()


# Holds the lock, and lets nothing change the groups from within: neither an iterable nor a file
# that calls back.
cdef class Alone:
    cdef CVMGroups owner

    def __cinit__(self, CVMGroups owner not None):
        self.owner = owner

    def __enter__(self):
        self.owner.lock.acquire()
        if self.owner.is_busy:
            self.owner.lock.release()
            raise RuntimeError("groups cannot change while they are updated or saved")
        self.owner.is_busy = True

    def __exit__(self, *error):
        self.owner.is_busy = False
        self.owner.lock.release()


# Both locks, always in one order.
cdef object locked(CVMGroups first, CVMGroups second):
    from contextlib import ExitStack

    stack = ExitStack()
    for each in sorted((first, second), key=id):
        stack.enter_context((<CVMGroups>each).lock)
    return stack


include "_group_keys.pxi"
include "_group_bytes.pxi"
