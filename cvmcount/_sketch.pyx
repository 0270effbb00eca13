# cython: embedsignature=True, embedsignature.format=python
"""The sketch: what users create, feed and ask."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_WarnEx
from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

import os

from cvmcount._checks cimport (
    checked_coins,
    checked_epsilon,
    checked_flag,
    checked_fraction,
    checked_integer,
    checked_seed,
    checked_workers,
    refuse_unknown,
)
from cvmcount._core.identity cimport byte
from cvmcount._core.items cimport (
    item_number,
    lacking_items,
)
from cvmcount._core.sketch cimport (
    hashed_coins,
    identity_span,
    identity_view,
    interval,
    keep_kind,
    keep_nothing,
    keep_summaries,
    max_capacity,
    min_capacity,
    new_empty_copy,
    new_from_bytes,
    new_lacking_items,
    number_view,
    optional_salt,
    place,
    sketch as core_sketch,
    sketch_merge,
    sketch_settings,
)
from cvmcount._identity.objects cimport (
    Identifier,
    as_span,
    heed_others,
    identify,
    new_identifier,
    steady_seconds,
)
from cvmcount._readers.readers cimport (
    Block,
    BlockReader,
    NumberReader,
    open_kept_reader,
    open_numbers,
    open_reader,
)
from cvmcount._results cimport count_of, share_of

from cvmcount._html import sketch_html
from cvmcount._items import encode_item
from cvmcount._progress import open_progress


# Tells this process apart from all others. What hash() says may depend on a salt, but also on the
# addresses of classes, and before Python 3.12 on that of None: PYTHONHASHSEED does not make two
# processes agree.
cdef uint64_t process_salt = <uint64_t>int.from_bytes(os.urandom(8), "little")


# Several threads may use a sketch. Its core is always touched under a critical section, but for
# what never changes: its seed, its coins and dropna.
@cython.auto_pickle(False)
cdef class CVMSketch:
    """CVMSketch(epsilon=0.05, delta=0.001, *, capacity=None, coins="hashed", seed=0, dropna=True,
    keep=None)

    Counts the distinct elements of a stream, approximately, in one pass and in fixed memory.

    A sketch is a summary of all items that it was given: it keeps a few thousand of the distinct
    ones, in its buffer, and concludes from these how many there are. Exact as long as the distinct
    elements fit in the buffer. Beyond that, the estimate is off by more than a fraction `epsilon`
    with a probability of at most `delta`.

    Sketches with hashed coins and one seed add up: `merge(*others)`, `a | b`, `a |= b`. They are
    compared by `a & b`, `a - b`, `a ^ b`, `a.jaccard(b)` and `a.containment(b)`. Every sketch can
    be copied, pickled and saved as bytes.

    Parameters
    ----------
    epsilon : float
        The relative error of the accuracy target, strictly between 0 and 1. Checked but not used
        when `capacity` is given.
    delta : float
        The probability of missing it, strictly between 0 and 1.
    capacity : int, optional
        The number of elements that the buffer holds, 3 ... 2**31. By default the smallest that
        reaches the accuracy target, but at least 1024; 4364 for the default epsilon and delta
        (6931 with fresh coins).
    coins : {"hashed", "fresh"}
        "hashed" draws the coin that decides whether an element stays in the buffer once for each
        element, from its hash: faster, more precise on streams with repeats, and the retained
        elements do not depend on order. "fresh" draws one for each occurrence, as CVM was
        published; it asks less of the hash.
    seed : int or None
        0 ... 2**64 - 1. Sketches with one seed give the same answers on every machine. None draws
        a seed that others do not know; it can be read back from `seed`.
    dropna : bool
        Whether missing values (None, NaN, NaT, pandas.NA) are skipped. If not, all of them
        together are one element.
    keep : {None, "items", "summaries"}
        What is kept of each element in the buffer beside its hash. "items": its value, so that
        `sample()` gives a uniform sample of the distinct elements. "summaries", for hashed coins
        only: also how often it came, and the sum, minimum and maximum of the numbers that came with
        it (`update(items, values=numbers)`).

    Raises
    ------
    TypeError, ValueError
        If an argument is of a wrong type or out of its range; the message names it.

    Notes
    -----
    *Thread safety*: one sketch may be used by several threads at once. Items of concurrent
    updates are interleaved in an unspecified order.

    *Reproducibility*: the same items in the same order under the same seed give the same state bit
    for bit, whatever container they come in, however they are cut into updates, on every platform.
    (Except for items that are known only by their own hash(), which means nothing in another
    process.)

    *Cost*: 18 to 70 bytes of memory for each retained element, at most 80 kB by default (245 kB
    with fresh coins). Saved: 5 to 8 bytes for each (with fresh coins up to 12) and 72 to 101 more.

    *Source*: Chakraborty, Vinodchandran and Meel, "Distinct Elements in Streams: An Algorithm for
    the (Text) Book" (ESA 2022). Hashed coins make it bottom-k, with the martingale (HIP) estimate
    of Cohen (2015) and Ting (2014), whose relative standard error is at most 0.71/sqrt(capacity);
    after a merge with (k-1)/U_k (Giroire 2009, Beyer et al. 2007), at most 1/sqrt(capacity - 2).
    Fresh coins are its total and unbiased variant of Karayel, Watt, Khu, Meel and Tan (ITP 2025):
    0.71/sqrt(capacity) without repeats, about 1.0 to 1.1 with them.

    Examples
    --------
    >>> sketch = CVMSketch()
    >>> sketch.update(["to", "be", "or", "not", "to", "be"])
    >>> sketch.estimate(), sketch.is_exact
    (4.0, True)
    >>> sketch.update(range(1_000_000))
    >>> sketch.interval(0.99)
    (984363, 1000006)
    """

    def __cinit__(
        self,
        epsilon=0.05,
        delta=0.001,
        *,
        capacity=None,
        coins="hashed",
        seed=0,
        dropna=True,
        keep=None,
        **unknown,
    ):
        cdef sketch_settings settings
        refuse_unknown(
            "CVMSketch", unknown, "epsilon, delta, capacity, coins, seed, dropna and keep"
        )
        settings.coins = checked_coins(coins)
        settings.epsilon = checked_epsilon(epsilon)
        settings.delta = checked_fraction("delta", delta)
        settings.capacity = (
            0 if capacity is None
            else checked_integer("capacity", capacity, min_capacity, max_capacity)
        )
        settings.seed = checked_seed(seed)
        settings.dropna = checked_flag("dropna", dropna)
        settings.keep = checked_keep(keep)
        self.core.reset(new core_sketch(settings))

    def update(self, items, *, values=None, workers=1, progress=False):
        """Counts every item of an iterable, an array or a column.

        Parameters
        ----------
        items : iterable, buffer or Arrow data
            Lists, tuples, NumPy arrays and other buffers of numbers, text or times are read in
            place, and so is one column of pandas (Series, Index, extension array), of Polars
            (Series), of DuckDB (relation) or of whatever else has the Arrow PyCapsule interface as
            a stream, an array or a device array in the memory of the CPU; or a table with one
            column. Columns of Python objects are read as lists, anything else through its iterator.
            An open file counts as its lines without their ends, as the program counts them.
            Items may be of any kind that has a value: numbers of any type by exact value, text,
            bytes, dates and times, tuples and frozensets of such, addresses, paths, dataclasses and
            whatever else defines its own hash(). Arrow's lists and structs are tuples.
            One str, bytes or dict is an error, because counting its parts is nearly always a
            mistake.
        values : iterable, buffer or Arrow data of numbers, optional
            As many numbers or durations as there are items, for a sketch with keep="summaries":
            what came with each item. A missing one is an occurrence without a number. Integers of
            64 bits and durations add up exactly, other numbers as floats.
        workers : int or "all"
            The number of threads, 1 ... 256, or as many as there are cores for this process: they
            read a list, tuple, array or column of at least 65,536 items, or the lines of a file. Of
            a stream, batches are read together until there are 65,536 rows for each worker. Where
            the system gives fewer threads there are fewer. The state is the same for any number.
            What comes through an iterator or is a column of objects is read by one.
        progress : bool or callable
            True shows a bar by tqdm, if the input is long and the output a terminal. A callable is
            called as progress(done, total) about ten times a second and at the end: items read so
            far, and the length of the input or None where it has none.

        Raises
        ------
        TypeError
            If `items` is none of these, has several columns, lies in the memory of another device
            or is of an Arrow type without elements (unions, calendar intervals); or if an item can
            change (a list) or is compared by its address (a function). As with any error that the
            iterable itself raises, the items before it have been counted.
        ValueError
            If tuples are nested more than 100 levels deep, or Arrow data contradict their own
            format or share the members of lists too often (docs/hostile_data.md); what was read
            before that has been counted.
        MemoryError, NotImplementedError, OSError, RuntimeError, ValueError
            If an Arrow stream fails half-way, by the code that its producer gives, with its
            message. The batches before it have been counted.
        ImportError
            If `progress` is True and tqdm is not installed.

        Notes
        -----
        *Thread safety*: safe; other threads see the items in blocks of some hundreds or thousands.
        They get a turn every 10 milliseconds, and then Ctrl-C is heeded, within large texts, tuples
        and frozensets, too; but not while an item's own code runs, or a large one is copied
        (bytearray, memoryview). Arrays and columns are read without the interpreter; Ctrl-C is
        heeded every few milliseconds, also within long lists. What other threads write to an array
        meanwhile counts or does not. Arrow data must not be changed meanwhile, whoever else holds
        their memory: offsets that change while they are read may lead anywhere. The producer of a
        stream is asked for its next batch without the interpreter; Ctrl-C waits for it. An iterable
        or a producer that clears this very sketch drops what was read and not yet counted; with
        several workers, up to 65,536 rows for each are read ahead.
        *Cost*: a few nanoseconds for an item of a list or a text of a column, one for a number of
        an array or column. While a long list is read, up to 2 MB of memory for each worker; for an
        array 0.5 MB; for a stream also the batches that are read together.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> sketch.update(line.split()[0] for line in ["GET /a", "GET /b", "PUT /a"])
        >>> sketch.estimate()
        2.0
        """
        cdef size_t threads = checked_workers(workers)
        if values is not None and self.core.get().what_is_kept() != keep_summaries:
            raise ValueError("values need a sketch made with keep='summaries'")
        shown = open_progress(progress, items)
        numbers = None if values is None else open_numbers(values, items)
        read_into(self, reader_for(self, items, threads), shown, None, numbers)

    def add(self, item):
        """Counts one item, whole: a str is one element here, not an iterable of characters.

        Raises
        ------
        TypeError, ValueError
            If the item cannot be counted, as for `update`; nothing has changed then.

        Notes
        -----
        *Thread safety*: safe. *Cost*: below 100 nanoseconds, with `keep` a microsecond for an
        element that enters the buffer; `update` is ten times faster for many.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> for word in "to be or not to be".split():
        ...     sketch.add(word)
        >>> sketch.estimate()
        4.0
        """
        cdef Identifier identifier = new_identifier()
        cdef uint64_t identity
        cdef bint lacks
        cdef bytes data
        with cython.critical_section(self):
            identifier.rules = self.core.get().rules()
        if identify(item, &identifier, &identity):
            with cython.critical_section(self):
                self.core.get().add_identity(identity)
                if identifier.used_process_hash:
                    self.core.get().add_process_hashes(process_salt, 1)
                lacks = self.core.get().lacks(identity)
            if lacks:
                data = encode_item(item)
                with cython.critical_section(self):
                    self.core.get().give_one(identity, as_span(<const char*>data, len(data)))

    def estimate(self):
        """The estimated number of distinct elements, as a float.

        It is unbiased, because it is never rounded or clamped: averages and sums of estimates are
        right. It may therefore lie a little outside of what is certain and of `interval()`; the
        number to show is `count()`. While `is_exact` it is the number itself. After a merge it is
        another estimate, of a sample without a history: see `merge`. Elements that are known only
        by their own hash() are counted by it, so that those whose hashes collide are one.

        Notes
        -----
        *Crafted items* that make it larger than honest ones could give a RuntimeWarning:
        docs/hostile_data.md. *Thread safety*: safe. *Cost*: constant.
        """
        self.warn_if_misled()
        with cython.critical_section(self):
            return self.core.get().estimate()

    def count(self):
        """The number of distinct elements, as an int: what `count_approx` returns.

        It is the estimate, rounded, and clamped to what is certain: never fewer than the retained
        elements, nor more than `items_seen`. This is the number to show beside `interval()`.

        Notes
        -----
        *Thread safety*: safe. *Cost*: constant.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> sketch.update(range(1_000_000))
        >>> round(sketch.estimate()), sketch.count(), sketch.interval()
        (1011565, 1000000, (990691, 1000000))
        """
        self.warn_if_misled()
        with cython.critical_section(self):
            return self.core.get().count()

    def interval(self, confidence=0.95):
        """A confidence interval for the number of distinct elements, as two ints (low, high).

        Parameters
        ----------
        confidence : float
            The probability that such an interval contains the number, strictly between 0 and 1.
            Approximate, but within a point of nominal from 1.5 times the capacity on, where that is
            at least 16; nearer to the capacity it is wider than it needs to be. Where only 3
            elements are kept, an interval of 95 or 99 percent holds the number of 5 to 9 elements
            in 90 to 95 percent.

        Raises
        ------
        TypeError, ValueError
            If `confidence` is not a number between 0 and 1.

        Notes
        -----
        Both ends coincide while `is_exact`. Where an element did not fit in the buffer, low is at
        least one more than the capacity, and high at most `items_seen`. Where several elements were
        known only by their own hash(), which may collide, low is a floor and high is `items_seen`.
        After a RuntimeWarning about crafted items they are `num_retained` and `items_seen`.
        *Thread safety*: safe. *Cost*: a microsecond; with fresh coins that of sorting the buffer.

        *Source*: log-normal interval; for hashed coins with the variance of the martingale
        estimate, the sum of (1-p)/p**2 over all changes of the buffer. After a merge: gamma
        quantiles of Wilson and Hilferty (1931) for the largest retained coin.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> sketch.update([1, 1.0, True, 2])
        >>> sketch.interval()
        (2, 2)
        """
        cdef double level = checked_fraction("confidence", confidence)
        cdef interval bounds
        self.warn_if_misled()
        with cython.critical_section(self):
            bounds = self.core.get().confidence_interval(level)
        return bounds.low, bounds.high

    def sample(self):
        """The elements in the buffer, as a `Sample`: a uniform sample of the distinct elements.

        Every distinct element is in it with the same probability, however often it came; while the
        sketch is exact it has all of them. It is a snapshot: it does not change with the sketch.

        Raises
        ------
        ValueError
            If the sketch was made without `keep`.

        Notes
        -----
        The rows are in random order, so the first ones are a sample of their own: `sample()[:20]`
        are twenty elements, the same each time. A value that another thread is still reading is
        None. To ask for the elements of a part of the data, such as one country, count the users
        of each country by `CVMGroups`, or pairs of both by `zip`.
        *Thread safety*: safe. *Cost*: a microsecond for each element.

        Examples
        --------
        >>> sketch = CVMSketch(keep="summaries")
        >>> sketch.update("to be or not to be".split(), values=[1, 2, 3, 4, 5, 6])
        >>> sorted(sketch.sample())[0]
        SampleRow(item='be', count=2, sum=8, min=2, max=6)
        """
        return sample_of(self)

    def estimate_where(self, predicate):
        """How many distinct elements satisfy a predicate: `sample().estimate_where(predicate)`."""
        return self.sample().estimate_where(predicate)

    def sum_where(self, what, predicate=None, *, total=None):
        """A sum over the distinct elements: `sample().sum_where(what, predicate, total=total)`."""
        return self.sample().sum_where(what, predicate, total=total)

    def mean(self, what, predicate=None):
        """A mean over the distinct elements: `sample().mean(what, predicate)`."""
        return self.sample().mean(what, predicate)

    def quantile(self, q, what):
        """A quantile over the distinct elements: `sample().quantile(q, what)`."""
        return self.sample().quantile(q, what)

    def frequencies(self):
        """How many distinct elements came once, twice, …: `sample().frequencies()`."""
        return self.sample().frequencies()

    def clear(self):
        """Forgets all items, but not the configuration.

        *Thread safety*: safe.
        """
        with cython.critical_section(self):
            self.core.get().clear()
            self.clears.fetch_add(1)

    def copy(self):
        """An independent sketch in the same state.

        *Thread safety*: safe. *Cost*: as for copying `nbytes` bytes.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> sketch.add("a")
        >>> other = sketch.copy()
        >>> other.add("b")
        >>> sketch.estimate(), other.estimate()
        (1.0, 2.0)
        """
        cdef CVMSketch other = CVMSketch()
        with cython.critical_section(self):
            other.core.reset(new core_sketch(self.core.get()[0]))
        return other

    def merge(self, *others):
        """Adds to this sketch what others have seen: the union.

        The sample becomes that of one sketch that has seen everything, whatever the order and
        the grouping of merges, which all give the same state bit for bit. Updating goes on
        afterwards. `a | b` is the union as a new sketch, `a |= b` the same as `a.merge(b)`.

        Parameters
        ----------
        *others : CVMSketch
            With hashed coins and the same `seed`, `dropna` and `keep`. Capacities may differ: the
            smallest becomes that of this sketch, with its `epsilon` and `delta` (the larger ones,
            of equal capacities).

        Raises
        ------
        TypeError, ValueError
            If one is no sketch, or differs in what must be the same; the message says in what.
            Nothing has changed then.

        Notes
        -----
        *Estimate*: while the union fits in the buffer it is exact. After that, the estimate of a
        merged sketch comes from its sample alone, with a standard error of up to
        1/sqrt(`capacity` - 2); that of a sketch which was never merged also knows how the sample
        grew, and comes to 0.71/sqrt(`capacity`). The two differ within their errors, and both
        keep to `epsilon` and `delta`. (Merging empty sketches changes nothing, unless
        their capacity is smaller.) `items_seen` is added up.

        *Fresh coins* cannot be merged: an element that both sketches have seen had coins of its
        own in each, so that nothing tells how often it counts.

        *Thread safety*: safe, also `a.merge(b)` while `b.merge(a)`, and `a.merge(a)`; each of the
        others is read as a whole, one after the other. *Cost*: some ten microseconds for each
        sketch of the default capacity; one call for many is faster than many calls.

        *Source*: the k smallest coins of a union (Giroire 2009; Beyer, Haas, Reinwald, Sismanis,
        Gemulla 2007).

        Examples
        --------
        >>> days = [CVMSketch() for _ in range(7)]
        >>> for number, day in enumerate(days):
        ...     day.update(range(1000 * number, 1000 * number + 3000))
        >>> week = CVMSketch()
        >>> week.merge(*days)
        >>> week.interval(0.95)
        (8964, 9358)
        """
        cdef CVMSketch one
        cdef sketch_merge merge
        cdef Py_ssize_t i
        for other in others:
            if isinstance(other, CVMSketch):
                continue
            if isinstance(other, TruncatedSketch):
                raise TypeError(
                    "others must be whole sketches: a truncated one has lost what is needed to go "
                    "on counting. Write union(a, b), or truncated | sketch, which is truncated"
                )
            raise TypeError(
                f"others must be sketches, not {type(other).__name__}: of a list, write "
                "merge(*others), and load bytes by CVMSketch.from_bytes"
            )
        for one in others:
            self.core.get().require_like(one.core.get()[0], b"merged")
            self.core.get().require_same_keep(one.core.get()[0])
        # No more than one sketch is ever locked, this one as the last.
        for i in range(len(others)):
            one = others[min(i + 8, len(others) - 1)]
            merge.prefetch(one.core.get()[0])
            one = others[i]
            with cython.critical_section(one):
                merge.add(one.core.get()[0])
        if others:
            with cython.critical_section(self):
                merge.merge_into(self.core.get()[0])

    def __or__(self, other):
        if not isinstance(other, CVMSketch):
            return NotImplemented
        cdef CVMSketch union = CVMSketch()
        with cython.critical_section(self):
            union.core.reset(new_empty_copy(self.core.get()[0]))
        union.merge(self, other)
        return union

    def __add__(self, other):
        raise TypeError("sketches are not added: write a | b, or sketch.merge(*others) for many")

    def __radd__(self, other):
        raise TypeError("sketches are not added: write a | b, or sketch.merge(*others) for many")

    def __ior__(self, other):
        if not isinstance(other, CVMSketch):
            return NotImplemented
        self.merge(other)
        return self

    def __and__(self, other):
        """The number of elements that both sketches have seen, as a `SampledCount`.

        `a - b` is that of the elements that only a has seen, `a ^ b` of those that only one has.
        The sketches must have hashed coins and the same `seed` and `dropna`, else it is a
        ValueError; their capacities may differ.

        *Thread safety*: safe, both are read at one moment. *Cost*: some ten microseconds.
        *Source*: the elements with coins below both thresholds are a sample of the union.
        """
        if not isinstance(other, CVMSketch):
            return NotImplemented
        cdef CVMSketch second = other
        with cython.critical_section(self, second):
            return count_of(self.core.get()[0] & second.core.get()[0])

    def __sub__(self, other):
        """The number of elements that only the first sketch has seen, as `a & b`."""
        if not isinstance(other, CVMSketch):
            return NotImplemented
        cdef CVMSketch second = other
        with cython.critical_section(self, second):
            return count_of(self.core.get()[0] - second.core.get()[0])

    def __xor__(self, other):
        """The number of elements that only one of the sketches has seen, as `a & b`."""
        if not isinstance(other, CVMSketch):
            return NotImplemented
        cdef CVMSketch second = other
        with cython.critical_section(self, second):
            return count_of(self.core.get()[0] ^ second.core.get()[0])

    def jaccard(self, other):
        """How similar two sketches are, as a `SampledShare`.

        It is the number of elements in both over the number of those in either.

        Parameters
        ----------
        other : CVMSketch
            With hashed coins and the same `seed` and `dropna`; its capacity may differ.

        Raises
        ------
        TypeError, ValueError
            If `other` is no sketch, or differs in what must be the same.

        Notes
        -----
        *Thread safety*: safe, both are read at one moment. *Cost*: some ten microseconds.
        *Source*: Broder, "On the resemblance and containment of documents" (1997), with Wilson's
        interval (1927).

        Examples
        --------
        >>> a, b = CVMSketch(), CVMSketch()
        >>> a.update(["to", "be"])
        >>> b.update(["or", "not", "to", "be"])
        >>> a.jaccard(b).estimate()
        0.5
        """
        cdef CVMSketch second = as_sketch(other)
        with cython.critical_section(self, second):
            return share_of(self.core.get().jaccard(second.core.get()[0]))

    def containment(self, other):
        """The share of this sketch's elements that `other` has seen, too, as a `SampledShare`.

        Of last week's visitors, how many came back: `last.containment(this)`.

        Parameters
        ----------
        other : CVMSketch
            With hashed coins and the same `seed` and `dropna`; its capacity may differ.

        Raises
        ------
        TypeError, ValueError
            If `other` is no sketch, or differs in what must be the same.

        Notes
        -----
        *Thread safety*, *cost* and *source*: as for `jaccard`.

        Examples
        --------
        >>> last, this = CVMSketch(), CVMSketch()
        >>> last.update(["ada", "bob", "eve"])
        >>> this.update(["ada", "eve", "joe", "kim"])
        >>> print(f"{float(last.containment(this)):.2f}")
        0.67
        """
        cdef CVMSketch second = as_sketch(other)
        with cython.critical_section(self, second):
            return share_of(self.core.get().containment(second.core.get()[0]))

    def forget_history(self):
        """Keeps the sample alone, as a merge does.

        A sketch that was never merged also knows how its sample grew, which depends on the order of
        the items. Without that, the same items give the same state in every order, and parts merge
        to the same state however the items were divided, even if all were in one part. The estimate
        is then that of merged sketches: see `merge`. Nothing changes while the sketch is exact.

        Raises
        ------
        ValueError
            If the sketch has fresh coins: its sample itself depends on the order.

        Notes
        -----
        *Thread safety*: safe. *Cost*: constant.

        Examples
        --------
        >>> up, down = CVMSketch(), CVMSketch()
        >>> up.update(range(50_000))
        >>> down.update(reversed(range(50_000)))
        >>> up == down
        False
        >>> up.forget_history()
        >>> down.forget_history()
        >>> up == down
        True
        """
        with cython.critical_section(self):
            self.core.get().forget_history()

    def to_bytes(self, *, bits=None):
        """The whole sketch as bytes, to be stored or sent; or, with `bits`, what compares it.

        They are the same on every machine and can be read by every later version; docs/format.md
        has the layout. Equal sketches give equal bytes.

        Parameters
        ----------
        bits : int or None
            With a number, such as 40, the bytes of `TruncatedSketch(sketch, bits)`: half as many or
            fewer, but that one cannot be updated any more.

        Raises
        ------
        TypeError
            If the sketch keeps items that have no form outside of Python.
        ValueError
            If it cannot be truncated to so few bits: see `TruncatedSketch`.

        Notes
        -----
        For each of 64 or more retained elements some (65.5 - log2(distinct elements)) / 8 bytes, of
        fewer 8, with fresh coins up to 12; and 72 to 101 more. A full sketch of the default
        capacity takes 23 to 29 kB.
        *Thread safety*: safe. *Cost*: some forty microseconds for the default capacity.

        *Source*: the code of Golomb (1966) and Rice (1979) for the gaps between uniform numbers.

        Examples
        --------
        >>> sketch = CVMSketch()
        >>> sketch.update(range(1_000_000))
        >>> data = sketch.to_bytes()
        >>> len(data)
        24980
        >>> CVMSketch.from_bytes(data) == sketch
        True
        """
        if bits is not None:
            return TruncatedSketch(self, bits).to_bytes()
        cdef bytes saved = self.saved()
        if holds_objects(self):
            raise TypeError(
                "the sketch keeps items that have no form outside of Python: pickle the sketch, or "
                "count what tells them apart, such as text or a tuple"
            )
        return saved

    @classmethod
    def from_bytes(cls, data):
        """The sketch that was saved by `to_bytes`. It goes on exactly as the original would have.

        Parameters
        ----------
        data : bytes or buffer
            Contiguous. May come from anywhere: it is checked as a whole, and no more memory is
            asked for than such a sketch takes.

        Raises
        ------
        TypeError
            If `data` is no such buffer.
        ValueError
            If it is not a saved sketch, damaged or from a later version; or if the sketch holds
            elements known only by their own hash() that another process counted. The message gives
            the reason.

        Notes
        -----
        *Thread safety*: safe. *Cost*: some ten microseconds for the default capacity.

        Examples
        --------
        >>> CVMSketch.from_bytes(CVMSketch(capacity=100).to_bytes()).capacity
        100
        """
        return load_sketch(cls, data, False)

    @classmethod
    def _from_pickle(cls, data):
        return load_sketch(cls, data, True)

    def __reduce__(self):
        attributes = object.__getstate__(self)  # of an instance of a subclass, with its slots
        return type(self)._from_pickle, (self.saved(),), attributes

    # The bytes, with the objects that only pickle can load.
    cdef bytes saved(self):
        cdef vector[byte] data
        with cython.critical_section(self):
            data = self.core.get().to_bytes()
        return PyBytes_FromStringAndSize(<const char*>data.data(), <Py_ssize_t>data.size())

    def __eq__(self, other):
        """True if both sketches have one configuration and one state.

        Equal sketches answer every question alike, now and after the same further items, and give
        equal bytes.
        """
        if not isinstance(other, CVMSketch):
            return NotImplemented
        cdef CVMSketch second = other
        with cython.critical_section(self, second):
            return self.core.get()[0] == second.core.get()[0]

    __hash__ = None

    cdef int warn_if_misled(self) except -1:
        with cython.critical_section(self):
            if not self.core.get().is_misled():
                return 0
        # Of what calls this, not of this.
        PyErr_WarnEx(
            RuntimeWarning,
            b"the estimate exceeds the number of items as no honest items make it: they were "
            b"crafted for this seed, so count them again with seed=None",
            1,
        )
        return 0

    # The number that hash() depends on in this process, once an element was known by nothing else;
    # or None.
    @property
    def _hash_salt(self):
        cdef optional_salt salt = self.core.get().salt()
        return <int64_t>salt.value() if salt.has_value() else None

    # ---- how it shows itself ---------------------------------------------------------------------

    def __repr__(self):
        count = f"{self.count():,} distinct"
        if not self.is_exact:
            low, high = self.interval()
            count = f"about {count} (95%: {low:,} ... {high:,})"
        coins = "" if self.coins == "hashed" else ", coins='fresh'"
        seen = f"{self.items_seen:,} items"
        return f"<CVMSketch: {count} of {seen}, capacity={self.capacity:,}{coins}>"

    def _repr_html_(self):
        """The sketch as notebooks show it: estimate, interval and state, drawn."""
        return sketch_html(self.copy())  # a copy, because other threads may update this one

    @property
    def capacity(self):
        """The number of elements that the buffer holds at most, an int in 3 ... 2**31.

        Merging with a sketch of a smaller capacity lowers it.
        """
        with cython.critical_section(self):
            return self.core.get().capacity()

    @property
    def epsilon(self):
        """The relative error that is missed with a probability of at most `delta`, a float.

        As it was asked for; or, of a sketch made with a capacity, what that capacity achieves,
        which exceeds 1 for very small ones.
        """
        with cython.critical_section(self):
            return self.core.get().epsilon()

    @property
    def delta(self):
        """The probability of an error beyond `epsilon`, a float."""
        with cython.critical_section(self):
            return self.core.get().delta()

    @property
    def coins(self):
        """The kind of coins, "hashed" or "fresh"."""
        return "hashed" if self.core.get().kind_of_coins() == hashed_coins else "fresh"

    @property
    def keep(self):
        """What is kept of each element beside its hash: None, "items" or "summaries"."""
        return (None, "items", "summaries")[<int>self.core.get().what_is_kept()]

    @property
    def seed(self):
        """The seed, an int in 0 ... 2**64 - 1; the drawn one where None was given."""
        return self.core.get().seed()

    @property
    def dropna(self):
        """True if missing values are skipped."""
        return bool(self.core.get().dropna())

    @property
    def is_exact(self):
        """True if `estimate()` is the number of distinct elements itself.

        True until an element did not fit in the buffer, or in that of a sketch merged into it, or
        until a second item was known only by its own hash(): see docs/elements.md.
        """
        with cython.critical_section(self):
            return self.core.get().is_exact()

    @property
    def items_seen(self):
        """The number of items offered so far, less the missing values that were skipped."""
        with cython.critical_section(self):
            return self.core.get().items_seen()

    @property
    def num_retained(self):
        """The number of elements in the buffer."""
        with cython.critical_section(self):
            return self.core.get().retained()

    @property
    def sampling_rate(self):
        """The probability that an element never seen would enter the buffer, in (0, 1].

        1.0 until the buffer is full, and about `capacity` / `estimate()` afterwards.
        """
        with cython.critical_section(self):
            return self.core.get().sampling_rate()

    @property
    def nbytes(self):
        """The memory that the sketch takes, in bytes. It grows with `num_retained`.

        Half a kilobyte of keys, which sketches of one seed share, is not counted.
        """
        with cython.critical_section(self):
            return object.__sizeof__(self) + self.core.get().memory_bytes()

    def __sizeof__(self):
        return self.nbytes


cdef int get_buffer(data, Py_buffer* view) except -1:
    try:
        PyObject_GetBuffer(data, view, PyBUF_SIMPLE)
    except (TypeError, BufferError) as error:
        raise TypeError(
            f"data must be bytes or a contiguous buffer, not {type(data).__name__}"
        ) from error
    return 0


cdef CVMSketch load_sketch(cls, data, bint objects_allowed):
    cdef CVMSketch sketch = cls.__new__(cls)
    cdef Py_buffer view
    get_buffer(data, &view)
    try:
        sketch.core.reset(new_from_bytes(as_span(view.buf, view.len), objects_allowed))
    finally:
        PyBuffer_Release(&view)
    sketch.core.get().require_salt(process_salt)
    return sketch


def _update_both(
    CVMSketch sketch not None, CVMSketch other not None, items, *, workers=1, progress=False
):
    """Update two sketches of one configuration by items that can be read only once.

    The first may keep items. The command line uses it for the count of all files and that of one.
    """
    cdef size_t threads = checked_workers(workers)
    shown = open_progress(progress, items)
    if (sketch.coins, sketch.seed, sketch.dropna) != (other.coins, other.seed, other.dropna):
        raise ValueError("both sketches must have the same coins, seed and dropna")
    if other.keep is not None:
        raise ValueError("the second sketch must keep nothing")
    read_into(sketch, reader_for(sketch, items, threads), shown, other, None)


include "_taking.pxi"
include "_kept.pxi"
include "_truncated.pxi"
include "_several.pxi"
