"""Approximate counting of distinct elements, in one pass and fixed memory."""

from ._results import SampledCount, SampledShare
from ._sketch import CVMSketch, count_approx, intersection, union
from ._version import __version__

__all__ = [
    "CVMSketch",
    "SampledCount",
    "SampledShare",
    "__version__",
    "count_approx",
    "intersection",
    "union",
]
