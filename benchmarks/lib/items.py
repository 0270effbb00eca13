"""Makes the items that are counted, the same every time."""

import random
from functools import lru_cache

FEW_DISTINCT = 100_000


@lru_cache(maxsize=1)
def article_words(length=10_000_000):
    """Return 100,000 different strings, each a hundred times, shuffled, or the first of them."""
    words = [str(i) for i in range(FEW_DISTINCT)] * 100
    random.Random(0).shuffle(words)
    return words[:length]


@lru_cache(maxsize=1)
def shuffled_list(length, distinct):
    order = [i % distinct for i in range(length)]
    random.Random(0).shuffle(order)
    return order


@lru_cache(maxsize=1)
def shuffled_array(length, distinct):
    import numpy

    order = numpy.arange(length) % distinct
    numpy.random.default_rng(0).shuffle(order)
    return order
