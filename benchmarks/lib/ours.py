"""These are the contestants of this package: every table takes them all."""

import math

from cvmcount import CVMSketch, count_approx
from lib.contestant import Contestant


def contestant(name, error, **options):
    return Contestant(name, lambda items: count_approx(items, **options), "ours", error)


# Relative standard errors: without end, and after many passes over the same elements.
HASHED_ERROR = 0.71 / math.sqrt(CVMSketch().capacity)
FRESH_ERROR = 1.12 / math.sqrt(CVMSketch(coins="fresh").capacity)
UNION_ERROR = 1 / math.sqrt(CVMSketch().capacity - 2)


def at_level(level, choose):
    """Count by the vector code of this level instead of the best that the machine has."""

    def count(items):
        levels = choose(level)
        try:
            return count_approx(items)
        finally:
            choose(levels[0])

    return Contestant(f"cvmcount, {level}", count, "ours", HASHED_ERROR)


def other_levels():
    from cvmcount._readers.readers import force_level

    best, *others = force_level("plain")
    force_level(best)
    return [at_level(level, force_level) for level in others]


OURS = [
    contestant("cvmcount", HASHED_ERROR),
    contestant("cvmcount, workers=2", HASHED_ERROR, workers=2),
    contestant('cvmcount, coins="fresh"', FRESH_ERROR, coins="fresh"),
]
