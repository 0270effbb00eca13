"""What a sample answers: estimates with their intervals, and the sums that they rest on."""

import math
from typing import NamedTuple

from cvmcount._results import _normal_quantile, _threshold_bounds


class SampleEstimate:
    """A number that is estimated from a sample: `estimate()` and `interval(confidence=0.95)`.

    `is_exact` is True where the sample has all elements, and `num_retained` is the number of its
    elements that the estimate rests on. `may_be_narrow` is True for a sum over numbers of which few
    large ones may have been missed: its interval then contains the sum less often than it says. It
    does not change, and can be pickled.
    """

    def __init__(self, estimate, bounds, *, is_exact, num_retained, may_be_narrow=False):
        self._estimate = estimate
        self._bounds = bounds
        self.is_exact = is_exact
        self.num_retained = num_retained
        self.may_be_narrow = may_be_narrow

    def estimate(self):
        """The estimate, an int or a float; the number itself where `is_exact`."""
        return self._estimate

    def interval(self, confidence=0.95):
        """An approximate confidence interval (low, high), of two numbers.

        Parameters
        ----------
        confidence : float
            The probability that such an interval contains the number, strictly between 0 and 1.

        Raises
        ------
        TypeError, ValueError
            If `confidence` is not a number between 0 and 1.

        Notes
        -----
        Both ends coincide while `is_exact`. *Cost*: microseconds. *Source*: docs/sample.md.
        """
        return self._bounds(_normal_quantile(confidence))

    def __float__(self):
        return float(self._estimate)

    def __format__(self, form):
        return format(self._estimate, form) if form else repr(self)

    def __repr__(self):
        if self.is_exact:
            return f"<SampleEstimate: {shown(self._estimate)}, exact>"
        low, high = self.interval()
        note = ", may be too narrow" if self.may_be_narrow else ""
        return (
            f"<SampleEstimate: about {shown(self._estimate)} "
            f"(95%: {shown(low)} ... {shown(high)}{note}) by {self.num_retained:,} elements>"
        )

    def _repr_html_(self):
        from cvmcount._html import estimate_html

        notes = [("interval", "may be too narrow: few elements make most of it")]
        return estimate_html(self, self._estimate, shown, notes=notes if self.may_be_narrow else ())


def shown(value):
    if isinstance(value, float) and math.isfinite(value) and abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


# The ends of intervals are functions of z, the quantile of the normal distribution.


def bounds_of_known(value, z):
    return value, value


def normal_bounds(estimate, deviation, z):
    return estimate - z * deviation, estimate + z * deviation


def whole(low, high, at_least, at_most):
    """The ends of an interval as integers, no narrower and never outside of what is certain."""
    low = max(math.floor(low * (1 + 1e-9)), at_least)
    return low, max(min(math.ceil(high * (1 - 1e-9)), at_most), low)


def bounds_of_all(estimate, relative, at_least, at_most, z):
    """Of the number of elements, with a relative standard deviation: log-normal."""
    factor = math.exp(z * relative)
    return whole(estimate / factor, estimate * factor, at_least, at_most)


def bounds_of_count(c, theta, estimate, narrower, at_most, z):
    """Of c elements in the sample: as these alone tell, made narrower by what is known of all."""
    low, high = _threshold_bounds(c, theta, z)
    if c > 0 and estimate > 0:
        plain = c / theta
        low = estimate * (low / plain) ** narrower if low > 0 else 0.0
        high = estimate * (high / plain) ** narrower
    return whole(low, high, c, at_most)


def bounds_of_quantile(ascending, q, rate, z):
    m = len(ascending)
    width = z * math.sqrt(m * q * (1 - q) * (1 - rate))
    first, last = math.floor(m * q - width), math.ceil(m * q + width) + 1
    low = ascending[first - 1] if first >= 1 else -math.inf
    return low, ascending[last - 1] if last <= m else math.inf


class Sum(NamedTuple):
    """A sum over some elements: its estimate and standard deviation, and how far to trust them."""

    estimate: float
    deviation: float
    is_positive: bool
    may_be_narrow: bool
    total: float | None = None  # of which these are what the others leave

    def left_of(self, total):
        return self._replace(total=total)

    def bounds(self, z):
        low, high = normal_bounds(self.estimate, self.deviation, z)
        if self.is_positive:
            factor = math.exp(z * self.deviation / self.estimate)
            low, high = self.estimate / factor, self.estimate * factor
        return (low, high) if self.total is None else (self.total - high, self.total - low)

    def as_estimate(self, c):
        return SampleEstimate(
            self.estimate if self.total is None else self.total - self.estimate,
            self.bounds,
            is_exact=False,
            num_retained=c,
            may_be_narrow=self.may_be_narrow,
        )


# The correction for which the variance is right in every order of the elements: the mean of the
# smaller of two numbers, which for a predicate is the square of its share.
def weight_of(numbers):
    m = len(numbers)
    if m < 2:
        return 0.0
    ascending = sorted(numbers)
    pairs = m * (m - 1)
    smaller = math.fsum(g * 2 * (m - 1 - i) for i, g in enumerate(ascending)) / pairs
    if smaller >= 0:
        return smaller
    return min(math.fsum(g * 2 * i for i, g in enumerate(ascending)) / pairs, 0.0)


def skewness_of(numbers):
    n = len(numbers)
    if n == 0:
        return 0.0
    mean = math.fsum(numbers) / n
    variance = math.fsum((g - mean) ** 2 for g in numbers) / n
    if variance <= 0:
        return 0.0
    return math.fsum((g - mean) ** 3 for g in numbers) / n / variance**1.5
