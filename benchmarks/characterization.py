"""Measures the distribution of errors over many seeds, from one element to ten million.

Each trial counts the same elements under a seed of its own and is looked at on the way: 100,000
trials up to a hundred thousand elements, fewer beyond. It takes some twenty minutes on two cores;
what it has measured stays in build/characterization, so that it goes on where it was stopped. It
exits with 1 if something is off: a bias of more than 4.5 standard errors, or a coverage or a share
of failures that is 4.5 standard errors beyond what is promised.
"""

import itertools
import math
import multiprocessing
import os
import re
import sys
from dataclasses import dataclass

import matplotlib

matplotlib.use("svg")
from pydoc_data.topics import topics

import numpy as np
import pyarrow
from matplotlib import pyplot

from cvmcount import CVMSketch
from lib import machine, markdown, output
from lib.options import make_parser, positive

TRIALS = ((100_000, 10**5), (20_000, 10**6), (2_000, 10**7))  # so many go up to so many elements
BATCH = 500  # trials whose results make a file
POINTS = sorted({round(10 ** (quarter / 4)) for quarter in range(29)})
SHOWN = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
CONFIDENCE = 0.95
PARTS = 16
QUANTILES = (0.001, 0.023, 0.159, 0.5, 0.841, 0.977, 0.999)
PICTURE = machine.ROOT / "docs" / "characterization.svg"
OUR_COLOUR, TEXT_COLOUR = "#2a8f9e", "#7f7f7f"
COLUMNS = ["sketch", "n", "trials", "bias", "standard error"]
COLUMNS += [f"{quantile:.1%}" for quantile in QUANTILES] + ["coverage", "failures", "off"]
SENTENCE = "Each row counts the same n different elements under so many seeds, in one pass."
LEGEND = {
    "bias": "mean relative error ± its standard error",
    "standard error": "of an estimate, relative",
    "0.1% to 99.9%": "quantiles of the relative error",
    "coverage": f"of the intervals at {CONFIDENCE:.0%}: half of what may miss does not, because no "
    "interval reaches beyond the items seen, and here these are n",
    "failures": "estimates further off than the epsilon of the sketch; its delta is 0.1%",
    "off": "what is off, if anything",
}


@dataclass(frozen=True)
class Subject:
    """What is characterized: a sketch, and the elements that it counts."""

    name: str
    options: dict
    make: object  # the elements of all trials
    top: int = POINTS[-1]
    parts: int = 1

    def sketches(self, seed):
        return [CVMSketch(seed=seed, **self.options) for _ in range(self.parts)]


def integers(count):
    return np.arange(count)


def words(count):
    """English words, and then pairs of them."""
    text = " ".join(topics[name] for name in sorted(topics))
    singles = list(dict.fromkeys(re.findall(r"[A-Za-z]+", text)))
    pairs = (f"{one} {other}" for one in singles for other in singles)
    return pyarrow.array(itertools.islice(itertools.chain(singles, pairs), count))


SUBJECTS = [
    Subject("default", {}, integers),
    Subject("k = 1,024", {"capacity": 1024}, integers),
    Subject("default, English words", {}, words, top=10**6),
    Subject(f"default, merged from {PARTS}", {}, integers, parts=PARTS),
    Subject("fresh coins", {"coins": "fresh"}, integers),
    Subject("fresh coins, k = 1,024", {"coins": "fresh", "capacity": 1024}, integers),
]


def last_point(subject, trial):
    return min(subject.top, max(top for trials, top in TRIALS if trial < trials))


def results_of_trial(subject, items, trial):
    """Yield the relative error at each point, and whether the interval has the truth."""
    sketches = subject.sketches(trial)
    before = 0
    for n in POINTS:
        if n > last_point(subject, trial):
            return
        size = -(-(n - before) // subject.parts)
        for i, sketch in enumerate(sketches):
            sketch.update(items[min(before + i * size, n) : min(before + (i + 1) * size, n)])
        before = n
        whole = sketches[0]
        if subject.parts > 1:
            whole = whole.copy()
            whole.merge(*sketches[1:])
        low, high = whole.interval(CONFIDENCE)
        yield whole.estimate() / n - 1, low <= n <= high


def measure(work):
    """Measure a batch of trials, unless that has been done. Return its file."""
    subject, first, trials, path = work
    if path.exists():
        return path
    items = subject.make(last_point(subject, first))
    errors = np.full((trials, len(POINTS)), np.nan, np.float32)
    covered = np.zeros((trials, len(POINTS)), bool)
    for i in range(trials):
        for j, (error, has_truth) in enumerate(results_of_trial(subject, items, first + i)):
            errors[i, j], covered[i, j] = error, has_truth
    unfinished = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, errors=errors, covered=covered)
    unfinished.rename(path)
    return path


@dataclass
class Point:
    """What was found where a subject had counted n elements."""

    n: int
    errors: np.ndarray
    covered: np.ndarray
    promise: CVMSketch

    @property
    def trials(self):
        return len(self.errors)

    @property
    def bias(self):
        return self.errors.mean(dtype=float)

    @property
    def standard_error(self):
        return self.errors.std(dtype=float)

    @property
    def bias_error(self):
        """Return that of the bias; at least what one trial that is off by 1/k changes."""
        least = 0.0 if self.n <= self.promise.capacity else 1 / self.promise.capacity
        return max(self.standard_error / math.sqrt(self.trials), least / self.trials)

    @property
    def failures(self):
        return np.mean(np.abs(self.errors) > self.promise.epsilon)

    def quantiles(self):
        return np.quantile(self.errors, QUANTILES)

    def complaints(self):
        if abs(self.bias) > 4.5 * self.bias_error:
            yield "bias"
        for name, share, most in (
            ("coverage", 1 - self.covered.mean(), 1 - CONFIDENCE),
            ("failures", self.failures, self.promise.delta),
        ):
            if share > most + 4.5 * math.sqrt(most * (1 - most) / self.trials):
                yield name

    def row(self, subject):
        return [
            subject.name,
            f"{self.n:,}",
            f"{self.trials:,}",
            f"{self.bias:+.4%} ± {self.bias_error:.4%}",
            f"{self.standard_error:.2%}",
            *(f"{quantile:+.2%}" for quantile in self.quantiles()),
            f"{self.covered.mean():.2%}",
            f"{self.failures:.3%}",
            ", ".join(self.complaints()),
        ]


def points_of(subject, paths):
    """Put the batches of a subject together."""
    batches = [np.load(path) for path in paths]
    errors = np.concatenate([batch["errors"] for batch in batches])
    covered = np.concatenate([batch["covered"] for batch in batches])
    (promise, *_) = subject.sketches(0)
    for j, n in enumerate(POINTS):
        done = ~np.isnan(errors[:, j])
        if done.any():
            yield Point(n, errors[done, j], covered[done, j], promise)


def draw(axes, subject, points):
    places = [point.n for point in points]
    quantiles = np.array([point.quantiles() for point in points]).T
    for depth, (low, high) in enumerate(zip(quantiles, quantiles[:3:-1], strict=False)):
        axes.fill_between(
            places, low, high, color=OUR_COLOUR, alpha=0.2 + 0.15 * depth, linewidth=0
        )
    axes.plot(places, [point.bias for point in points], color=TEXT_COLOUR, linewidth=1)
    epsilon = points[0].promise.epsilon
    for limit in (-epsilon, epsilon):
        axes.axhline(limit, color=TEXT_COLOUR, linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1, decimals=0))
    axes.set_title(subject.name, fontsize=9, color=TEXT_COLOUR)
    axes.tick_params(colors=TEXT_COLOUR, labelsize=8, length=0, which="both")
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_picture(found):
    pyplot.rcParams["svg.hashsalt"] = "cvmcount"  # the same file from the same numbers
    pyplot.rcParams["svg.fonttype"] = "none"
    figure, panels = pyplot.subplots(2, 3, figsize=(12, 5.5), layout="constrained", sharex=True)
    for axes, (subject, points) in zip(panels.flat, found, strict=True):
        draw(axes, subject, points)
    for axes in panels[-1]:
        axes.set_xlabel("different elements", fontsize=8, color=TEXT_COLOUR)
    figure.savefig(PICTURE, transparent=True, metadata={"Date": None})


def main():
    parser = make_parser(__doc__, write="benchmarks/results/characterization.md")
    parser.add_argument("--share", type=positive, default=1, help="one in so many trials only")
    arguments = parser.parse_args()

    folder = machine.ROOT / "build" / "characterization" / f"{machine.commit()}-{arguments.share}"
    folder.mkdir(parents=True, exist_ok=True)
    batch = max(BATCH // arguments.share, 1)
    firsts = range(0, TRIALS[0][0], BATCH)
    work = [
        (subject, first, batch, folder / f"{number}-{first}.npz")
        for number, subject in enumerate(SUBJECTS)
        for first in firsts
    ]
    with multiprocessing.get_context("spawn").Pool() as pool:
        paths = list(pool.imap(measure, work))
    found = []
    for number, subject in enumerate(SUBJECTS):
        some = paths[number * len(firsts) : (number + 1) * len(firsts)]
        found.append((subject, list(points_of(subject, some))))
    off = [
        f"{subject.name}, n = {point.n:,}: {complaint}"
        for subject, points in found
        for point in points
        for complaint in point.complaints()
    ]
    rows = [point.row(subject) for subject, points in found for point in points if point.n in SHOWN]
    table = markdown.table(COLUMNS, rows)
    print(table, *off, sep="\n")
    if arguments.write:
        draw_picture(found)
        picture = "![quantiles of the relative error](../../docs/characterization.svg)"
        output.write_results(
            "characterization",
            [table, picture],
            facts={"off at any n": "; ".join(off) or "nothing"},
            sentence=SENTENCE,
            legend=LEGEND,
        )
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
