"""Bias, error, failures and coverage of both kinds of coins and of unions, over many seeds.

    python benchmarks/accuracy.py [--quick] [--write]

Takes about six minutes on two cores (--quick: half a minute with larger errors). --write puts the
table into benchmarks/results/accuracy.md. Exits with 1 if something is off: a bias of more than 4.5
standard errors, or a coverage that is more than a point and 4.5 standard errors too low.
"""

import argparse
import math
import multiprocessing
import random
import subprocess
import sys
from pathlib import Path

from cvmcount import CVMSketch

LEVELS = (0.68, 0.90, 0.95, 0.99)
DELTA = 0.05
RESULTS = Path(__file__).parent / "results" / "accuracy.md"


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


def hashed_error(k, n):
    """RSE * sqrt(k) of the martingale estimate (Cohen 2015)."""
    variance = ((n * (n - 1) - k * (k - 1)) / (2 * (k - 1)) - (n - k)) / n**2
    return math.sqrt(variance * k)


def merged_error(k, n):
    """RSE * sqrt(k) of (k-1)/U_k."""
    return math.sqrt((n - k + 1) / (n * (k - 2)) * k)


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
    rms = math.sqrt(sum(error**2 for error in errors) / trials)
    return bias, rms, failures / trials, [count / trials for count in covered]


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
    """Of the bias; from theory where that is larger.

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
    bias, rms, failures, covered = result
    expected = f"{THEORY[coins](k, n):.2f}" if coins in THEORY else ""
    values = [
        coins,
        f"{k:,}",
        f"{stream} parts" if coins == "merged" else stream.__name__,
        f"{n:,}",
        f"{trials:,}",
        f"{bias:+.4%} ± {standard_error(cell, result):.4%}",
        f"{rms * math.sqrt(k):.2f}",
        expected,
        f"{failures:.1%}",
        *(f"{share:.1%}" for share in covered),
        ", ".join(complaints(cell, result)),
    ]
    return "| " + " | ".join(values) + " |"


HEAD = f"""# Accuracy

Made by `python benchmarks/accuracy.py --write` at commit {{commit}}. Each row counts one
fixed stream under so many seeds. Streams: `once` without repeats; `passes` three passes; `shuffled`
and `zipf` every element once and twice as many items at random, uniformly or in proportion to
1/rank. Merged: so many sketches with hashed coins, each of a part of the elements in three passes;
neighbours have half of theirs in common.

Columns: bias ± its standard error; RSE·√k, and what theory says for hashed coins; share of
estimates further off than the capacity's `epsilon` at delta = {DELTA:.0%}; coverage of intervals at
four confidences; what is off, if anything. Without repeats no interval reaches beyond the items
seen, which are the truth there, so that `once` is covered more often than asked; next to the
capacity rounding outward to integers does the same.

"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()

    work = list(cells(arguments.quick))
    names = ["coins", "k", "stream", "n", "seeds", "bias", "RSE·√k", "theory", "failures"]
    names += [f"{level:.0%}" for level in LEVELS] + ["off"]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    print(*lines, sep="\n")
    off = 0
    with multiprocessing.get_context("spawn").Pool() as pool:
        for cell, result in zip(work, pool.imap(measure, work), strict=True):
            lines.append(row(cell, result))
            print(lines[-1], flush=True)
            off += bool(list(complaints(cell, result)))
    if arguments.write:
        git = ["git", "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(HEAD.format(commit=commit) + "\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
