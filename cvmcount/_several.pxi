# What several sketches have seen together.

from cvmcount._core.sketch cimport sketch_operands


cdef CVMSketch as_sketch(other):
    if not isinstance(other, CVMSketch):
        raise TypeError(f"other must be a sketch, not {type(other).__name__}")
    return other


cdef int require_sketches(tuple sketches, allowed, str caller) except -1:
    for sketch in sketches:
        if not isinstance(sketch, allowed):
            if isinstance(sketch, TruncatedSketch):
                raise TypeError(f"{caller} takes no truncated sketches: of two, write a & b")
            if type(sketch).__name__ == "CVMGroups":
                raise TypeError(
                    "sketches must be CVMSketch, not CVMGroups: groups merge, as a | b, and for "
                    f"one key write {caller}(a[key], b[key])"
                )
            raise TypeError(
                f"sketches must be CVMSketch, not {type(sketch).__name__}: of a list, write "
                f"{caller}(*sketches), and load bytes by CVMSketch.from_bytes"
            )
    return 0


# Reads each sketch as a whole, one after the other.
cdef int add_operands(sketch_operands* operands, tuple sketches, str caller) except -1:
    cdef CVMSketch one
    if not sketches:
        raise TypeError(f"{caller} needs at least one sketch, as {caller}(*sketches)")
    require_sketches(sketches, CVMSketch, caller)
    for one in sketches:
        with cython.critical_section(one):
            operands.add(one.core.get()[0])
    return 0


def union(*sketches):
    """The number of elements that any of the sketches has seen, as a `SampledCount`.

    It is the best estimate that the sketches allow: never worse than that of their merged sketch,
    and far better where they have little in common, because it uses all of their samples and what
    each knows of how its sample grew. The sketches do not change.

    Parameters
    ----------
    *sketches : CVMSketch or TruncatedSketch
        At least one, with hashed coins and the same `seed` and `dropna`. Capacities may differ, and
        some may be exact, merged or truncated.

    Returns
    -------
    SampledCount
        `num_retained` counts the distinct elements in all samples, and `sampling_rate` is the
        smallest of theirs. It is exact where all sketches are, also beyond the capacity. Of one
        sketch it is that sketch's own estimate and interval.

    Raises
    ------
    TypeError, ValueError
        If there is none, one is no sketch, or one differs in what must be the same.

    Notes
    -----
    Unlike that of a merge, the estimate depends on how the items were divided, and nothing can be
    added to it: keep the merged sketch, too, where counting goes on.

    *Error*: of sketches without a common element sqrt(sum of their variances), so 16 equal shards
    come to a quarter of the error of one sketch; of sketches of the same elements, that of one.
    *Thread safety*: safe; each sketch is read as a whole, one after the other. *Cost*: some hundred
    microseconds for each sketch of the default capacity. *Source*: Horvitz and Thompson (1952) over
    the union of the samples, each element at the largest rate of those that hold it; and for each
    operand its martingale estimate less that of its sample as a control variate, weighted so that
    the variance falls for every order of the streams. docs/merging.md has measured errors.

    Examples
    --------
    >>> from cvmcount import CVMSketch, union
    >>> shards = [CVMSketch() for _ in range(16)]
    >>> for number, shard in enumerate(shards):
    ...     shard.update(range(20_000 * number, 20_000 * (number + 1)))
    >>> union(*shards).interval(0.95)
    (317733, 320000)
    >>> merged = CVMSketch()
    >>> merged.merge(*shards)
    >>> merged.interval(0.95)
    (315878, 320000)
    """
    cdef sketch_operands operands
    for sketch in sketches:
        if isinstance(sketch, TruncatedSketch):
            require_sketches(sketches, (CVMSketch, TruncatedSketch), "union")
            return union_with_truncated(sketches, sketch)
    add_operands(&operands, sketches, "union")
    return count_of(operands.in_any())


def intersection(*sketches):
    """The number of elements that all of the sketches have seen, as a `SampledCount`.

    Of two it is `a & b`.

    Parameters
    ----------
    *sketches : CVMSketch
        At least one, with hashed coins and the same `seed` and `dropna`; their capacities may
        differ.

    Raises
    ------
    TypeError, ValueError
        If there is none, one is no sketch, or one differs in what must be the same.

    Notes
    -----
    *Thread safety*: safe; each sketch is read as a whole, one after the other. *Cost*: some hundred
    microseconds for each sketch of the default capacity. *Source*: the elements with coins below
    all thresholds are a sample of the union.

    Examples
    --------
    >>> from cvmcount import CVMSketch, intersection
    >>> days = [CVMSketch() for _ in range(3)]
    >>> for number, day in enumerate(days):
    ...     day.update(range(1000 * number, 1000 * number + 3000))
    >>> intersection(*days).count()
    1000
    """
    cdef sketch_operands operands
    add_operands(&operands, sketches, "intersection")
    return count_of(operands.in_all())
