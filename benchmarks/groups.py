"""Times distinct counts by key beside DuckDB and Polars, and tells the memory.

Ten million rows take some ten minutes. `--items 100000000 --groups 500000 --kinds int64` is a table
on which an engine fell over. Every contestant has one thread unless its name says two, and a table
in memory in its own form, made outside the time. It exits with 1 if a count is off by more than six
standard errors.
"""

import os
import sys
from functools import partial

from lib import markdown, output
from lib.options import make_parser, positive
from lib.turns import Turns, in_turns

LEVELS = ("avx512", "avx2", "plain")
COLUMNS = [
    "groups", "type", "cvmcount", "2 workers", "DuckDB approx", "Polars n_unique", "MB",
    "our rms", "DuckDB rms",
]  # fmt: skip
SENTENCE = (
    "Seconds for a table of two columns, medians of the rounds by turns; then the memory of all "
    "our groups, and the root mean square of the relative errors over all keys. Polars counts "
    "exactly."
)
LEGEND = {
    "even": "every key is equally likely",
    "Zipf": "the probability of the i-th key is proportional to 1/i",
    "int64, text": "the type of keys and of values; text is the number behind some letters",
}
MOST_ERROR = 6 * 0.71 / 1024**0.5  # six standard errors of a key
GROUPS = (1_000, 100_000, 1_000_000)


def numbers_of(groups, rows, distribution):
    import numpy as np

    random = np.random.default_rng(1)
    if distribution == "even":
        keys = random.integers(0, groups, rows)
    else:  # the inverse of the distribution function ln(x) / ln(groups)
        keys = (groups ** random.random(rows)).astype(np.int64)
    return keys, random.integers(0, rows, rows)


def table_of(groups, rows, distribution, kind):
    import pyarrow as pa

    keys, values = map(pa.array, numbers_of(groups, rows, distribution))
    if kind == "text":
        import pyarrow.compute as pc

        text = [pc.cast(column, pa.string()) for column in (keys, values)]
        keys, values = (
            pc.binary_join_element_wise(name, column, "")
            for name, column in zip(("customer-", "session-"), text, strict=True)
        )
    return pa.table({"key": keys, "value": values})


def ours(table, workers=1):
    from cvmcount import CVMGroups

    groups = CVMGroups()
    groups.update(table["key"], table["value"], workers=workers)
    return groups


def duckdb(connection):
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE found AS "
        "SELECT key, approx_count_distinct(value) AS n FROM items GROUP BY key"
    )
    return connection.execute("SELECT count(*) FROM found").fetchone()[0]


def polars(frame):
    import polars as pl

    return frame.group_by("key").agg(pl.col("value").n_unique())


def contestants(table):
    import duckdb as library
    import polars as pl

    connection = library.connect()
    connection.execute("SET threads = 1")
    connection.register("items", table)
    frame = pl.from_arrow(table)
    running = {
        "cvmcount": partial(ours, table),
        "2 workers": partial(ours, table, 2),
        "DuckDB approx": partial(duckdb, connection),
        "Polars n_unique": partial(polars, frame),
    }
    return running, connection


def errors_of(counts, exact):
    import numpy as np

    return np.array([counts[key] / true - 1 for key, true in exact.items()])


def measured(groups, rows, distribution, kind, rounds):
    """Return the seconds of each, our memory and the errors of ours and of DuckDB."""
    table = table_of(groups, rows, distribution, kind)
    running, connection = contestants(table)
    times = {name: Turns() for name in running}
    first = {}
    for _, name in in_turns(list(running), rounds):
        result = times[name].take(running[name])
        first.setdefault(name, result)
        del result
    exact = dict(first["Polars n_unique"].iter_rows())
    made = first["cvmcount"]
    seconds = [times[name].seconds for name in running]
    theirs = dict(connection.execute("SELECT key, n FROM found").fetchall())
    errors = [errors_of(counts, exact) for counts in (made.estimates().to_dict(), theirs)]
    return seconds, made.nbytes, errors


def main():
    parser = make_parser(__doc__, rounds=3, items=10_000_000, write="benchmarks/results/groups.md")
    parser.add_argument("--groups", type=positive, nargs="+", default=GROUPS)
    parser.add_argument("--kinds", nargs="+", default=("int64", "text"))
    parser.add_argument("--level", choices=LEVELS, default="avx2")
    arguments = parser.parse_args()
    os.environ["CVMCOUNT_SIMD"] = arguments.level
    os.environ["POLARS_MAX_THREADS"] = "1"
    rows, off = [], False
    print(markdown.head(COLUMNS))
    for kind in arguments.kinds:
        for groups in arguments.groups:
            for distribution in ("even", "Zipf"):
                seconds, memory, errors = measured(
                    groups, arguments.items, distribution, kind, arguments.rounds
                )
                off |= abs(errors[0]).max() > MOST_ERROR
                times = [f"{each:.2f}" for each in seconds]
                name = f"{groups:,}, {distribution}"
                rms = [f"{(each**2).mean() ** 0.5:.2%}" for each in errors]
                rows.append([name, kind, *times, f"{memory / 1e6:,.0f}", *rms])
                print(markdown.line(rows[-1]), flush=True)
    if arguments.write:
        facts = {"rows": f"{arguments.items:,}", "rounds": str(arguments.rounds)}
        output.write_results(
            "groups", [markdown.table(COLUMNS, rows)], facts=facts, sentence=SENTENCE, legend=LEGEND
        )
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
