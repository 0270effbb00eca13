"""Writes the table of README.md, and what docs/comparison.md has of cost and error.

The first is made from results/lists.md, arrays.md, columns.md and command_line.md; each is written
by the script of that name with `--write`. Cost and error are measured here, in two minutes.
"""

import statistics
import sys

import numpy as np
from datasketches import cpc_sketch, hll_sketch, update_theta_sketch

from cvmcount import CVMSketch
from lib import markdown
from lib.machine import BENCHMARKS
from lib.options import make_parser
from lib.ours import OURS
from lib.output import replace_block
from lib.rivals import DUCKDB, POLARS, SET, fed
from lib.theory import rms
from lib.turns import timed

# The names of contestants that are others on the page than in the results.
SHOWN = {"Polars approx_n_unique": "Polars"}
DATA_SETS = 40
DISTINCT = 1_000_000
ONE_THREAD = OURS[0].name
PANDAS = "pandas nunique"
# Each has what is counted, file and table of its results, who of ours, and whose times beside it.
COMPARED = [
    ("list of str", "lists", "article", ONE_THREAD, [SET.name]),
    ("list of str, no two the same object", "lists", "separate", ONE_THREAD, [SET.name]),
    ("array of int64", "arrays", "int64, 100,000 distinct", ONE_THREAD, [POLARS.name]),
    ("Arrow column of str", "columns", "utf8", ONE_THREAD, [POLARS.name]),
    ("pandas Series of str", "columns", "pandas Series of str", ONE_THREAD, [PANDAS]),
    (
        "lines of a file, by whole processes",
        "command_line",
        "the article's words, one a line",
        "cvmcount",
        ["sort -u, 2 threads"],
    ),
]


def table_of_results(file, name):
    """Seconds by contestant, from a table that lib/entry_table.py has made."""
    text = (BENCHMARKS / "results" / f"{file}.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {row[0]: float(row[2].removeprefix("≈ ")) for row in rows[2:]}


def of_ours(**options):
    def count(items, seed):
        sketch = CVMSketch(seed=seed, **options)
        sketch.update(items)
        return sketch.estimate(), sketch.nbytes, lambda: len(sketch.to_bytes())

    return count


def of_datasketches(make, save):
    """Those that a call for each item feeds. What they take in memory they do not tell."""

    def count(items, _):
        sketch = fed(make(12), items.tolist())
        return sketch.get_estimate(), None, lambda: len(save(sketch))

    return count


def of_engine(contestant):
    """A column function: there is no sketch to keep."""
    return lambda items, _: (contestant.count(items), None, None)


def of_set(items, _):
    members = set(items.tolist())
    return len(members), sys.getsizeof(members) + sum(map(sys.getsizeof, members)), None


CONTESTANTS = {
    "`set`": of_set,
    "cvmcount": of_ours(),
    'cvmcount, `coins="fresh"`': of_ours(coins="fresh"),
    'cvmcount, `keep="summaries"`': of_ours(keep="summaries"),
    "Polars `approx_n_unique`": of_engine(POLARS),
    "DuckDB `approx_count_distinct`": of_engine(DUCKDB),
    "DataSketches HLL, 2¹² registers": of_datasketches(hll_sketch, hll_sketch.serialize_compact),
    "DataSketches CPC, 2¹²": of_datasketches(cpc_sketch, cpc_sketch.serialize),
    "DataSketches theta, 2¹² hashes": of_datasketches(
        update_theta_sketch, lambda sketch: sketch.compact().serialize()
    ),
}


def measured_row(name, count):
    """Cost and errors over data sets without a common element, each under a seed of its own."""
    errors, seconds, in_memory, saved = [], [], None, None
    for number in range(DATA_SETS if count is not of_set else 3):
        items = np.arange(number * DISTINCT, (number + 1) * DISTINCT)
        (estimate, in_memory, save), time = timed(count, items, number)
        errors.append(estimate / DISTINCT - 1)
        seconds.append(time)
        saved = save() if save is not None else None
    sizes = [f"{size:,}" if size is not None else "" for size in (in_memory, saved)]
    speed = f"{statistics.median(seconds) / DISTINCT * 1e9:.1f}"
    return [name, speed, *sizes, f"{rms(errors):.2%}", f"{max(map(abs, errors)):.2%}"]


def cost_table():
    rows = [measured_row(name, count) for name, count in CONTESTANTS.items()]
    names = [f"{DISTINCT:,} different int64", "ns an item", "bytes", "saved", "error, rms"]
    return markdown.table([*names, f"largest of {DATA_SETS}"], rows)


def speed_rows():
    for items, file, table, ours, others in COMPARED:
        seconds = table_of_results(file, table)
        for other in others:
            times = [f"{seconds[name]:.3f}" for name in (ours, other)]
            ratio = f"{seconds[other] / seconds[ours]:.1f}"
            yield [items, SHOWN.get(ours, ours), times[0], SHOWN.get(other, other), times[1], ratio]


def speed_table():
    names = ["10 million items in", "ours", "seconds", "beside", "seconds", "times ours"]
    return markdown.table(names, speed_rows())


def main():
    make_parser(__doc__).parse_args()
    replace_block("README.md", "speed", speed_table())
    replace_block("docs/comparison.md", "cost", cost_table())


if __name__ == "__main__":
    main()
