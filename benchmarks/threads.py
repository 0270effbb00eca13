"""Times eight threads that fill a sketch each, and the same work by one thread.

With a free-threaded Python it shows what the interpreter's lock costs, and writes results/threads_
without_lock.md instead: run it with an environment of that Python that has the package and NumPy.
"""

import itertools
import platform
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

from cvmcount import CVMSketch
from lib import markdown, output
from lib.options import make_parser
from lib.turns import Turns, in_turns

THREADS = 8
COLUMNS = ["items", "one thread, ms", "eight threads, ms", "times as fast"]
SENTENCE = (
    "Eight sketches take as many items each, of 100,000 different ones: one sketch after the other "
    "by one thread, and each by a thread of its own, on two cores. Medians of the rounds by turns."
)
LEGEND = {"shared": "the same list or array for all threads", "own": "one for each thread"}


def inputs(size):
    """By name, functions that give the items of each sketch."""
    import numpy as np

    numbers = [number % 100_000 for number in range(size)]
    words = list(map(str, numbers))
    own_words = [[str(number) for number in numbers] for _ in range(THREADS)]
    array = np.array(numbers)
    times = np.array(numbers, "datetime64[s]")
    return {
        "list of integers, shared": lambda _: numbers,
        "list of words, shared": lambda _: words,
        "list of words, own": own_words.__getitem__,
        "iterator of words": lambda number: itertools.chain(own_words[number]),
        "NumPy array of integers, shared": lambda _: array,
        "NumPy array of datetimes, shared": lambda _: times,
    }


def filled(items):
    sketch = CVMSketch()
    sketch.update(items)
    return sketch


def measured(items_of, rounds):
    """Return the medians in seconds of one thread and of eight."""
    one, eight = Turns(), Turns()
    numbers = range(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        for _, turns in in_turns([one, eight], rounds):
            run = map if turns is one else pool.map
            sketches = turns.take(lambda run=run: list(run(filled, map(items_of, numbers))))
            if any(sketch != sketches[0] for sketch in sketches):
                sys.exit("sketches of the same items differ")
    return statistics.median(one.times), statistics.median(eight.times)


def main():
    parser = make_parser(__doc__, rounds=7, items=2_000_000, write="benchmarks/results/threads*.md")
    options = parser.parse_args()
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    rows = []
    print(markdown.head(COLUMNS))
    for name, items_of in inputs(options.items).items():
        one, eight = measured(items_of, options.rounds)
        rows.append([name, f"{one * 1e3:.1f}", f"{eight * 1e3:.1f}", f"{one / eight:.2f}"])
        print(markdown.line(rows[-1]), flush=True)
    if options.write:
        lock = "with" if has_lock else "without"
        facts = {
            "interpreter": f"CPython {platform.python_version()} {lock} the interpreter's lock",
            "items of each": f"{options.items:,}",
            "rounds": str(options.rounds),
        }
        name = "threads" if has_lock else "threads_without_lock"
        table = markdown.table(COLUMNS, rows)
        output.write_results(
            name, [table], facts=facts, sentence=SENTENCE, legend=LEGEND, others=["numpy"]
        )


if __name__ == "__main__":
    main()
