"""Makes tables of NumPy arrays."""

import numpy as np

from lib import rivals
from lib.comparison import Table
from lib.contestant import Contestant
from lib.items import FEW_DISTINCT, shuffled_array
from lib.limits import SUM
from lib.ours import OURS, other_levels
from lib.rivals import DUCKDB, DUCKDB_2, POLARS, hyperloglog_error

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


def count_exactly(array):
    """Sort and count the changes: much faster than a set, for every type."""
    ordered = np.sort(array)
    return 1 + np.count_nonzero(ordered[1:] != ordered[:-1])


def table_of(name, convert, distinct=FEW_DISTINCT):
    """An array made from shuffled int64 numbers."""

    def make(length):
        return convert(shuffled_array(length, distinct or length))

    baselines = (SUM.name, POLARS.name, DUCKDB.name)
    return Table(name, make, CONTESTANTS, baselines, count_exactly)
