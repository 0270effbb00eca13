"""Merging, saving, loading and intersecting, beside DataSketches' theta and HLL sketches.

    python benchmarks/sketches.py [--rounds N] [--write]

Half a minute. All have much the same error: ours with default arguments, the others with 2**12
hashes or registers. They take turns, another one first in every round; medians are reported.
--write puts the tables into benchmarks/results/sketches.md, and that of bytes and errors into
docs/merging.md. Exits with 1 if a result of ours is off by more than five standard errors.
"""

import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import report
from datasketches import (
    compact_theta_sketch,
    hll_sketch,
    hll_union,
    theta_a_not_b,
    theta_intersection,
    theta_jaccard_similarity,
    theta_union,
    update_theta_sketch,
)

from cvmcount import CVMSketch

RESULTS = report.BENCHMARKS / "results" / "sketches.md"
PAGE = report.BENCHMARKS.parent / "docs" / "merging.md"
LOG2_SIZE = 12
DATA_SETS = 40
STANDARD_ERRORS = 5


@dataclass(frozen=True)
class Kind:
    """One kind of sketch by functions; None where it has no such operation."""

    name: str
    error: float  # relative standard error of a union
    make: Callable[[Any], Any]  # from items
    union: Callable[[list], Any]
    pairwise: Callable[[list], Any]
    save: Callable[[Any], bytes]
    load: Callable[[bytes], Any]
    estimate: Callable[[Any], float]
    intersect: Callable[[Any, Any], float]
    subtract: Callable[[Any, Any], float] | None
    jaccard: Callable[[Any, Any], float] | None


def fed(sketch, items):
    add = sketch.update
    for item in items:
        add(item)
    return sketch


def our_sketch(items):
    sketch = CVMSketch()
    sketch.update(items)
    return sketch


def our_union(sketches):
    union = CVMSketch()
    union.merge(*sketches)
    return union


def our_pairwise(sketches):
    union = sketches[0].copy()
    for sketch in sketches[1:]:
        union |= sketch
    return union


def theta_of_all(sketches):
    union = theta_union(LOG2_SIZE)
    for sketch in sketches:
        union.update(sketch)
    return union.get_result()


def theta_pairwise(sketches):
    result = sketches[0]
    for sketch in sketches[1:]:
        result = theta_of_all([result, sketch])
    return result


def theta_of_both(a, b):
    intersection = theta_intersection()
    intersection.update(a)
    intersection.update(b)
    return intersection.get_result().get_estimate()


def hll_of_all(sketches):
    union = hll_union(LOG2_SIZE)
    for sketch in sketches:
        union.update(sketch)
    return union.get_result()


def hll_pairwise(sketches):
    result = sketches[0]
    for sketch in sketches[1:]:
        result = hll_of_all([result, sketch])
    return result


def hll_of_both(a, b):
    """By inclusion and exclusion: it has no other way."""
    return a.get_estimate() + b.get_estimate() - hll_of_all([a, b]).get_estimate()


KINDS = [
    Kind(
        "cvmcount",
        1 / math.sqrt(CVMSketch().capacity - 2),
        our_sketch,
        our_union,
        our_pairwise,
        CVMSketch.to_bytes,
        CVMSketch.from_bytes,
        CVMSketch.estimate,
        lambda a, b: (a & b).estimate(),
        lambda a, b: (a - b).estimate(),
        lambda a, b: a.jaccard(b).estimate(),
    ),
    Kind(
        "DataSketches theta",
        1 / math.sqrt(2**LOG2_SIZE),
        lambda items: fed(update_theta_sketch(LOG2_SIZE), items).compact(),
        theta_of_all,
        theta_pairwise,
        lambda sketch: sketch.serialize(),
        compact_theta_sketch.deserialize,
        lambda sketch: sketch.get_estimate(),
        theta_of_both,
        lambda a, b: theta_a_not_b().compute(a, b).get_estimate(),
        lambda a, b: theta_jaccard_similarity.jaccard(a, b)[1],
    ),
    Kind(
        "DataSketches HLL",
        1.04 / math.sqrt(2**LOG2_SIZE),
        lambda items: fed(hll_sketch(LOG2_SIZE), items),
        hll_of_all,
        hll_pairwise,
        lambda sketch: sketch.serialize_compact(),
        hll_sketch.deserialize,
        lambda sketch: sketch.get_estimate(),
        hll_of_both,
        None,
        None,
    ),
]


class Complaints:
    """Results of ours that are further off than their error explains."""

    def __init__(self):
        self.number = 0

    def check(self, kind, operation, estimate, truth, deviation):
        if kind.name == "cvmcount" and abs(estimate - truth) > STANDARD_ERRORS * deviation:
            self.number += 1
            print(f"{operation}: {estimate:.0f} instead of {truth}, beyond five standard errors")


def operations_of(kind, complaints):
    """Name, function, and what checks its result."""
    a = kind.make(range(100_000))
    b = kind.make(range(50_000, 150_000))
    saved = kind.save(a)
    # 1,000 parts, each shares half of its elements with the next.
    many = [kind.make(range(500 * i, 500 * i + 1000)) for i in range(1000)]
    large = [kind.make(range(5000 * i, 5000 * i + 10_000)) for i in range(1000)]

    def counts(truth):
        def check(result, operation):
            estimate = kind.estimate(result)
            complaints.check(kind, operation, estimate, truth, kind.error * truth)

        return check

    def numbers(truth, deviation):
        return lambda result, operation: complaints.check(kind, operation, result, truth, deviation)

    rate = CVMSketch().capacity / 150_000
    yield "merge two", lambda: kind.union([a, b]), counts(150_000)
    yield "save", lambda: kind.save(a), lambda result, _: kind.load(result)
    yield "load", lambda: kind.load(saved), counts(100_000)
    yield "intersect", lambda: kind.intersect(a, b), numbers(50_000, math.sqrt(50_000 / rate))
    if kind.subtract:
        yield "subtract", lambda: kind.subtract(a, b), numbers(50_000, math.sqrt(50_000 / rate))
    if kind.jaccard:
        yield "Jaccard", lambda: kind.jaccard(a, b), numbers(1 / 3, 0.5 / math.sqrt(150_000 * rate))
    for name, sketches, truth in (
        ("1,000 exact ones", many, 500_500),
        ("1,000 full ones", large, 5_005_000),
    ):
        yield f"union of {name}", lambda some=sketches: kind.union(some), counts(truth)
        yield f"{name}, one by one", lambda some=sketches: kind.pairwise(some), counts(truth)


def time_operations(rounds, complaints):
    """Median microseconds by operation and kind."""
    operations = {}
    for kind in KINDS:
        for name, run, check in operations_of(kind, complaints):
            check(run(), name)
            operations.setdefault(name, {})[kind.name] = run
    times = {name: {kind: [] for kind in runs} for name, runs in operations.items()}
    for number in range(rounds):
        for name, runs in operations.items():
            if "1,000" in name and number % 20 > 0:
                continue
            order = list(runs.items())
            first = number % len(order)
            for kind, run in order[first:] + order[:first]:
                start = time.perf_counter()
                run()
                times[name][kind].append(time.perf_counter() - start)
    return {
        name: {kind: statistics.median(some) * 1e6 for kind, some in kinds.items()}
        for name, kinds in times.items()
    }


def errors_of(kind, complaints):
    """Root mean squares of relative errors: of a union of 16 parts, and of intersections."""
    unions, halves, hundredths = [], [], []
    for number in range(DATA_SETS):
        start = number * 10**9
        parts = [range(start + 5000 * i, start + 5000 * i + 10_000) for i in range(16)]
        unions.append(kind.estimate(kind.union([kind.make(part) for part in parts])) / 85_000 - 1)
        a = kind.make(range(start, start + 100_000))
        half = kind.make(range(start + 50_000, start + 150_000))
        hundredth = kind.make(range(start + 99_000, start + 199_000))
        halves.append(kind.intersect(a, half) / 50_000 - 1)
        hundredths.append(kind.intersect(a, hundredth) / 1_000 - 1)
    mean = sum(unions) / DATA_SETS
    complaints.check(kind, "mean of unions", mean, 0, kind.error / math.sqrt(DATA_SETS))
    return [
        math.sqrt(sum(e**2 for e in errors) / DATA_SETS) for errors in (unions, halves, hundredths)
    ]


def head():
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    return f"""# Sketches

Made by `python benchmarks/sketches.py --write` at commit {commit}, on {report.processor()},
{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, by cvmcount
{version("cvmcount")} and datasketches {version("datasketches")}.

All have much the same error: ours with default arguments, the others with 2**{LOG2_SIZE} hashes
or registers. They took turns in one process; medians. "Exact ones" are sketches of 1,000 elements
each, "full ones" of 10,000, half of them also in the next one. "One by one" makes a new sketch of
each two. HLL intersects by inclusion and exclusion.
"""


def write_page(table):
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split("<!-- sketches: benchmarks/sketches.py -->\n")
    after = rest.split("<!-- end of sketches -->")[1]
    marked = ["<!-- sketches: benchmarks/sketches.py -->", *table, "<!-- end of sketches -->"]
    PAGE.write_text(before + "\n".join(marked) + after, encoding="utf-8")


def table_of_times(rounds, complaints):
    names = [kind.name for kind in KINDS]
    yield report.line(["operation", *names])
    yield "|" + "---|" * (1 + len(names))
    for operation, row in time_operations(rounds, complaints).items():
        cells = [f"{row[name]:,.0f}" if name in row else "" for name in names]
        yield report.line([operation, *cells])


def table_of_errors(complaints):
    heads = ["sketch", "bytes, 100,000 distinct", "error of a union of 16"]
    heads += ["of an intersection, half in common", "one in a hundred in common"]
    yield report.line(heads)
    yield "|" + "---|" * len(heads)
    for kind in KINDS:
        size = len(kind.save(kind.make(range(100_000))))
        errors = [f"{error:.1%}" for error in errors_of(kind, complaints)]
        yield report.line([kind.name, f"{size:,}", *errors])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    complaints = Complaints()
    times = list(table_of_times(arguments.rounds, complaints))
    errors = list(table_of_errors(complaints))
    lines = ["\n## Microseconds\n", *times, "\n## Bytes and errors\n"]
    lines += [f"Errors are root mean squares over {DATA_SETS} data sets.\n", *errors]
    print("\n".join(lines))
    if arguments.write:
        RESULTS.write_text(head() + "\n".join(lines) + "\n", encoding="utf-8")
        write_page(errors)
    sys.exit(1 if complaints.number else 0)


if __name__ == "__main__":
    main()
