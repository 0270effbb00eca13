"""Times realistic columns and lists of every size beside Polars, DuckDB and set, in one thread.

Every result is checked. Ratios are the rival's time over ours: above 1 we are faster. With --write
the tables go to results/survey.md and the picture, which README.md shows, to docs/speed.svg.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before its import

import polars as pl

from cvmcount import count_approx
from cvmcount._readers.readers import force_level
from lib import machine, markdown, output
from lib.limits import sum_of_buffers
from lib.options import is_meant, make_parser
from lib.ours import HASHED_ERROR
from lib.realistic import OBJECTS, TEXTS, columns, places, shuffled
from lib.rivals import duckdb_connection
from lib.theory import STANDARD_ERRORS
from lib.turns import Turns, in_turns

DISTINCT = 100_000
SHARED = (1000, 100_000, 250_000, 1_000_000)
LENGTHS = (10, 100, 1000, 4000, 10_000, 30_000, 100_000, 1_000_000, 10_000_000)
PICTURE = machine.ROOT / "docs" / "speed.svg"
# Colours that are readable on light and on dark pages.
OUR_COLOUR, THEIR_COLOUR, TEXT_COLOUR = "#2a8f9e", "#9a9a9a", "#7f7f7f"


def median_seconds(functions, rounds):
    """Return the median seconds of each, by turns, after one call for imports and caches."""
    turns = {name: Turns() for name in functions}
    for function in functions.values():
        function()
    for _, name in in_turns(list(functions), rounds):
        turns[name].take(functions[name])
    return {name: turn.seconds for name, turn in turns.items()}


def check(found, exact, what):
    if abs(found - exact) > STANDARD_ERRORS * HASHED_ERROR * exact:
        raise SystemExit(f"{what}: {found:,} instead of {exact:,}")


def count_in_duckdb(column):
    import pyarrow

    connection = duckdb_connection(1)
    connection.register("survey", pyarrow.table({"x": column}))
    return lambda: connection.sql("SELECT approx_count_distinct(x) FROM survey").fetchall()


def ratios(seconds, names):
    return [f"{seconds[name] / seconds['ours']:.2f}" for name in names]


def nanoseconds(seconds, length):
    return f"{seconds / length * 1e9:.2f}"


def survey_columns(length, rounds, words):
    for name, make in columns(length, DISTINCT):
        if not is_meant(name, words):
            continue
        column = make()
        series = pl.from_arrow(column)
        check(count_approx(column), series.drop_nulls().n_unique(), name)
        seconds = median_seconds(
            {
                "ours": lambda column=column: count_approx(column),
                "approx": series.approx_n_unique,
                "exact": series.n_unique,
                "DuckDB": count_in_duckdb(column),
                "reading": lambda column=column: sum_of_buffers(column),
            },
            rounds,
        )
        row = [name, nanoseconds(seconds["ours"], length)]
        yield row + ratios(seconds, ("approx", "exact", "DuckDB", "reading"))


def copy_of(item):
    """Make an object of its own with the same value."""
    if isinstance(item, str):
        return (" " + item)[1:]
    if isinstance(item, tuple):
        return (*item,)
    return item.replace() if hasattr(item, "replace") else item + 0


def lists_of(kind, make, length):
    """Yield the name of each list: of objects that are shared, and of separate ones."""
    for distinct in SHARED:
        objects = make(distinct)
        yield (
            f"{kind}, {distinct:,} shared",
            [objects[i] for i in places(length, distinct).tolist()],
        )
    objects = make(DISTINCT)
    which = places(length, DISTINCT).tolist()
    yield f"{kind}, separate", [copy_of(objects[i]) for i in which]


def survey_lists(length, rounds, words):
    for kind, make in {**TEXTS, **OBJECTS}.items():
        if not is_meant(kind, words):
            continue
        for name, items in lists_of(kind, make, length):
            check(count_approx(items), len(set(items)), name)
            seconds = median_seconds(
                {
                    "ours": lambda items=items: count_approx(items),
                    "set": lambda items=items: len(set(items)),
                },
                rounds,
            )
            yield [name, nanoseconds(seconds["ours"], length), *ratios(seconds, ("set",))]


def kinds_of_curves():
    """By kind, so many objects that all differ, enough for the longest."""
    longest = max(LENGTHS)
    numbers = (shuffled(longest) * 7919).tolist()
    return {"int64": numbers, **{kind: TEXTS[kind](longest) for kind in ("UUIDs", "URLs")}}


def survey_lengths(rounds):
    """The curve over n: for each length, all different and a tenth of it different."""
    objects = kinds_of_curves()
    for length in LENGTHS:
        turns = rounds if length < 10**6 else 3
        for distinct in (length, max(length // 10, 1)):
            which = range(length) if distinct == length else places(length, distinct).tolist()
            seconds = {}
            for kind, different in objects.items():
                items = [different[i] for i in which]
                column = pl.Series(items)
                check(count_approx(column), len(set(which)), f"{length:,} {kind}")
                seconds[f"column of {kind}"] = median_seconds(
                    {
                        "ours": lambda column=column: count_approx(column),
                        "approx": column.approx_n_unique,
                        "exact": column.n_unique,
                    },
                    turns,
                )
            seconds["list of URLs"] = median_seconds(
                {
                    "ours": lambda items=items: count_approx(items),
                    "set": lambda items=items: len(set(items)),
                },
                turns,
            )
            yield length, distinct, seconds


def row_of_length(length, distinct, seconds):
    cells = [f"{length:,}", f"{distinct:,}"]
    for each in seconds.values():
        times = dict(each)
        ours = times.pop("ours")
        cells += [f"{ours * 1e6:,.1f}", f"{min(times.values()) / ours:.2f}"]
    return cells


LINES = {
    "ours": ("cvmcount", OUR_COLOUR, "-"),
    "approx": ("Polars approx_n_unique", THEIR_COLOUR, "-"),
    "exact": ("Polars n_unique (exact)", THEIR_COLOUR, "--"),
    "set": ("len(set(x)) (exact)", THEIR_COLOUR, ":"),
}


def draw(curves):
    """The time against the number of items, a tenth of which are different."""
    from matplotlib import pyplot

    pyplot.rcParams["svg.hashsalt"] = "cvmcount"  # the same file from the same numbers
    pyplot.rcParams["svg.fonttype"] = "none"
    curves = [(length, seconds) for length, distinct, seconds in curves if distinct < length]
    kinds = list(curves[0][1])
    figure, panels = pyplot.subplots(
        1, len(kinds), figsize=(12, 3.2), layout="constrained", sharey=True
    )
    labels = {}
    for axes, kind in zip(panels, kinds, strict=True):
        for name in curves[0][1][kind]:
            label, colour, style = LINES[name]
            points = [(length, seconds[kind][name]) for length, seconds in curves]
            (labels[label],) = axes.loglog(
                *zip(*points, strict=True),
                color=colour,
                linestyle=style,
                linewidth=2.5 if name == "ours" else 1.5,
            )
        axes.set_title(kind, fontsize=9, color=TEXT_COLOUR)
        axes.set_xlabel("items, a tenth of them different", fontsize=8, color=TEXT_COLOUR)
        axes.minorticks_off()  # they are most of the file
        axes.tick_params(colors=TEXT_COLOUR, labelsize=8)
        axes.patch.set_alpha(0)
        for spine in axes.spines.values():
            spine.set_color(TEXT_COLOUR)
    panels[0].set_ylabel("seconds, one thread", fontsize=8, color=TEXT_COLOUR)
    figure.legend(
        labels.values(),
        labels.keys(),
        loc="outside lower center",
        ncols=len(labels),
        frameon=False,
        fontsize=9,
        labelcolor=TEXT_COLOUR,
    )
    figure.savefig(PICTURE, transparent=True, metadata={"Date": None})


def main():
    parser = make_parser(
        __doc__, rounds=5, items=5_000_000, write="results/survey.md and docs/speed.svg"
    )
    parser.add_argument("--level", help="of vector code: avx2 is what most machines have")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="kinds by a part")
    options = parser.parse_args()
    level = options.level or machine.vector_levels()[0]
    force_level(level)
    head = ["column", "ns an item", "Polars approx", "Polars n_unique", "DuckDB approx", "np.sum"]
    sections = []
    for title, names, rows in (
        ("Columns", head, survey_columns(options.items, options.rounds, options.only)),
        ("Lists", ["list", "ns an item", "set"], survey_lists(options.items, 3, options.only)),
    ):
        lines = []
        for row in rows:
            lines.append(row)
            print(*row, sep="\t", flush=True)
        sections.append(markdown.section(title, markdown.table(names, lines)))
    if not options.only:
        curves = []
        for curve in survey_lengths(15):
            curves.append(curve)
            print(*row_of_length(*curve), sep="\t", flush=True)
        names = ["items", "different"]
        for kind in curves[0][2]:
            names += [f"{kind}, µs", "ratio"]
        table = markdown.table(names, [row_of_length(*curve) for curve in curves])
        sections.append(
            markdown.section(
                "Every length", table, "![Seconds against items](../../docs/speed.svg)"
            )
        )
        if options.write:
            draw(curves)
    if options.write:
        output.write_results(
            "survey",
            sections,
            facts={
                "level of vector code": level,
                "items": f"{options.items:,}, of which {DISTINCT:,} are different",
            },
            sentence="All took turns in one process, each in one thread; medians.",
            legend={
                "Polars, DuckDB, set": "its time over ours: above 1 we are faster",
                "np.sum": "reading all bytes of the column over our time",
                "shared": "so many objects, each many times in the list",
                "separate": "no two items are one object",
                "ratio": "the faster of Polars' two, or set, over ours",
            },
            others=["polars", "duckdb", "pyarrow"],
        )


if __name__ == "__main__":
    main()
