"""NumPy arrays of many types: ours, the rivals and the limit.

    python benchmarks/arrays.py [--items N] [--rounds N] [--memory] [--write]
                                [--only CONTESTANT...] [--tables TABLE...] [--threads N]

Rivals get the array as it is; what they cannot take without a copy is copied within the time.
"""

from functools import lru_cache

import numpy as np
import rivals
from harness import Contestant, Table, main
from limits import SUM
from ours import OURS, other_levels
from rivals import DUCKDB, DUCKDB_2, POLARS, hyperloglog_error

CONTESTANTS = [
    *OURS,
    *other_levels(),
    SUM,
    POLARS,
    DUCKDB,
    DUCKDB_2,
    Contestant("zpds", rivals.zpds, error=hyperloglog_error(2**14)),
    Contestant("HLL in Rust", rivals.hll_in_rust, error=hyperloglog_error(2**14)),
    Contestant("datasketches HLL", rivals.datasketches_hll, error=hyperloglog_error(2**12)),
    Contestant("pandas nunique", rivals.pandas_nunique),
    Contestant("pyarrow count_distinct", rivals.pyarrow_exact),
    Contestant("Polars n_unique", rivals.polars_exact),
    Contestant("np.unique", rivals.numpy_unique),
]
FEW_DISTINCT = 100_000


def count_exactly(array):
    """Sort and count the changes: much faster than a set, for every type."""
    ordered = np.sort(array)
    return 1 + np.count_nonzero(ordered[1:] != ordered[:-1])


@lru_cache(maxsize=1)
def shuffled(length, distinct):
    order = np.arange(length) % distinct
    np.random.default_rng(0).shuffle(order)
    return order


def table_of(name, convert, distinct=FEW_DISTINCT):
    """An array made from shuffled int64 numbers."""

    def make(length):
        return convert(shuffled(length, distinct or length))

    baselines = (SUM.name, POLARS.name, DUCKDB.name)
    return Table(name, make, CONTESTANTS, baselines, count_exactly)


def to(dtype):
    return lambda order: order.astype(dtype)


TABLES = [
    table_of("int64, 100,000 distinct", to("int64")),
    table_of("int64, all distinct", to("int64"), distinct=None),
    table_of("float64, 100,000 distinct", lambda order: order + 0.5),
    table_of("float64, all distinct", lambda order: order / 4, distinct=None),
    table_of("int32", to("int32")),
    table_of("uint8", to("uint8")),
    table_of("int64, every second", lambda order: np.repeat(order, 2)[::2]),
    table_of("int64, big-endian", to(">i8")),
    table_of("text, U8", to("U8")),
    table_of("bytes, S8", to("S8")),
]

if __name__ == "__main__":
    main("arrays", TABLES, __doc__.splitlines()[0])
