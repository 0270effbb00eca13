"""These are the contestants of this package: every table takes them all."""

import math

from cvmcount import CVMSketch, count_approx
from lib.contestant import Contestant
from lib.machine import vector_levels


def contestant(name, error, **options):
    return Contestant(name, lambda items: count_approx(items, **options), "ours", error)


# Relative standard errors: without end, and after many passes over the same elements.
HASHED_ERROR = 0.71 / math.sqrt(CVMSketch().capacity)
FRESH_ERROR = 1.12 / math.sqrt(CVMSketch(coins="fresh").capacity)
UNION_ERROR = 1 / math.sqrt(CVMSketch().capacity - 2)


def at_level(level, used):
    """Count by the vector code of this level instead of the one that is used."""
    from cvmcount._readers.readers import force_level

    def count(items):
        force_level(level)
        try:
            return count_approx(items)
        finally:
            force_level(used)

    return Contestant(f"cvmcount, {level}", count, "ours", HASHED_ERROR)


def other_levels():
    used, *others = vector_levels()
    return [at_level(level, used) for level in others]


OURS = [
    contestant("cvmcount", HASHED_ERROR),
    contestant("cvmcount, workers=2", HASHED_ERROR, workers=2),
    contestant('cvmcount, coins="fresh"', FRESH_ERROR, coins="fresh"),
]
