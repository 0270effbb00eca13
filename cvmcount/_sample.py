"""A sketch's elements as a sample that can be asked.

The elements of a sketch with hashes below its threshold are a uniform sample of all distinct ones.
The formulas are those of Horvitz and Thompson (1952) for a sample at one rate, corrected by what a
sketch that was never merged knows of how its sample grew: the difference between its two estimates
of the number of elements has the mean 0, and goes with the error of any sum. docs/sample.md says
more.
"""

import datetime
import itertools
import math
from collections import Counter
from functools import partial
from typing import NamedTuple

from cvmcount._estimates import (
    SampleEstimate,
    Sum,
    bounds_of_all,
    bounds_of_count,
    bounds_of_known,
    bounds_of_quantile,
    normal_bounds,
    skewness_of,
    weight_of,
)
from cvmcount._results import _fraction, _normal_quantile, _threshold_bounds
from cvmcount._tables.interface import ArrowColumns

# What a column of rows is called, and what a sum or a quantile can be asked of.
_NUMBERS = ("item", "count", "sum", "min", "max")


class SampleRow(NamedTuple):
    """One element of a sample.

    `item` is its value. Of a sketch with keep="summaries", `count` is the exact number of its
    occurrences, and `sum`, `min` and `max` are those of the numbers that came with it, or None
    where none came. Otherwise all four are None.
    """

    item: object
    count: int | None  # type: ignore[assignment]
    sum: object
    min: object
    max: object


class Frequency(NamedTuple):
    """How many distinct elements came so many times: an estimate and its 95 % interval."""

    count: int  # type: ignore[assignment]
    estimate: float
    low: float
    high: float


class Sample(ArrowColumns):
    """A uniform sample of the distinct elements of a sketch: `CVMSketch.sample()`.

    It is a sequence of `SampleRow`, in random order, and does not change. `sampling_rate` is the
    probability of each distinct element to be in it; where `is_exact` it has all of them. Polars,
    pandas, pyarrow and DuckDB read it by the Arrow PyCapsule interface: `polars.DataFrame(sample)`.

    *Thread safety*: safe, since it does not change. *Cost*: each question looks at all rows, some
    100 nanoseconds each, and what a predicate takes itself.

    Examples
    --------
    >>> from cvmcount import CVMSketch
    >>> sketch = CVMSketch(keep="summaries")
    >>> sketch.update("to be or not to be".split())
    >>> len(sketch.sample()), sorted(row.item for row in sketch.sample())
    (4, ['be', 'not', 'or', 'to'])
    >>> sketch.sample().estimate_where(lambda row: row.count > 1).estimate()
    2
    """

    def __init__(self, rows, *, has_summaries, sampling_rate, is_exact, history, items_seen):
        self._rows = tuple(rows)
        self._history = history
        self._items_seen = items_seen
        self.has_summaries = has_summaries
        self.sampling_rate = sampling_rate
        self.is_exact = is_exact

    # ---- the rows --------------------------------------------------------------------------------

    def __len__(self):
        return len(self._rows)

    def __iter__(self):
        return iter(self._rows)

    def __getitem__(self, index):
        return self._rows[index]

    def items(self):
        """The values of the elements, as a list."""
        return [row.item for row in self._rows]

    def to_pylist(self):
        """The rows as a list of dicts; without summaries they have an item only."""
        if self.has_summaries:
            return [row._asdict() for row in self._rows]
        return [{"item": row.item} for row in self._rows]

    def to_pydict(self):
        """The columns as a dict of lists, as data frame libraries take them."""
        names = _NUMBERS if self.has_summaries else ("item",)
        return {name: [getattr(row, name) for row in self._rows] for name in names}

    def __repr__(self):
        what = "all" if self.is_exact else f"a share of {self.sampling_rate:.3g} of all"
        return f"<Sample: {len(self):,} elements, {what}>"

    def _first_rows(self):
        names = _NUMBERS if self.has_summaries else ("item",)
        return names, [[getattr(row, name) for name in names] for row in self._rows[:10]]

    def __str__(self):
        from cvmcount._tables.text import table_text

        return table_text(repr(self).strip("<>"), *self._first_rows(), len(self))

    def _repr_html_(self):
        from cvmcount._html import table_html

        return table_html(repr(self).strip("<>"), *self._first_rows(), len(self))

    # ---- the questions ---------------------------------------------------------------------------

    def estimate_where(self, predicate):
        """How many distinct elements satisfy a predicate, as a `SampleEstimate`.

        Parameters
        ----------
        predicate : callable or sequence of bool
            A function of one `SampleRow`, or as many truth values as there are rows.

        Raises
        ------
        TypeError, ValueError
            If it is neither, or of another length.

        Notes
        -----
        *Source*: docs/sample.md. Where none of the sample satisfies it, the estimate is 0 and the
        upper end of the interval says how many there may be.

        Examples
        --------
        >>> from cvmcount import CVMSketch
        >>> sketch = CVMSketch(keep="items")
        >>> sketch.update(range(1_000_000))
        >>> low, high = sketch.sample().estimate_where(lambda row: row.item % 4 == 0).interval()
        >>> low < 250_000 < high
        True
        """
        chosen = self._chosen(predicate)
        c, m = sum(chosen), len(self)
        if self.is_exact:
            return self._exactly(c, c)
        theta = self.sampling_rate
        if c == m and self._history is not None:
            return self._of_all()
        plain = c / theta
        variance = (1 - theta) / theta**2 * c
        beta = c * (c - 1) / (m * (m - 1)) if self._history is not None and m > 1 else 0.0
        difference, excess = self._difference()
        estimate = plain + beta * difference
        left = max(variance - beta**2 * excess, 0.0)
        narrower = math.sqrt(left / variance) if c > 0 else 0.0
        bounds = partial(bounds_of_count, c, theta, estimate, narrower, self._items_seen)
        return SampleEstimate(max(estimate, 0.0), bounds, is_exact=False, num_retained=c)

    def sum_where(self, what, predicate=None, *, total=None):
        """The sum of a number over the distinct elements, as a `SampleEstimate`.

        Parameters
        ----------
        what : {"item", "count", "sum", "min", "max"}, callable or sequence of numbers
            A column of the rows, a function of one row, or as many numbers as there are rows.
            Missing values (None) count as 0.
        predicate : callable or sequence of bool, optional
            Only the elements that satisfy it are added up, as for `estimate_where`.
        total : number, optional
            The sum over all elements, where it is known: of "sum", that of all values, such as
            `frame["paid"].sum()`. Of "count" it is `items_seen`, and need not be given.

        Raises
        ------
        TypeError, ValueError
            If an argument is none of these, or needs summaries that the sketch does not keep.

        Notes
        -----
        With a total, the sum is also what the other elements leave of it, and taken as that where
        it is more precise: what few heavy elements add up to is known by the many light ones.

        The interval contains the sum as often as it says where the number of elements is at least
        25 times the square of the skewness of their numbers; otherwise `may_be_narrow` is True. Of
        a heavy tail no sample tells what it has missed, but a total does.

        Examples
        --------
        >>> from cvmcount import CVMSketch
        >>> sketch = CVMSketch(keep="summaries")
        >>> sketch.update(["ann", "bob", "ann"], values=[10, 20, 30])
        >>> sketch.sum_where("sum", lambda row: row.count > 1).estimate()
        40
        """
        chosen = self._chosen(predicate) if predicate is not None else [True] * len(self)
        numbers = [0 if value is None else value for value in self._numbers(what)]
        total = self._total(what, total)
        c = sum(chosen)
        if self.is_exact:
            return self._exactly(sum(itertools.compress(numbers, chosen)), c)
        if predicate is None and total is not None:
            return self._exactly(total, c)
        of_these = self._sum([g if use else 0 for g, use in zip(numbers, chosen, strict=True)])
        if total is None:
            return of_these.as_estimate(c)
        of_others = self._sum([0 if use else g for g, use in zip(numbers, chosen, strict=True)])
        # Not where both are alike: chance would choose between them, and choose what is too small.
        if not of_others.may_be_narrow and 2 * of_others.deviation < of_these.deviation:
            return of_others.left_of(total).as_estimate(len(self) - c)
        return of_these.as_estimate(c)

    def mean(self, what, predicate=None):
        """The mean of a number per distinct element, as a `SampleEstimate`.

        The arguments are those of `sum_where`, but elements without a number are left out. Of fewer
        than 30 elements the interval is too narrow, and `may_be_narrow` True; without any the
        estimate is NaN.
        """
        chosen = self._chosen(predicate) if predicate is not None else [True] * len(self)
        numbers = [
            value
            for value, use in zip(self._numbers(what), chosen, strict=True)
            if use and value is not None
        ]
        n = len(numbers)
        mean = sum(numbers) / n if n else math.nan
        if self.is_exact:
            return self._exactly(mean, n)
        spread = math.fsum((g - mean) ** 2 for g in numbers) / (n - 1) if n > 1 else math.inf
        error = math.sqrt(spread * (1 - self.sampling_rate) / n) if n else math.inf
        return SampleEstimate(
            mean,
            partial(normal_bounds, mean, error),
            is_exact=False,
            num_retained=n,
            may_be_narrow=n < 30 or n < 25 * skewness_of(numbers) ** 2,
        )

    def quantile(self, q, what):
        """A quantile of a number over the distinct elements, as a `SampleEstimate`.

        Parameters
        ----------
        q : float
            Strictly between 0 and 1: 0.5 is the median.
        what
            As for `sum_where`. Elements without a number are left out.

        Raises
        ------
        TypeError, ValueError
            If an argument is wrong, or no element of the sample has a number.

        Notes
        -----
        The estimate is a number that an element has. An end of the interval that lies beyond the
        sample is infinite. *Source*: order statistics, with the correction of a sample without
        replacement.

        Examples
        --------
        >>> from cvmcount import CVMSketch
        >>> sketch = CVMSketch(keep="items")
        >>> sketch.update(range(1_000_001))
        >>> low, high = sketch.quantile(0.5, "item").interval()
        >>> low < 500_000 < high
        True
        """
        q = _fraction("q", q)
        numbers = sorted(value for value in self._numbers(what) if value is not None)
        m = len(numbers)
        if m == 0:
            raise ValueError("what must have a number for some element of the sample")
        estimate = numbers[min(math.floor(m * q), m - 1)]
        if self.is_exact:
            return self._exactly(estimate, m)

        bounds = partial(bounds_of_quantile, numbers, q, self.sampling_rate)
        return SampleEstimate(estimate, bounds, is_exact=False, num_retained=m)

    def frequencies(self):
        """How many distinct elements came once, twice, …: a list of `Frequency`, by rising count.

        The estimates add up to that of the sketch, for which each differs a little from what
        `estimate_where` says of it. Counts that no element of the sample has are left out.

        Raises
        ------
        ValueError
            If the sketch was not made with keep="summaries".

        Examples
        --------
        >>> from cvmcount import CVMSketch
        >>> sketch = CVMSketch(keep="summaries")
        >>> sketch.update("to be or not to be".split())
        >>> sketch.frequencies()[1]
        Frequency(count=2, estimate=2.0, low=2.0, high=2.0)
        """
        self._require_summaries("frequencies")
        counted = sorted(Counter(row.count for row in self._rows).items())
        if self.is_exact:
            return [Frequency(count, float(c), float(c), float(c)) for count, c in counted]
        theta, m = self.sampling_rate, len(self)
        all_elements = m / theta if self._history is None else self._history[0]
        scale = all_elements * theta / m
        z = _normal_quantile(0.95)
        rows = []
        for count, c in counted:
            low, high = _threshold_bounds(c, theta, z)
            rows.append(Frequency(count, all_elements * c / m, low * scale, high * scale))
        return rows

    # ---- what they have in common ----------------------------------------------------------------

    def _exactly(self, value, c):
        bounds = partial(bounds_of_known, value)
        return SampleEstimate(value, bounds, is_exact=True, num_retained=c)

    def _of_all(self):
        estimate, variance = self._history
        relative = math.sqrt(variance) / estimate
        bounds = partial(bounds_of_all, estimate, relative, len(self) + 1, self._items_seen)
        return SampleEstimate(estimate, bounds, is_exact=False, num_retained=len(self))

    # How far the sketch's own estimate lies from that of its sample, and how much less it varies.
    def _difference(self):
        if self._history is None:
            return 0.0, 0.0
        estimate, variance = self._history
        theta, m = self.sampling_rate, len(self)
        return estimate - m / theta, max(0.0, m * (1 - theta) / theta**2 - variance)

    def _sum(self, numbers):
        theta, m = self.sampling_rate, len(self)
        variance = (1 - theta) / theta**2 * math.fsum(g * g for g in numbers)
        beta = weight_of(numbers) if self._history is not None else 0.0
        difference, excess = self._difference()
        estimate = math.fsum(numbers) / theta + beta * difference
        return Sum(
            estimate,
            math.sqrt(max(variance - beta**2 * excess, 0.0)),
            is_positive=estimate > 0 and min(numbers, default=0) >= 0,
            may_be_narrow=m < 25 * skewness_of(numbers) ** 2,
        )

    def _total(self, what, total):
        if total is None:
            return self._items_seen if isinstance(what, str) and what == "count" else None
        number = _as_number(total)
        if number is None or isinstance(number, bool) or not math.isfinite(number):
            raise ValueError(f"total must be a finite number, not {total!r}")
        return number

    def _require_summaries(self, name):
        if not self.has_summaries:
            raise ValueError(f"{name} needs a sketch made with keep='summaries'")

    def _chosen(self, predicate):
        if callable(predicate):
            try:
                return [bool(predicate(row)) for row in self._rows]
            except TypeError as error:
                if not self.has_summaries:
                    error.add_note("count, sum, min and max of a row need keep='summaries'")
                raise
        return [bool(value) for value in self._as_long("predicate", predicate)]

    def _numbers(self, what):
        if isinstance(what, str):
            if what not in _NUMBERS:
                raise ValueError(f"what must be one of {', '.join(_NUMBERS)}, not {what!r}")
            if what != "item":
                self._require_summaries(f"what={what!r}")
            values = [getattr(row, what) for row in self._rows]
        elif callable(what):
            values = [what(row) for row in self._rows]
        else:
            values = list(self._as_long("what", what))
        if what != "item" and any(isinstance(value, bool) for value in values):
            raise TypeError("what must be numbers, not True and False: is it the predicate?")
        return [_as_number(value) for value in values]

    def _as_long(self, name, values):
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise TypeError(f"{name} must be a function of a row or a sequence, not {values!r}")
        if len(values) != len(self):
            raise ValueError(
                f"{name} must have a value for each of the {len(self):,} rows, not {len(values):,}"
            )
        return values.tolist() if hasattr(values, "tolist") else values


# Durations are added up in seconds.
def _as_number(value):
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"what must be a number for every row, not {value!r}") from None
