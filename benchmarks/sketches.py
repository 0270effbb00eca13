"""Times merging, saving, loading and intersecting beside DataSketches' theta and HLL sketches.

It takes half a minute. All have much the same error: ours with default arguments, the others with
2**12 hashes or registers. --write puts the table of bytes and errors into docs/merging.md, too. It
exits with 1 if a result of ours is off by more than five standard errors.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
from lib import markdown, output
from lib.options import make_parser
from lib.ours import UNION_ERROR
from lib.rivals import fed
from lib.theory import STANDARD_ERRORS, rms
from lib.turns import Turns, in_turns

LOG2_SIZE = 12
DATA_SETS = 40
FEWER = 20  # a twentieth of the rounds for what takes long
SENTENCE = (
    f"All have much the same error: ours with default arguments, the others with 2**{LOG2_SIZE} "
    "hashes or registers; they took turns in one process."
)
LEGEND = {
    "operation": "its median time over the rounds",
    "exact ones": "sketches of 1,000 elements each, half of them also in the next one",
    "full ones": "sketches of 10,000 elements each, half of them also in the next one",
    "one by one": "a new sketch is made of each two",
    "error": f"root mean square over {DATA_SETS} data sets; HLL intersects by inclusion and "
    "exclusion",
}


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
        UNION_ERROR,
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
    """Turns by operation and kind."""
    operations = {}
    for kind in KINDS:
        for name, run, check in operations_of(kind, complaints):
            check(run(), name)
            operations.setdefault(name, []).append((kind.name, Turns(), run))
    for name, contestants in operations.items():
        fewer = math.ceil(rounds / FEWER) if "1,000" in name else rounds
        for _, (_, turns, run) in in_turns(contestants, fewer):
            turns.take(run)
    return {
        name: {kind: turns for kind, turns, _ in contestants}
        for name, contestants in operations.items()
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
    return [rms(unions), rms(halves), rms(hundredths)]


def table_of_times(rounds, complaints):
    names = [kind.name for kind in KINDS]
    rows = (
        [operation, *(f"{row[name].seconds * 1e6:,.0f}" if name in row else "" for name in names)]
        for operation, row in time_operations(rounds, complaints).items()
    )
    return markdown.table(["operation", *names], rows)


def table_of_errors(complaints):
    names = ["sketch", "bytes, 100,000 distinct", "error of a union of 16"]
    names += ["of an intersection, half in common", "one in a hundred in common"]
    rows = []
    for kind in KINDS:
        size = len(kind.save(kind.make(range(100_000))))
        rows.append([kind.name, f"{size:,}", *map("{:.1%}".format, errors_of(kind, complaints))])
    return markdown.table(names, rows)


def main():
    written = "benchmarks/results/sketches.md and a table of docs/merging.md"
    arguments = make_parser(__doc__, rounds=200, write=written).parse_args()
    complaints = Complaints()
    times = table_of_times(arguments.rounds, complaints)
    errors = table_of_errors(complaints)
    sections = [
        markdown.section("Microseconds", times),
        markdown.section("Bytes and errors", errors),
    ]
    print(*sections, sep="\n\n")
    if arguments.write:
        output.write_results(
            "sketches",
            sections,
            facts={"rounds": str(arguments.rounds)},
            others=["datasketches"],
            sentence=SENTENCE,
            legend=LEGEND,
        )
        output.replace_block("docs/merging.md", "sketches", errors)
    sys.exit(1 if complaints.number else 0)


if __name__ == "__main__":
    main()
