"""Times items of each kind, counted in a list, beside len(set(x)).

No two items of a list are the same object, and a tenth of them are distinct. The counts are checked
first.
"""

import datetime as dt
import uuid
from decimal import Decimal
from fractions import Fraction

import numpy as np

from cvmcount import CVMSketch
from lib import markdown
from lib.items import shuffled_list
from lib.options import make_parser
from lib.rivals import set_of_items
from lib.turns import Turns, in_turns

DAY = dt.datetime(2024, 1, 1)
KINDS = {
    "str, 6 letters": lambda i: f"{i:06}",
    "str, 6 letters, not ASCII": lambda i: f"é{i:05}",
    "str, 50 letters": lambda i: f"{i:050}",
    "bytes, 6": lambda i: b"%06d" % i,
    "int": lambda i: i * 1000,
    "int beyond 64 bits": lambda i: i + 2**80,
    "float": lambda i: i + 0.5,
    "bool": lambda i: i % 2 == 0,
    "tuple of two short str": lambda i: (f"{i:06}", "ab"),
    "tuple of tuples": lambda i: ((i, "x"), (i + 0.5, "y")),
    "frozenset of two str": lambda i: frozenset((f"{i:06}", "ab")),
    "datetime": lambda i: DAY + dt.timedelta(seconds=i),
    "datetime, aware": lambda i: DAY.replace(tzinfo=dt.UTC) + dt.timedelta(seconds=i),
    "date": lambda i: dt.date.fromordinal(i + 1),
    "timedelta": lambda i: dt.timedelta(seconds=i),
    "complex": lambda i: complex(i, 1),
    "Decimal": lambda i: Decimal(i) / 100,
    "Fraction": lambda i: Fraction(i, 7),
    "UUID": lambda i: uuid.UUID(int=i << 64),
    "numpy.int64": np.int64,
    "numpy.float64": lambda i: np.float64(i + 0.5),
    "numpy.float32": lambda i: np.float32(i + 0.5),
    "numpy.datetime64": lambda i: np.datetime64(i, "s"),
    "range (own hash)": range,
}


def feed(items):
    CVMSketch().update(items)


def count(items):
    sketch = CVMSketch(capacity=1_000_000)
    sketch.update(items)
    return sketch.estimate()


def main():
    arguments = make_parser(__doc__, items=200_000, rounds=5).parse_args()
    order = shuffled_list(arguments.items, max(arguments.items // 10, 1))
    print(markdown.head(["ns an item", "cvmcount", "set", "ratio"]))
    for name, make in KINDS.items():
        items = [make(i) for i in order]
        assert count(items) == len(set(items)), name
        ours, theirs = Turns(), Turns()
        contestants = [(ours, feed), (theirs, set_of_items)]
        for _, (turns, function) in in_turns(contestants, arguments.rounds):
            turns.take(function, items)
        a, b = (turns.seconds / arguments.items * 1e9 for turns in (ours, theirs))
        print(markdown.line([name, f"{a:.1f}", f"{b:.1f}", f"{b / a:.2f}"]), flush=True)


if __name__ == "__main__":
    main()
