"""Measures what crafted items do to a sketch whose seed is known, and to one whose seed is secret.

The items are made from the definition of identities in tests/support/oracle.py, in a second. The
table stands in docs/hostile_data.md, too.
"""

import sys
import warnings

import numpy

from cvmcount import CVMSketch
from lib import machine, markdown, output
from lib.options import make_parser

sys.path.insert(0, str(machine.ROOT / "tests" / "support"))

import oracle
import rapid_hash

KNOWN_SEED = 0
CAPACITY = CVMSketch().capacity
COLUMNS = ["items", "distinct", "seed 0 says", "95 % interval", "exact", "a secret seed says"]
SENTENCE = (
    "Each row is counted by two sketches of the default capacity, one under the default seed."
)
LEGEND = {
    "small ints": "integers whose identities are the smallest",
    "large ints": "integers whose identities are the largest",
    "blinding bytes": "16 bytes of which the first 8 are a word of the published secret",
    "blinding tuples": "the same of a tuple, by an integer whose identity is those 8 bytes",
}


def integers_of(identities):
    """Return the integers that have these identities under the known seed."""
    whitening, between = oracle.Keys(KNOWN_SEED).word["integer"]
    low = numpy.asarray(identities, "u8") & 0xFFFFFFFF
    high = numpy.asarray(identities, "u8") >> 32

    def rounded(half, prime):
        product = half * numpy.uint64(prime)
        return (product ^ product >> 32) & 0xFFFFFFFF

    low ^= rounded(high, oracle.PRIMES[3])
    high ^= rounded(low ^ (between >> 32), oracle.PRIMES[2])
    low ^= rounded(high ^ (between & 0xFFFFFFFF), oracle.PRIMES[1])
    high ^= rounded(low, oracle.PRIMES[0])
    return ((high << 32 | low) ^ numpy.uint64(whitening)).astype("i8")


def small(n):
    return integers_of(numpy.arange(n, 0, -1, dtype="u8"))


def large(n):
    return integers_of(~numpy.arange(n, 0, -1, dtype="u8"))


BLINDING = rapid_hash.SECRET[1]


def blinding_bytes(n):
    prefix = BLINDING.to_bytes(8, "little")
    return [prefix + i.to_bytes(8, "little") for i in range(n)]


def blinding_tuples(n):
    first = int(integers_of([BLINDING])[0])
    return [(first, i) for i in range(n)]


def streams():
    """Yield the name of each stream, its parts, and how many distinct items it has."""
    more = CAPACITY + 1_636
    ones = numpy.ones(10_000_000, "i8")
    yield (
        f"{more:,} small ints, falling, then 10,000,000 times the int 1",
        [small(more), ones],
        more + 1,
    )
    frozen = CAPACITY + 1
    everything = numpy.arange(10_000_000)
    rising = small(frozen)[::-1].copy()
    yield f"{frozen:,} of them, rising, then range(10,000,000)", [rising, everything], None
    yield "3,000,000 large ints, rising", [large(3_000_000)], 3_000_000
    yield "1,000,000 blinding bytes", [blinding_bytes(1_000_000)], 1_000_000
    yield "1,000,000 blinding tuples", [blinding_tuples(1_000_000)], 1_000_000


def measure(parts, distinct):
    known, secret = CVMSketch(seed=KNOWN_SEED), CVMSketch(seed=None)
    for part in parts:
        known.update(part)
        secret.update(part)
    if distinct is None:
        distinct = len(set().union(*(part.tolist() for part in parts)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low, high = known.interval(0.95)
        return [
            f"{distinct:,}",
            f"{known.count():,}",
            f"{low:,} … {high:,}",
            str(known.is_exact),
            f"{secret.count():,}",
        ]


def main():
    arguments = make_parser(__doc__, write="benchmarks/results/crafted.md").parse_args()
    rows = []
    print(markdown.head(COLUMNS))
    for name, parts, distinct in streams():
        rows.append([name, *measure(parts, distinct)])
        print(markdown.line(rows[-1]), flush=True)
    if arguments.write:
        table = markdown.table(COLUMNS, rows)
        output.write_results(
            "crafted", [table], facts={}, others=[], sentence=SENTENCE, legend=LEGEND
        )
        output.replace_block("docs/hostile_data.md", "crafted", table)


if __name__ == "__main__":
    main()
