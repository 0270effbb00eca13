"""Times what it costs to keep items and summaries, on columns as people have them.

Ten million rows of 100,000 different values take some ten minutes. It exits with 1 if a kept sample
differs from the one without.
"""

import os
import statistics
import sys

from lib import markdown, output
from lib.options import is_meant, make_parser
from lib.turns import timed

DISTINCT = 100_000
LEVELS = ("avx512", "avx2", "plain")
COLUMNS = ["column", "ns an item", "items", "summaries", "with values", "bytes an element"]
SENTENCE = (
    f"Columns of {DISTINCT:,} different values in one thread, medians of the rounds by turns: the "
    "time without keep in nanoseconds, and the others over it. Bytes are those of the whole sketch "
    "with summaries, for each element in its buffer."
)
LEGEND = {
    "items, summaries": "keep='items', keep='summaries'",
    "with values": "summaries with update(items, values=...), a column of int64",
}


def sketch_of(column, keep=None, values=None):
    from cvmcount import CVMSketch

    sketch = CVMSketch(keep=keep)
    sketch.update(column, values=values)
    return sketch


def measured(column, values, rounds):
    """Return the seconds of each and the sketch of the third."""
    arguments = [{}, {"keep": "items"}, {"keep": "summaries"}]
    arguments.append({"keep": "summaries", "values": values})
    times = [[] for _ in arguments]
    for number in range(rounds):
        for i in range(len(arguments)):
            which = (i + number) % len(arguments)
            sketch, seconds = timed(lambda which=which: sketch_of(column, **arguments[which]))
            times[which].append(seconds)
            if which == 0:
                plain = sketch
            elif which == 2:
                kept = sketch
    if plain.count() != kept.count():
        sys.exit("a kept sample differs")
    return [statistics.median(each) for each in times], kept


def main():
    parser = make_parser(__doc__, rounds=5, items=10_000_000, write="benchmarks/results/sample.md")
    parser.add_argument("--level", choices=LEVELS, default="avx2")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="kinds by a part")
    options = parser.parse_args()
    os.environ["CVMCOUNT_SIMD"] = options.level
    import numpy as np

    from lib.realistic import columns

    values = np.arange(options.items)
    rows = []
    print(markdown.head(COLUMNS))
    for name, make in columns(options.items, DISTINCT):
        if not is_meant(name, options.only):
            continue
        seconds, sketch = measured(make(), values, options.rounds)
        ratios = [f"{each / seconds[0]:.2f}" for each in seconds[1:]]
        memory = sketch.nbytes / sketch.num_retained
        rows.append([name, f"{seconds[0] / options.items * 1e9:.1f}", *ratios, f"{memory:.0f}"])
        print(markdown.line(rows[-1]), flush=True)
    if options.write:
        facts = {"items": f"{options.items:,}", "rounds": str(options.rounds)}
        table = markdown.table(COLUMNS, rows)
        output.write_results(
            "sample", [table], facts=facts, sentence=SENTENCE, legend=LEGEND, others=["pyarrow"]
        )


if __name__ == "__main__":
    main()
