"""Writes what README.md shows of speed, memory and error: from measurements, never by hand.

    python benchmarks/readme.py

The picture is drawn from results/lists.md and results/arrays.md, which `lists.py --write` and
`arrays.py --write` have measured. Memory and error are measured here, in half a minute.
"""

import math
import re
import statistics
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from datasketches import hll_sketch, update_theta_sketch
from matplotlib import pyplot

from cvmcount import CVMSketch

BENCHMARKS = Path(__file__).resolve().parent
README = BENCHMARKS.parent / "README.md"
PICTURE = BENCHMARKS.parent / "docs" / "speed.svg"
OURS, THEIRS, TEXT = "#2a8f9e", "#b8b8b8", "#7f7f7f"  # readable on light and on dark pages

PANELS = [
    ("lists", "article", "list of 10 million str, 100,000 distinct"),
    ("arrays", "int64, 100,000 distinct", "NumPy array of 10 million int64, 100,000 distinct"),
]
SHOWN = {
    "cvmcount": "cvmcount",
    "cvmcount, workers=2": "cvmcount, 2 workers",
    "len(set(x))": "len(set(x))",
    "article's optimized Rust": "CVM in Rust",
    "HLL": "HLL (C)",
    "datasketches HLL": "DataSketches HLL",
    "Polars approx_n_unique": "Polars",
    "DuckDB, 2 threads": "DuckDB, 2 threads",
    "pandas nunique": "pandas nunique",
    "np.unique": "np.unique",
}
SEEDS = 40
DISTINCT = 1_000_000


def table_of_results(file, name):
    """Seconds by contestant, from a table that harness.py has written."""
    text = (BENCHMARKS / "results" / f"{file}.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {row[0]: float(row[2].removeprefix("≈ ")) for row in rows[2:]}


def draw(axes, seconds, title):
    names = [name for name in SHOWN if name in seconds]
    names.sort(key=seconds.get)
    colours = [OURS if name.startswith("cvmcount") else THEIRS for name in names]
    bars = axes.barh([SHOWN[name] for name in names], [seconds[name] for name in names], 0.7)
    for bar, colour, name in zip(bars, colours, names, strict=True):
        bar.set_color(colour)
        label = f" {seconds[name]:.3f}" if seconds[name] < 1 else f" {seconds[name]:.1f}"
        middle = bar.get_y() + bar.get_height() / 2
        axes.text(seconds[name], middle, label, va="center", color=TEXT, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(min(seconds[name] for name in names) / 2, max(seconds.values()) * 2)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9, color=TEXT)
    axes.set_xlabel("seconds, logarithmic", fontsize=8, color=TEXT)
    axes.tick_params(colors=TEXT, labelsize=8, length=0, which="both")
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_picture():
    pyplot.rcParams["svg.hashsalt"] = "cvmcount"  # the same file from the same numbers
    figure, panels = pyplot.subplots(1, 2, figsize=(10, 3.1), layout="constrained")
    for axes, (file, name, title) in zip(panels, PANELS, strict=True):
        draw(axes, table_of_results(file, name), title)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, transparent=True, metadata={"Date": None})


def hashed(items, seed):
    sketch = CVMSketch(seed=seed)
    sketch.update(items)
    return sketch.estimate(), sketch.nbytes


def fresh(items, seed):
    sketch = CVMSketch(coins="fresh", seed=seed)
    sketch.update(items)
    return sketch.estimate(), sketch.nbytes


def of_datasketches(make):
    def count(items, seed):
        sketch = make()
        for item in items:
            sketch.update(item)
        return sketch.get_estimate(), len(sketch.serialize(*serialization(sketch)))

    return count


def serialization(sketch):
    return () if isinstance(sketch, hll_sketch) else ()


def exact(items, seed):
    members = set(items)
    return len(members), sys.getsizeof(members) + sum(map(sys.getsizeof, members))
