"""Nanoseconds for an item of each kind, counted in a list, beside len(set(x)).

    python benchmarks/kinds.py [ITEMS]

Each list holds ITEMS objects (default 200,000), no two the same object, a tenth of them distinct.
The two are timed in turn, five times, medians reported; the counts are checked first.
"""

import datetime as dt
import random
import statistics
import sys
import time
import uuid
from decimal import Decimal
from fractions import Fraction

import numpy as np

from cvmcount import CVMSketch

DAY = dt.datetime(2024, 1, 1)
KINDS = {
    "str, 6 letters": lambda i: f"{i:06}",
    "str, 6 letters, not ASCII": lambda i: f"é{i:05}",
    "str, 50 letters": lambda i: f"{i:050}",
    "bytes, 6": lambda i: b"%06d" % i,
    "int": lambda i: i * 1000,
    "int beyond 64 bits": lambda i: i + 2**80,
    "float": lambda i: i + 0.5,
    "bool": lambda i: i % 2 == 0,
    "tuple of two short str": lambda i: (f"{i:06}", "ab"),
    "tuple of tuples": lambda i: ((i, "x"), (i + 0.5, "y")),
    "frozenset of two str": lambda i: frozenset((f"{i:06}", "ab")),
    "datetime": lambda i: DAY + dt.timedelta(seconds=i),
    "datetime, aware": lambda i: DAY.replace(tzinfo=dt.UTC) + dt.timedelta(seconds=i),
    "date": lambda i: dt.date.fromordinal(i + 1),
    "timedelta": lambda i: dt.timedelta(seconds=i),
    "complex": lambda i: complex(i, 1),
    "Decimal": lambda i: Decimal(i) / 100,
    "Fraction": lambda i: Fraction(i, 7),
    "UUID": lambda i: uuid.UUID(int=i << 64),
    "numpy.int64": np.int64,
    "numpy.float64": lambda i: np.float64(i + 0.5),
    "numpy.float32": lambda i: np.float32(i + 0.5),
    "numpy.datetime64": lambda i: np.datetime64(i, "s"),
    "range (own hash)": range,
}


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def count(items):
    sketch = CVMSketch(capacity=1_000_000)
    sketch.update(items)
    return sketch.estimate()


def main():
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    order = [i % (length // 10) for i in range(length)]
    random.Random(0).shuffle(order)
    print(f"{'ns an item':30} {'cvmcount':>9} {'set':>9} {'ratio':>7}")
    for name, make in KINDS.items():
        items = [make(i) for i in order]
        assert count(items) == len(set(items)), name
        ours, theirs = [], []
        for _ in range(5):
            ours.append(timed(lambda items=items: CVMSketch().update(items)))
            theirs.append(timed(lambda items=items: len(set(items))))
        a, b = (statistics.median(times) / length * 1e9 for times in (ours, theirs))
        print(f"{name:30} {a:9.1f} {b:9.1f} {b / a:7.2f}")


if __name__ == "__main__":
    main()
