"""Writes what README.md shows of speed, memory and error: from measurements, never by hand.

    python benchmarks/readme.py

The picture is drawn from results/lists.md, arrays.md and columns.md, the sentences also from
command_line.md; each is written by the script of that name with `--write`. Memory and error are
measured here, in half a minute.
"""

import math
import re
import statistics
import sys
import textwrap
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

# File and table of results, title, and the slowest that is still shown.
PANELS = [
    ("lists", "article", "list of 10 million str,\n100,000 distinct", 1.0),
    (
        "arrays",
        "int64, 100,000 distinct",
        "NumPy array of 10 million int64,\n100,000 distinct",
        0.1,
    ),
    ("columns", "utf8", "Arrow column of 10 million str,\n100,000 distinct", 0.4),
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
    "zpds": "HLL (zpds)",
    "pandas nunique": "pandas nunique",
    "HLL in Rust": "HLL in Rust",
    "Polars incl. conversion": "Polars, converting",
    "pyarrow count_distinct": "pyarrow",
}
DATA_SETS = 40
DISTINCT = 1_000_000
RUST, POLARS = "article's optimized Rust", "Polars approx_n_unique"
HUNIQ, SORT = "huniq, then wc -l", "sort -u, 2 threads"
DUCKDB_2, PANDAS, WORKERS_2 = "DuckDB, 2 threads", "pandas nunique", "cvmcount, workers=2"


def table_of_results(file, name):
    """Seconds by contestant, from a table that harness.py has written."""
    text = (BENCHMARKS / "results" / f"{file}.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {row[0]: float(row[2].removeprefix("≈ ")) for row in rows[2:]}


def draw(axes, seconds, title, slowest):
    names = [name for name in SHOWN if seconds.get(name, math.inf) <= slowest]
    names.sort(key=seconds.get)
    colours = [OURS if name.startswith("cvmcount") else THEIRS for name in names]
    bars = axes.barh([SHOWN[name] for name in names], [seconds[name] for name in names], 0.7)
    for bar, colour, name in zip(bars, colours, names, strict=True):
        bar.set_color(colour)
        middle = bar.get_y() + bar.get_height() / 2
        axes.annotate(
            f"{seconds[name]:.3f}",
            (seconds[name], middle),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=TEXT,
            fontsize=8,
        )
    axes.set_xlim(0, 1.1 * max(seconds[name] for name in names))
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9, color=TEXT, pad=8)
    axes.set_xlabel("seconds", fontsize=8, color=TEXT)
    axes.tick_params(colors=TEXT, labelsize=8, length=0, which="both")
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw_picture():
    pyplot.rcParams["svg.hashsalt"] = "cvmcount"  # the same file from the same numbers
    pyplot.rcParams["svg.fonttype"] = "none"
    figure, panels = pyplot.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
    for axes, (file, name, title, slowest) in zip(panels, PANELS, strict=True):
        draw(axes, table_of_results(file, name), title, slowest)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, transparent=True, metadata={"Date": None})


def of_ours(**options):
    def count(items, seed):
        sketch = CVMSketch(seed=seed, **options)
        sketch.update(items)
        return sketch.estimate(), sketch.nbytes, len(sketch.to_bytes())

    return count


def of_hll(items, _):
    sketch = hll_sketch(12)
    for item in items:
        sketch.update(item)
    return sketch.get_estimate(), None, len(sketch.serialize_compact())


def of_theta(items, _):
    sketch = update_theta_sketch(12)
    for item in items:
        sketch.update(item)
    return sketch.get_estimate(), None, len(sketch.compact().serialize())


def of_set(items, _):
    members = set(items)
    return len(members), sys.getsizeof(members) + sum(map(sys.getsizeof, members)), None


CONTESTANTS = {
    "`set`": of_set,
    "cvmcount": of_ours(),
    'cvmcount, `coins="fresh"`': of_ours(coins="fresh"),
    "DataSketches HLL, 2¹² registers": of_hll,
    "DataSketches theta, 2¹² hashes": of_theta,
}


def measured_row(name, count):
    """Bytes and errors over data sets without a common element, each under a seed of its own."""
    errors, in_memory, saved = [], [], []
    for number in range(DATA_SETS if count is not of_set else 1):
        items = range(number * DISTINCT, (number + 1) * DISTINCT)
        estimate, *sizes = count(items, number)
        errors.append(estimate / DISTINCT - 1)
        in_memory.append(sizes[0])
        saved.append(sizes[1])
    rms = math.sqrt(statistics.fmean(error**2 for error in errors))
    sizes = (f"{max(some):,}" if some[0] is not None else "" for some in (in_memory, saved))
    return f"| {name} | {' | '.join(sizes)} | {rms:.2%} | {max(map(abs, errors)):.2%} |"


def memory_table():
    rows = [measured_row(name, count) for name, count in CONTESTANTS.items()]
    head = f"| {DISTINCT:,} distinct int | bytes | saved | error, rms | largest of {DATA_SETS} |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def factor_sentences():
    """How many times longer the rivals take, from the tables that the picture shows."""
    words = table_of_results("lists", "article")
    separate = table_of_results("lists", "separate")
    numbers = table_of_results("arrays", "int64, 100,000 distinct")
    column = table_of_results("columns", "utf8")
    of_words, of_ints = (
        table_of_results("columns", f"pandas Series of {kind}") for kind in ("str", "int")
    )
    lines = table_of_results("command_line", "the article's words, one a line")
    return (
        f"One thread counts a list of 10 million words in {words['cvmcount']:.3f} s, "
        f"{words['len(set(x))'] / words['cvmcount']:.1f} times faster than `len(set(x))` and "
        f"{words[RUST] / words['cvmcount']:.1f} times faster than CVM in optimized Rust; of words "
        f"that are objects of their own, {separate['len(set(x))'] / separate['cvmcount']:.0f} and "
        f"{separate[RUST] / separate['cvmcount']:.1f} times. An array of 10 million int64 takes "
        f"{1000 * numbers['cvmcount']:.0f} ms, {numbers['cvmcount'] / numbers['np.sum']:.1f} times "
        f"as long as `np.sum` and {numbers[POLARS] / numbers['cvmcount']:.1f} times less than "
        "Polars' `approx_n_unique`. An Arrow column of the words takes "
        f"{column['cvmcount']:.3f} s, {column[POLARS] / column['cvmcount']:.1f} times less than "
        f"Polars for a Series of its own, and with two threads {column[WORKERS_2]:.3f} s, "
        f"{column[DUCKDB_2] / column[WORKERS_2]:.1f} times less than DuckDB with two. A pandas "
        f"Series of the words is counted {of_words[PANDAS] / of_words['cvmcount']:.0f} times "
        f"faster than by its `nunique`, one of int {of_ints[PANDAS] / of_ints['cvmcount']:.0f} "
        "times. A file of the words, one a line, takes the program "
        f"{lines['cvmcount']:.2f} s from start to end, {lines[HUNIQ] / lines['cvmcount']:.1f} "
        f"times less than `huniq` and {lines[SORT] / lines['cvmcount']:.0f} times less than `sort "
        "-u`."
    )


def replace_block(text, name, content):
    begin, end = f"<!-- {name}: benchmarks/readme.py -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    replaced, number = pattern.subn(lambda _: f"{begin}\n{content}\n{end}", text)
    if number != 1:
        raise SystemExit(f"README.md must have one block {begin} … {end}")
    return replaced


def main():
    draw_picture()
    text = README.read_text(encoding="utf-8")
    text = replace_block(text, "speed", textwrap.fill(factor_sentences(), 100))
    text = replace_block(text, "memory", memory_table())
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
