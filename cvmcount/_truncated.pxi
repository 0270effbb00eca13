# A sketch cut to a few bits for each element, and what several of them have seen.

from cvmcount._core.sketch cimport (
    in_any_truncated,
    new_truncated,
    new_truncated_copy,
    new_truncated_from_bytes,
    truncated_sketch,
)


cdef class TruncatedSketch:
    """TruncatedSketch(sketch, bits=40)

    A sketch cut to a few bits for each element, for storing it in half the room or less.

    It takes no more items, but it knows the estimate and the interval of its sketch, and it still
    unites, merges, intersects and compares, with others of the same `seed` and `dropna`: truncated
    to any number of bits, or whole. It does not change.

    Parameters
    ----------
    sketch : CVMSketch
        With hashed coins; it does not change.
    bits : int
        How many bits are left of each hash, 16 ... 63: at least 6 more than the binary logarithm of
        the number of distinct elements, of this sketch and of all that it will be united with. 40
        are enough for 17 billion. Of two sketches, the fewer bits count.

    Raises
    ------
    TypeError, ValueError
        If `sketch` is no sketch, has fresh coins or holds elements that are known only by their
        own hash(), or if `bits` are out of range or too few for its elements.

    Notes
    -----
    *Bytes* for each element: about (41.5 - log2(distinct elements)) / 8 with 40 bits. *Error*: its
    own estimate is that of the sketch. Elements that share their bits by chance are corrected for
    in all others, whose intervals allow for it; but what was merged or compared is never called
    exact. *Thread safety*: safe, it never changes.

    *Source*: for the number of elements in u of C cells, -C*log1p(-u/C), as in linear counting
    (Whang, Vander-Zanden, Taylor 1990); numbers in both of two by inclusion and exclusion.

    Examples
    --------
    >>> from cvmcount import CVMSketch, TruncatedSketch
    >>> monday, tuesday = CVMSketch(), CVMSketch()
    >>> monday.update(range(60_000))
    >>> tuesday.update(range(40_000, 90_000))
    >>> small = TruncatedSketch(monday)
    >>> len(monday.to_bytes()), len(small.to_bytes())
    (27238, 14152)
    >>> small.count() == monday.count(), small.interval() == monday.interval()
    (True, True)
    >>> (small & tuesday).count(), (small | tuesday).count()
    (19393, 89930)
    """

    cdef unique_ptr[truncated_sketch] core

    def __cinit__(self, sketch, bits=40):
        cdef CVMSketch whole
        if not isinstance(sketch, CVMSketch):
            raise TypeError(f"sketch must be a CVMSketch, not {type(sketch).__name__}")
        whole = sketch
        cdef unsigned int number = checked_integer("bits", bits, 16, 63)
        with cython.critical_section(whole):
            self.core.reset(new_truncated(whole.core.get()[0], number))

    def estimate(self):
        """The estimated number of distinct elements, a float, as `CVMSketch.estimate`."""
        return self.core.get().estimate()

    def count(self):
        """The estimate as an int that can be, as `CVMSketch.count`."""
        return self.core.get().count()

    def interval(self, confidence=0.95):
        """A confidence interval as two ints (low, high), as `CVMSketch.interval`."""
        cdef interval bounds = self.core.get().confidence_interval(
            checked_fraction("confidence", confidence)
        )
        return bounds.low, bounds.high

    # ---- several sketches ------------------------------------------------------------------------

    def __or__(self, other):
        """The merge of both, truncated; `union` gives a better estimate of their number."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            return NotImplemented
        cdef TruncatedSketch result = TruncatedSketch.__new__(TruncatedSketch, EMPTY)
        result.core.reset(new_truncated_copy(self.core.get()[0]))
        result.core.get().merge(second.core.get()[0])
        return result

    def __ror__(self, other):
        return self | other if isinstance(other, CVMSketch) else NotImplemented

    def __and__(self, other):
        """The number of elements that both have seen, as a `SampledCount`."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            return NotImplemented
        return count_of(self.core.get()[0] & second.core.get()[0])

    def __rand__(self, other):
        return self & other if isinstance(other, CVMSketch) else NotImplemented

    def __sub__(self, other):
        """The number of elements that only the first has seen, as a `SampledCount`."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            return NotImplemented
        return count_of(self.core.get()[0] - second.core.get()[0])

    def __rsub__(self, other):
        if not isinstance(other, CVMSketch):
            return NotImplemented
        return as_truncated(other, self) - self

    def __xor__(self, other):
        """The number of elements that only one of both has seen, as a `SampledCount`."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            return NotImplemented
        return count_of(self.core.get()[0] ^ second.core.get()[0])

    def __rxor__(self, other):
        return self ^ other if isinstance(other, CVMSketch) else NotImplemented

    def jaccard(self, other):
        """How similar two sketches are, as a `SampledShare`: see `CVMSketch.jaccard`."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            raise TypeError(f"other must be a sketch, not {type(other).__name__}")
        return share_of(self.core.get().jaccard(second.core.get()[0]))

    def containment(self, other):
        """The share of its elements that `other` has, too: see `CVMSketch.containment`."""
        cdef TruncatedSketch second = as_truncated(other, self)
        if second is None:
            raise TypeError(f"other must be a sketch, not {type(other).__name__}")
        return share_of(self.core.get().containment(second.core.get()[0]))

    def __eq__(self, other):
        """True if both have one configuration and one state, and so the same bytes."""
        if not isinstance(other, TruncatedSketch):
            return NotImplemented
        cdef TruncatedSketch second = other
        return self.core.get()[0] == second.core.get()[0]

    __hash__ = None

    # ---- bytes -----------------------------------------------------------------------------------

    def to_bytes(self):
        """The truncated sketch as bytes, the same on every machine: docs/format.md."""
        cdef vector[byte] data = self.core.get().to_bytes()
        return PyBytes_FromStringAndSize(<const char*>data.data(), <Py_ssize_t>data.size())

    @classmethod
    def from_bytes(cls, data):
        """What `TruncatedSketch.to_bytes` or `CVMSketch.to_bytes(bits=...)` saved.

        Parameters
        ----------
        data : bytes or buffer
            Contiguous. May come from anywhere: it is checked as a whole.

        Raises
        ------
        TypeError, ValueError
            If `data` is no such buffer, or not such a sketch; the message gives the reason.

        Examples
        --------
        >>> from cvmcount import CVMSketch, TruncatedSketch
        >>> sketch = CVMSketch()
        >>> sketch.update(range(30_000))
        >>> TruncatedSketch.from_bytes(sketch.to_bytes(bits=32))
        <TruncatedSketch: about 29,876 distinct (95%: 29,344 ... 30,000), 32 bits, 4,363 retained>
        """
        cdef TruncatedSketch sketch = TruncatedSketch.__new__(cls, EMPTY)
        cdef Py_buffer view
        get_buffer(data, &view)
        try:
            sketch.core.reset(new_truncated_from_bytes(as_span(view.buf, view.len)))
        finally:
            PyBuffer_Release(&view)
        return sketch

    def __reduce__(self):
        return TruncatedSketch.from_bytes, (self.to_bytes(),)

    def __repr__(self):
        count = f"{self.count():,} distinct"
        if not self.is_exact:
            low, high = self.interval()
            count = f"about {count} (95%: {low:,} ... {high:,})"
        return f"<TruncatedSketch: {count}, {self.bits} bits, {self.num_retained:,} retained>"

    # ---- facts, as those of a CVMSketch ----------------------------------------------------------

    @property
    def bits(self):
        """How many bits are left of each hash."""
        return self.core.get().bits()

    @property
    def capacity(self):
        """The number of elements that the buffer of the sketch held at most."""
        return self.core.get().capacity()

    @property
    def epsilon(self):
        """The relative error that is missed with a probability of at most `delta`, a float."""
        return self.core.get().epsilon()

    @property
    def delta(self):
        """The probability of an error beyond `epsilon`, a float."""
        return self.core.get().delta()

    @property
    def seed(self):
        """The seed, an int in 0 ... 2**64 - 1."""
        return self.core.get().seed()

    @property
    def dropna(self):
        """True if missing values were skipped."""
        return bool(self.core.get().dropna())

    @property
    def is_exact(self):
        """True if `estimate()` is the number of distinct elements; never of a merge."""
        return self.core.get().is_exact()

    @property
    def items_seen(self):
        """The number of items that the sketch had seen."""
        return self.core.get().items_seen()

    @property
    def num_retained(self):
        """The number of different cut hashes."""
        return self.core.get().retained()

    @property
    def sampling_rate(self):
        """The share of all elements that these are of, in (0, 1]."""
        return self.core.get().sampling_rate()

    @property
    def nbytes(self):
        """The memory that it takes, in bytes."""
        return object.__sizeof__(self) + self.core.get().memory_bytes()

    def __sizeof__(self):
        return self.nbytes


# The core of a new object is replaced at once.
cdef CVMSketch EMPTY = CVMSketch()


# The sketch as a truncated one of as many bits as the other has; None if it is no sketch.
cdef TruncatedSketch as_truncated(sketch, TruncatedSketch other):
    if isinstance(sketch, TruncatedSketch):
        return sketch
    return TruncatedSketch(sketch, other.bits) if isinstance(sketch, CVMSketch) else None


# The union of sketches of which this one is truncated.
cdef object union_with_truncated(tuple sketches, TruncatedSketch fewest):
    cdef vector[const truncated_sketch*] operands
    cdef TruncatedSketch one
    for sketch in sketches:
        if isinstance(sketch, TruncatedSketch) and sketch.bits < fewest.bits:
            fewest = sketch
    parts = [as_truncated(sketch, fewest) for sketch in sketches]
    for one in parts:
        operands.push_back(one.core.get())
    return count_of(in_any_truncated(operands))
