"""Count the distinct lines of a file, or the ten million strings of the article's workload.

    python3 dev.py count [FILE]

Prints the estimate beside the exact count, and the time of each.
"""

import sys

from cvmcount import CVMSketch, count_approx
from lib.items import article_words
from lib.options import make_parser
from lib.rivals import set_of_items
from lib.turns import timed


def lines_of(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        return [line.removesuffix("\n") for line in file]


def main():
    parser = make_parser(__doc__)
    parser.add_argument("file", nargs="?", help="a text file; default: the article's workload")
    path = parser.parse_args().file
    try:
        items = article_words() if path is None else lines_of(path)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")

    estimate, approximate_time = timed(count_approx, items)
    _, fresh_time = timed(lambda items: count_approx(items, coins="fresh"), items)
    exact, exact_time = timed(set_of_items, items)
    sketch = CVMSketch()
    sketch.update(items)
    low, high = sketch.interval(0.95)

    factor = exact_time / approximate_time
    print(f"items             {len(items):>14,}")
    print(f"estimate          {estimate:>14,}   95% interval {low:,} ... {high:,}")
    print(f"exact             {exact:>14,}")
    print(f"relative error    {(estimate - exact) / max(exact, 1):>+14.2%}")
    print(f"count_approx      {approximate_time:>12.3f} s")
    print(f"  with fresh coins{fresh_time:>12.3f} s")
    print(f"len(set(items))   {exact_time:>12.3f} s   {factor:.1f} times as long")


if __name__ == "__main__":
    main()
