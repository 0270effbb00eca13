"""Measures bias, error, failures and coverage of both kinds of coins and of unions.

It takes about six minutes on two cores. It exits with 1 if something is off: a bias of more than
4.5 standard errors, or a coverage that is more than a point and 4.5 standard errors too low.
"""

import math
import multiprocessing
import random
import sys

from cvmcount import CVMSketch
from lib import markdown, output
from lib.options import make_parser
from lib.theory import hashed_error, merged_error, rms

LEVELS = (0.68, 0.90, 0.95, 0.99)
DELTA = 0.05
COLUMNS = ["coins", "k", "stream", "n", "seeds", "bias", "RSE·√k", "theory", "failures"]
COLUMNS += [f"{level:.0%}" for level in LEVELS] + ["off"]
SENTENCE = "Each row counts one fixed stream under so many seeds."
LEGEND = {
    "coins": "merged: each part by a sketch with hashed coins, then their union",
    "once": "a stream without repeats",
    "passes": "three passes over all elements",
    "shuffled": "every element once and twice as many items at random, uniformly",
    "zipf": "the same, in proportion to 1/rank",
    "N parts": "three passes over each part; neighbours have half of their elements in common",
    "bias": "mean relative error ± its standard error",
    "theory": "RSE·√k by theory, for hashed coins and unions",
    "failures": f"share of estimates further off than the sketch's epsilon at delta = {DELTA:.0%}",
    "68% to 99%": "coverage of intervals at this confidence; more next to the capacity, where "
    "integers are rounded outward, and for `once`, where no interval reaches beyond the items seen",
    "off": "what is off, if anything",
}


def once(n):
    return [list(range(n))]


def passes(n):
    return once(n) * 3


def shuffled(n):
    """Every element once, and twice as many drawn at random, in random order."""
    source = random.Random(n)
    items = list(range(n)) + source.choices(range(n), k=2 * n)
    source.shuffle(items)
    return [items]


def zipf(n):
    """Every element once, and twice as many where rank r comes in proportion to 1/r."""
    source = random.Random(n)
    items = list(range(n)) + [int(n ** source.random()) % n for _ in range(2 * n)]
    source.shuffle(items)
    return [items]


def parts(number, n):
    """So many parts, three passes over each; neighbours share half of their elements."""
    size = -(-n // number)
    return [[*range(start, min(start + 2 * size, n))] * 3 for start in range(0, n, size)]


def trials_for(n, quick):
    trials = 2000 if n <= 20_000 else 1000 if n <= 100_000 else 300 if n <= 1_000_000 else 100
    return trials // 10 if quick else trials


THEORY = {"hashed": hashed_error, "merged": merged_error}


def count(coins, k, seed, pieces):
    """Pieces one after the other; "merged": each by a sketch of its own, then their union."""
    if coins == "merged":
        sketches = [count("hashed", k, seed, [items]) for items in pieces]
        sketches[0].merge(*sketches[1:])
        return sketches[0]
    sketch = CVMSketch(capacity=k, delta=DELTA, coins=coins, seed=seed)
    for items in pieces:
        sketch.update(items)
    return sketch


def measure(cell):
    coins, k, stream, n, trials = cell
    pieces = parts(stream, n) if coins == "merged" else stream(n)
    errors, failures, covered = [], 0, [0] * len(LEVELS)
    for seed in range(trials):
        sketch = count(coins, k, seed, pieces)
        error = sketch.estimate() / n - 1
        errors.append(error)
        if seed == 0:
            epsilon = sketch.epsilon
        failures += abs(error) > epsilon
        for i, level in enumerate(LEVELS):
            low, high = sketch.interval(level)
            covered[i] += low <= n <= high
    bias = sum(errors) / trials
    return bias, rms(errors), failures / trials, [count / trials for count in covered]


def cells(quick):
    for k in (1024, 4364):
        for coins in ("hashed", "fresh"):
            for n in (k + 1, 3 * k // 2, 3 * k, 100_000, 1_000_000, 10_000_000):
                if quick and n > 100_000:
                    continue
                for stream in (once, passes, shuffled, zipf):
                    if n <= 1_000_000 or stream in (once, passes):
                        yield coins, k, stream, n, trials_for(n, quick)
        for n in (k + 1, 3 * k // 2, 100_000):
            for number in (2, 16, 64):
                yield "merged", k, number, n, trials_for(n, quick)


def standard_error(cell, result):
    """Return that of the bias; from theory where that is larger.

    Next to the capacity one seed in k decides, and may not be among those tried.
    """
    coins, k, _, n, trials = cell
    theory = THEORY[coins](k, n) / math.sqrt(k) if coins in THEORY else 0.0
    return max(result[1], theory) / math.sqrt(trials)


def complaints(cell, result):
    _, k, _, n, trials = cell
    bias, _, failures, covered = result
    if abs(bias) > 4.5 * standard_error(cell, result):
        yield "bias"
    if failures > DELTA + 4.5 * math.sqrt(DELTA * (1 - DELTA) / trials):
        yield "failures"
    for level, share in zip(LEVELS, covered, strict=True):
        noise = math.sqrt(level * (1 - level) / trials)
        if n >= 1.5 * k - 1 and share < level - 0.01 - 4.5 * noise:
            yield f"coverage at {level:.0%}"


def row(cell, result):
    coins, k, stream, n, trials = cell
    bias, error, failures, covered = result
    expected = f"{THEORY[coins](k, n):.2f}" if coins in THEORY else ""
    return [
        coins,
        f"{k:,}",
        f"{stream} parts" if coins == "merged" else stream.__name__,
        f"{n:,}",
        f"{trials:,}",
        f"{bias:+.4%} ± {standard_error(cell, result):.4%}",
        f"{error * math.sqrt(k):.2f}",
        expected,
        f"{failures:.1%}",
        *(f"{share:.1%}" for share in covered),
        ", ".join(complaints(cell, result)),
    ]


def main():
    parser = make_parser(__doc__, write="benchmarks/results/accuracy.md")
    parser.add_argument("--quick", action="store_true", help="half a minute, with larger errors")
    arguments = parser.parse_args()

    work = list(cells(arguments.quick))
    rows, off = [], False
    print(markdown.head(COLUMNS))
    with multiprocessing.get_context("spawn").Pool() as pool:
        for cell, result in zip(work, pool.imap(measure, work), strict=True):
            rows.append(row(cell, result))
            print(markdown.line(rows[-1]), flush=True)
            off |= any(complaints(cell, result))
    if arguments.write:
        output.write_results(
            "accuracy",
            [markdown.table(COLUMNS, rows)],
            facts={},
            others=[],
            sentence=SENTENCE,
            legend=LEGEND,
        )
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
