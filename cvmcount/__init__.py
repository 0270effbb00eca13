"""Approximate counting of distinct elements, in one pass and fixed memory.

`count_approx(items)` counts the distinct items of a list, an array, a column or any iterable.

`CVMSketch` is a sketch: a summary of fixed size of all items that it was given. It takes items for
as long as there are any, tells how many of them are distinct and how sure that is, and can be
merged with others, compared and saved.

`CVMGroups` has such a count for each of many keys. `union` and `intersection` count what several
sketches have seen together, or in common; `TruncatedSketch` is a sketch in half the bytes.
"""

try:
    from ._count import count_approx
    from ._results import SampledCount, SampledShare
    from ._sketch import CVMSketch, TruncatedSketch, intersection, union
    from ._version import __version__
except ModuleNotFoundError as _error:
    if not (_error.name or "").startswith("cvmcount."):
        raise
    raise ImportError(
        f"there is no {_error.name} beside {__file__}: if this is the source tree, start Python in "
        "another folder or as python -P, so that it finds the installed package"
    ) from _error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._group_counts import GroupCounts
    from ._groups import CVMGroups

__all__ = [
    "CVMGroups",
    "CVMSketch",
    "GroupCounts",
    "SampledCount",
    "SampledShare",
    "TruncatedSketch",
    "__version__",
    "count_approx",
    "intersection",
    "union",
]

# What few programs need is imported where it is asked for.
_MODULES = {"CVMGroups": "_groups", "GroupCounts": "_group_counts"}


def __getattr__(name):
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'cvmcount' has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"cvmcount.{module}"), name)
    return found


def __dir__():
    return sorted({*globals(), *_MODULES})
