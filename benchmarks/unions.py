"""Measures the error of a union: merged, by its operands, and by DataSketches' theta and HLL.

It takes two minutes. --write puts the table into docs/merging.md, too. It exits with 1 if an error
of ours is larger than theory allows for the merged sketch.
"""

import sys

from cvmcount import CVMSketch, union
from lib import markdown, output
from lib.options import make_parser
from lib.ours import UNION_ERROR
from lib.rivals import fed
from lib.theory import rms

LOG2_SIZE = 12
DATA_SETS = 100
COLUMNS = ["operands", "merged sketch", "`union`", "DataSketches theta", "DataSketches HLL"]
SENTENCE = (
    f"Root mean squares of the relative error over {DATA_SETS} data sets: ours with default "
    f"arguments, the others with 2**{LOG2_SIZE} hashes or registers."
)
LEGEND = {
    "the week": "seven days of 30,000, each with four fifths of those of the day before",
    "16 shards": "16 sketches of 20,000 elements, none in common",
    "16 servers": "16 sketches of 20,000 elements, half of which all have",
    "2 alike": "two sketches of the same 100,000 elements, in different orders",
}
SHAPES = {
    "the week": [range(6_000 * i, 6_000 * i + 30_000) for i in range(7)],
    "16 shards": [range(20_000 * i, 20_000 * (i + 1)) for i in range(16)],
    "16 servers": [[*range(10_000), *range(10_000 * i, 10_000 * (i + 1))] for i in range(1, 17)],
    "2 alike": [range(100_000), range(99_999, -1, -1)],
}


def ours(parts):
    sketches = []
    for part in parts:
        sketches.append(CVMSketch())
        sketches[-1].update(part)
    merged = CVMSketch()
    merged.merge(*sketches)
    return merged.estimate(), union(*sketches).estimate()


def theirs(parts):
    from datasketches import hll_sketch, hll_union, theta_union, update_theta_sketch

    theta, hll = theta_union(LOG2_SIZE), hll_union(LOG2_SIZE)
    for part in parts:
        theta.update(fed(update_theta_sketch(LOG2_SIZE), part))
        hll.update(fed(hll_sketch(LOG2_SIZE), part))
    return theta.get_result().get_estimate(), hll.get_estimate()


def row(name, parts):
    true = len(set().union(*parts))
    errors = []
    for number in range(DATA_SETS):
        shifted = [[item + 10**9 * number for item in part] for part in parts]
        errors.append([found / true - 1 for found in (*ours(shifted), *theirs(shifted))])
    return [name, *map(rms, zip(*errors, strict=True))]


def main():
    arguments = make_parser(__doc__, write="benchmarks/results/unions.md").parse_args()
    rows, off = [], False
    print(markdown.head(COLUMNS))
    for name, parts in SHAPES.items():
        _, *errors = row(name, parts)
        off |= max(errors[:2]) > 1.5 * UNION_ERROR
        rows.append([name, *(f"{error:.2%}" for error in errors)])
        print(markdown.line(rows[-1]), flush=True)
    if arguments.write:
        table = markdown.table(COLUMNS, rows)
        output.write_results("unions", [table], facts={}, sentence=SENTENCE, legend=LEGEND)
        output.replace_block("docs/merging.md", "unions", table)
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
