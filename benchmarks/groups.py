"""Times distinct counts by key beside DuckDB and Polars, and tells the memory.

Ten million rows take some fifteen minutes. Every contestant has one thread unless its name says
two, and a table in memory in its own form, made outside the time. It exits with 1 if a count is off
by more than six standard errors.

`--huge` is a table by itself: 100 million rows and 500,000 groups, on which an engine fell over.
There each contestant runs in a process of its own, in 8 GB of address space, the table included.
"""

import os
import sys
from functools import partial

from lib import limited, markdown, output
from lib.key_tables import numbers_of, table_of
from lib.options import make_parser, positive
from lib.turns import Turns, in_turns, timed

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
    "web": "the keys are URLs of some 60 characters, the values UUIDs",
}
MOST_ERROR = 6 * 0.71 / 1024**0.5  # six standard errors of a key
GROUPS = (1_000, 100_000, 1_000_000)
HUGE_GROUPS = 500_000
HUGE_MEMORY = 8 << 30
HUGE_COLUMNS = ["contestant", "keys", "seconds", "MB", "rms"]
HUGE_SENTENCE = (
    "Seconds for a table of two columns of int64, the median of the rounds, each in a process of "
    "its own; the most memory that it took, the table of 16 bytes a row included; and the root "
    "mean square of the relative errors over all keys."
)


def ours(table, workers=1):
    from cvmcount import CVMGroups

    groups = CVMGroups()
    groups.update(table["key"], table["value"], workers=workers)
    return groups


def duckdb(connection, count="approx_count_distinct(value)"):
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT key, {count} AS n FROM items GROUP BY key"
    )
    return connection.execute("SELECT count(*) FROM found").fetchone()[0]


def polars(frame):
    import polars as pl

    return frame.group_by("key").agg(pl.col("value").n_unique())


def connected(table):
    import duckdb as library

    connection = library.connect()
    connection.execute("SET threads = 1")
    connection.register("items", table)
    return connection


def contestants(table):
    import polars as pl

    connection = connected(table)
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


# ---- a huge table --------------------------------------------------------------------------------


def counts_by_key(pairs):
    """The counts as an array, of which a key is the place."""
    import numpy as np

    counts = np.zeros(HUGE_GROUPS + 1, np.int64)
    keys, numbers = pairs
    counts[np.asarray(keys)] = np.asarray(numbers)
    return counts


def huge_of_ours(table, workers):
    made, seconds = timed(ours, table, workers)
    found = made.estimates().to_pydict()
    return counts_by_key((found["key"], found["estimate"])), seconds


def huge_of_duckdb(table, count):
    import duckdb as library

    connection = connected(table)
    connection.execute("SET memory_limit = '5GB'")  # the table takes the most of the rest
    try:
        _, seconds = timed(duckdb, connection, count)
    except library.OutOfMemoryException as error:
        raise MemoryError from error
    found = connection.execute("SELECT key, n FROM found").fetchnumpy()
    return counts_by_key((found["key"], found["n"])), seconds


def huge_of_polars(table):
    import polars as pl

    found, seconds = timed(polars, pl.from_arrow(table))
    return counts_by_key((found["key"], found["value"])), seconds


HUGE = {
    "cvmcount": (huge_of_ours, 1),
    "2 workers": (huge_of_ours, 2),
    "DuckDB approx": (huge_of_duckdb, "approx_count_distinct(value)"),
    "DuckDB exact": (huge_of_duckdb, "count(DISTINCT value)"),
    "Polars n_unique": (huge_of_polars,),
}


def huge_turn(name, rows, distribution):
    function, *arguments = HUGE[name]
    return function(table_of(HUGE_GROUPS, rows, distribution, "int64"), *arguments)


def huge_truth(rows, distribution):
    """The exact counts by a sort, apart from all contestants."""
    import numpy as np

    keys, values = numbers_of(HUGE_GROUPS, rows, distribution)
    pairs = keys << 32 | values
    pairs.sort()
    first = np.concatenate([[True], pairs[1:] != pairs[:-1]])
    return np.bincount(pairs[first] >> 32, minlength=HUGE_GROUPS + 1)


def huge_rows(rows, distribution, rounds):
    """Yield the row of each contestant, and whether a count of ours is off."""
    import numpy as np

    truth = huge_truth(rows, distribution)
    found = {name: [] for name in HUGE}
    for _, name in in_turns(list(HUGE), rounds):
        turn = limited.run(huge_turn, name, rows, distribution, memory=HUGE_MEMORY)
        if turn is not None:
            found[name].append(turn)
    for name, turns in found.items():
        if len(turns) < rounds:
            yield [name, distribution, "out of memory", "", ""], name in ("cvmcount", "2 workers")
            continue
        counts = turns[0][0][0]
        errors = counts[truth > 0] / truth[truth > 0] - 1
        seconds = np.median([seconds for (_, seconds), _ in turns])
        memory = max(memory for _, memory in turns)
        cells = [f"{seconds:.1f}", f"{memory / 1e6:,.0f}", f"{(errors**2).mean() ** 0.5:.2%}"]
        is_ours = HUGE[name][0] is huge_of_ours
        yield [name, distribution, *cells], is_ours and abs(errors).max() > MOST_ERROR


def run_huge(arguments):
    rows, off = [], False
    print(markdown.head(HUGE_COLUMNS))
    for distribution in ("even", "Zipf"):
        for row, is_off in huge_rows(arguments.huge, distribution, arguments.rounds):
            rows.append(row)
            off |= is_off
            print(markdown.line(row), flush=True)
    if arguments.write:
        facts = {"rows": f"{arguments.huge:,}", "groups": f"{HUGE_GROUPS:,}"}
        facts["rounds"] = str(arguments.rounds)
        facts["memory"] = f"{HUGE_MEMORY >> 30} GB of address space"
        output.write_results(
            "huge_groups",
            [markdown.table(HUGE_COLUMNS, rows)],
            facts=facts,
            sentence=HUGE_SENTENCE,
            legend={name: LEGEND[name] for name in ("even", "Zipf")},
        )
    return 1 if off else 0


# ---- all others ----------------------------------------------------------------------------------


def main():
    parser = make_parser(__doc__, rounds=3, items=10_000_000, write="benchmarks/results/groups.md")
    parser.add_argument("--groups", type=positive, nargs="+", default=GROUPS)
    parser.add_argument("--kinds", nargs="+", default=("int64", "text", "web"))
    parser.add_argument(
        "--huge", type=positive, nargs="?", const=100_000_000, help="the huge table alone (rows)"
    )
    parser.add_argument("--level", choices=LEVELS, default="avx2")
    arguments = parser.parse_args()
    os.environ["CVMCOUNT_SIMD"] = arguments.level
    os.environ["POLARS_MAX_THREADS"] = "1"
    if arguments.huge:
        sys.exit(run_huge(arguments))
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
