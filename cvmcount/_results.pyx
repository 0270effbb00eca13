# cython: embedsignature=True, embedsignature.format=python
"""What set operations answer: numbers that rest on a sample and know how large it is."""

from libc.stdint cimport uint64_t

from cvmcount._checks cimport checked_fraction
from cvmcount._core.sketch cimport (
    fraction_interval,
    interval,
    normal_quantile,
    sampled_count,
    sampled_share,
    threshold_bounds,
)


# For what samples answer, in _sample.py.
def _fraction(str name, value):
    return checked_fraction(name, value)


def _normal_quantile(confidence):
    return normal_quantile(checked_fraction("confidence", confidence))


def _threshold_bounds(uint64_t below, double threshold, double z):
    cdef fraction_interval bounds = threshold_bounds(below, threshold, z)
    return bounds.low, bounds.high


def _count(
    uint64_t retained, double sampling_rate, bint exact, uint64_t at_most, bint is_floor, refined
):
    cdef sampled_count value
    value.retained, value.sampling_rate, value.exact, value.at_most = (
        retained, sampling_rate, exact, at_most
    )
    value.is_floor = is_floor
    value.is_refined = refined is not None
    if value.is_refined:
        (
            value.refined.estimate,
            value.refined.variance,
            value.refined.at_least,
            value.refined.order,
            value.refined.by_chance,
        ) = refined
    return count_of(value)


def _share(uint64_t retained, uint64_t of, double sampling_rate, bint exact):
    cdef sampled_share value
    value.retained, value.of, value.sampling_rate, value.exact = retained, of, sampling_rate, exact
    return share_of(value)


cdef int raise_no_sketch(str written, str instead, str of_unions) except -1:
    raise TypeError(
        "a SampledCount is a number, and no sketch that goes on: "
        f"instead of {written} write {instead}, and of what several have seen {of_unions}"
    )


cdef SampledCount count_of(sampled_count value):
    cdef SampledCount count = SampledCount.__new__(SampledCount)
    count._value = value
    return count


cdef SampledShare share_of(sampled_share value):
    cdef SampledShare share = SampledShare.__new__(SampledShare)
    share._value = value
    return share


cdef class SampledCount:
    """An estimated number of distinct elements: what `a & b`, `a - b`, `a ^ b`, `union` and
    `intersection` return.

    It rests on a uniform sample of the elements of the sketches: those with the smallest hashes,
    of which it is known in which of the sketches they are; that of a union also on all that its
    operands know. It does not change afterwards, can be compared and pickled, and `float(count)`
    is its estimate.

    Examples
    --------
    >>> from cvmcount import CVMSketch
    >>> monday, tuesday = CVMSketch(), CVMSketch()
    >>> monday.update(range(60_000))
    >>> tuesday.update(range(40_000, 90_000))
    >>> both = monday & tuesday
    >>> round(both.estimate()), both.interval(0.95)
    (19393, (18436, 20387))
    >>> both.num_retained, round(both.sampling_rate, 3)
    (1428, 0.074)
    """

    def estimate(self):
        """The estimated number, as a float: `num_retained` / `sampling_rate`, but of a union.

        Unbiased: never rounded or clamped, so it may exceed what either sketch has seen, and lie
        outside of `interval()`. The number itself while `is_exact`.
        """
        return self._value.estimate()

    def count(self):
        """The estimate as an int that can be: never fewer than are known, nor more than the
        sketches have seen. This is the number to show beside `interval()`.

        Examples
        --------
        >>> from cvmcount import CVMSketch
        >>> users, some = CVMSketch(), CVMSketch()
        >>> users.update(f"user{number}" for number in range(100_000))
        >>> some.update(f"user{number}" for number in range(0, 100_000, 9))
        >>> both = users & some
        >>> round(both.estimate()), both.count(), both.interval()
        (11188, 11112, (10252, 11112))
        """
        return self._value.count()

    def interval(self, confidence=0.95):
        """A confidence interval for the number, as two ints (low, high).

        Parameters
        ----------
        confidence : float
            The probability that such an interval contains the number, strictly between 0 and 1.
            Approximate; where few elements were retained, the interval is wider than it need be.

        Raises
        ------
        TypeError, ValueError
            If `confidence` is not a number between 0 and 1.

        Notes
        -----
        Both ends coincide while `is_exact`. Otherwise low is at least `num_retained`, and high at
        most what the sketches have seen.

        *Source*: gamma quantiles of Wilson and Hilferty (1931), narrowed for a sample without
        replacement; of a union, log-normal.
        """
        cdef interval bounds = self._value.confidence_interval(
            checked_fraction("confidence", confidence)
        )
        return bounds.low, bounds.high

    @property
    def is_exact(self):
        """True if `estimate()` is the number itself: both sketches were exact."""
        return self._value.exact

    @property
    def num_retained(self):
        """The number of elements in the sample that were counted, an int."""
        return self._value.retained

    @property
    def sampling_rate(self):
        """The fraction of all elements that is in the sample, in (0, 1]."""
        return self._value.sampling_rate

    def __float__(self):
        return self.estimate()

    def __int__(self):
        return self.count()

    def __format__(self, form):
        return format(self.count(), form) if form else repr(self)

    def __and__(self, other):
        raise_no_sketch("a & b & c", "intersection(a, b, c)", "(a | b) & (c | d)")

    def __rand__(self, other):
        raise_no_sketch("a & (b & c)", "intersection(a, b, c)", "(a | b) & (c | d)")

    def __sub__(self, other):
        raise_no_sketch("a - b - c", "a - (b | c)", "(a | b) - (c | d)")

    def __or__(self, other):
        raise_no_sketch("a & b | c", "the union of sketches, as union(a, b, c)", "a | b")

    def _key(self):
        value = self._value
        more = value.refined
        refined = (more.estimate, more.variance, more.at_least, more.order, more.by_chance)
        return (
            value.retained,
            value.sampling_rate,
            value.exact,
            value.at_most,
            value.is_floor,
            refined if value.is_refined else None,
        )

    def __eq__(self, other):
        return self._key() == other._key() if type(other) is SampledCount else NotImplemented

    def __hash__(self):
        return hash(self._key())

    def __reduce__(self):
        return _count, self._key()

    def __repr__(self):
        if self.is_exact:
            return f"<SampledCount: {self.count():,} distinct>"
        low, high = self.interval()
        return (
            f"<SampledCount: about {self.count():,} distinct (95%: {low:,} ... {high:,}), "
            f"{self.num_retained:,} retained at a rate of {self.sampling_rate:.3g}>"
        )

    def _repr_html_(self):
        from cvmcount._html import estimate_html, with_commas

        rate = ("sampling rate", f"{self.sampling_rate:.4g}")
        return estimate_html(self, self.count(), with_commas, "distinct", [rate])


cdef class SampledShare:
    """An estimated share of distinct elements: what `a.jaccard(b)` and `a.containment(b)` return.

    It rests on a uniform sample of the elements, as `SampledCount`. `float(share)` is its estimate.

    Examples
    --------
    >>> from cvmcount import CVMSketch
    >>> monday, tuesday = CVMSketch(), CVMSketch()
    >>> monday.update(range(60_000))
    >>> tuesday.update(range(40_000, 90_000))
    >>> share = monday.jaccard(tuesday)
    >>> low, high = share.interval(0.95)
    >>> print(f"{share.estimate():.3f}, {low:.3f} ... {high:.3f}")
    0.216, 0.206 ... 0.226
    """

    def estimate(self):
        """The estimated share, as a float in 0 ... 1. The share itself while `is_exact`.

        Of no elements at all it is 1: two empty sketches are alike.
        """
        return self._value.estimate()

    def interval(self, confidence=0.95):
        """A confidence interval for the share, as two floats (low, high) in 0 ... 1.

        Parameters
        ----------
        confidence : float
            The probability that such an interval contains the share, strictly between 0 and 1.
            Approximate; wider than it need be where the sample has most of the elements.

        Raises
        ------
        TypeError, ValueError
            If `confidence` is not a number between 0 and 1.

        Notes
        -----
        Both ends coincide while `is_exact`. *Source*: Wilson (1927).
        """
        cdef fraction_interval bounds = self._value.confidence_interval(
            checked_fraction("confidence", confidence)
        )
        return bounds.low, bounds.high

    @property
    def is_exact(self):
        """True if `estimate()` is the share itself: both sketches were exact."""
        return self._value.exact

    @property
    def num_retained(self):
        """The number of elements in the sample, an int."""
        return self._value.of

    @property
    def sampling_rate(self):
        """The fraction of all elements that is in the sample, in (0, 1]."""
        return self._value.sampling_rate

    def __float__(self):
        return self.estimate()

    def __format__(self, form):
        return format(self.estimate(), form) if form else repr(self)

    def _key(self):
        return self._value.retained, self._value.of, self._value.sampling_rate, self._value.exact

    def __eq__(self, other):
        return self._key() == other._key() if type(other) is SampledShare else NotImplemented

    def __hash__(self):
        return hash(self._key())

    def __reduce__(self):
        return _share, self._key()

    def __repr__(self):
        if self.is_exact:
            return f"<SampledShare: {self.estimate():.3f} of {self.num_retained:,} distinct>"
        low, high = self.interval()
        return (
            f"<SampledShare: about {self.estimate():.3f} (95%: {low:.3f} ... {high:.3f}), "
            f"{self.num_retained:,} retained at a rate of {self.sampling_rate:.3g}>"
        )

    def _repr_html_(self):
        from cvmcount._html import estimate_html

        rate = ("sampling rate", f"{self.sampling_rate:.4g}")
        return estimate_html(self, self.estimate(), "{:.3f}".format, "of all", [rate])
