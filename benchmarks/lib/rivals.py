"""Each of these functions counts distinct elements by what others have made.

Where the items are a list, its conversion to what a rival wants is part of the time. Rivals are
imported when they are called: one that is missing is left out, and the threads are set by then.
"""

import math
import random
import warnings
from functools import cache

from lib import rust_crate
from lib.contestant import Contestant

EPSILON, DELTA = 0.5, 0.001  # the article's


def hyperloglog_error(registers):
    return 1.04 / math.sqrt(registers)


# Relative standard errors; those of CVM just after a halving, when they are largest.
ARTICLE_ERROR = 0.036  # sqrt(2 / capacity), as measured at 100,000 distinct
APRXC_ERROR = 0.005  # likewise, with 83,000 slots
HYPERMINHASH_ERROR = 0.008  # measured
DUCKDB_ERROR = 0.032  # measured: that of 1,024 registers
THETA_ERROR = 1 / math.sqrt(2**12)
CPC_ERROR = 0.59 / math.sqrt(2**12)


def set_of_items(items):
    return len(set(items))


def article_naive(items):
    return rust_crate.require().count_approx_naive(items, EPSILON, DELTA)


def article_optimized(items):
    return rust_crate.require().count_approx_optimized(items, EPSILON, DELTA)


def article_python(items):
    capacity = round(12 / EPSILON**2 * math.log2(8 * len(items) / DELTA))
    kept = set()
    p = 1.0
    for item in items:
        kept.discard(item)
        if random.random() < p:
            kept.add(item)
            if len(kept) == capacity:
                kept = {member for member in kept if random.random() < 0.5}
                p /= 2
                if not kept:
                    raise RuntimeError("every member of the full set was dropped")
    return round(len(kept) / p)


def feed(add, items):
    for item in items:
        add(item)


def fed(sketch, items):
    """A sketch of DataSketches after it has met the items."""
    feed(sketch.update, items)
    return sketch


def count_distinct_cvm(items):
    from count_distinct import CVM

    counter = CVM(EPSILON, DELTA, len(items))
    feed(counter.add, items)
    return counter.calculate_final_result()


def aprxc(items):
    from aprxc import Aprxc

    return Aprxc.from_iterable(items).unique


def pyhyperminhash(items):
    from pyhyperminhash import Sketch

    return Sketch.from_iter(iter(items)).cardinality()


def hll_in_c(items):
    from HLL import HyperLogLog

    sketch = HyperLogLog(12)
    feed(sketch.add, items)
    return sketch.cardinality()


def datasketch(items):
    from datasketch import HyperLogLog

    sketch = HyperLogLog(p=12)
    for item in items:
        sketch.update(item.encode())
    with warnings.catch_warnings(action="ignore"):  # of counts near 2.5 times its registers
        return sketch.count()


def feed_datasketches(sketch, items):
    if hasattr(items, "tolist"):  # NumPy's own scalars would take longer
        items = items.tolist()
    return fed(sketch, items).get_estimate()


def datasketches_hll(items):
    from datasketches import hll_sketch

    return feed_datasketches(hll_sketch(12), items)


def datasketches_cpc(items):
    from datasketches import cpc_sketch

    return feed_datasketches(cpc_sketch(12), items)


def datasketches_theta(items):
    from datasketches import update_theta_sketch

    return feed_datasketches(update_theta_sketch(12), items)


def zpds(items):
    from zpds import HyperLogLog

    sketch = HyperLogLog(precision=14)
    sketch.add_many(items)
    return sketch.estimate()


def polars_series(items):
    """Polars' own, or None where it is not installed."""
    try:
        import polars
    except ImportError:
        return None
    return polars.Series(items)


def polars_approximate(items):
    import polars

    return polars.Series(items).approx_n_unique()


def polars_exact(items):
    import polars

    return polars.Series(items).n_unique()


def pyarrow_exact(items):
    import pyarrow
    import pyarrow.compute

    return pyarrow.compute.count_distinct(pyarrow.array(items)).as_py()


@cache
def duckdb_connection(threads):
    import duckdb

    return duckdb.connect(config={"threads": threads})


def duckdb_with(threads):
    def approx_count_distinct(items):
        import pyarrow

        connection = duckdb_connection(threads)
        connection.register("items", pyarrow.table({"item": items}))
        query = connection.execute("SELECT approx_count_distinct(item) FROM items")
        return query.fetchall()[0][0]

    return approx_count_distinct


def duckdb_relation(items, threads=1):
    """One column in DuckDB's own memory. Its table is named by its length."""
    import pyarrow

    connection = duckdb_connection(threads)
    connection.register("items", pyarrow.table({"item": items}))
    name = f"items_{len(items)}"
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT item FROM items")
    return connection.table(name)


def relation_approximate(relation):
    return relation.aggregate("approx_count_distinct(item)").fetchall()[0][0]


def relation_through_polars(relation):
    return relation.pl()["item"].approx_n_unique()


def numpy_unique(array):
    import numpy

    return numpy.unique(array).size


def pandas_nunique(array):
    import pandas

    return pandas.Series(array, copy=False).nunique()


def hll_in_rust(array):
    import numpy
    from hll_rust_py import PyHLL

    if array.dtype.itemsize != 8:
        raise TypeError("takes 64 bits an item only")
    sketch = PyHLL(14)
    sketch.extend(array.view(numpy.uint64))
    return sketch.count()


SET = Contestant("len(set(x))", set_of_items)
RUST = Contestant("article's optimized Rust", article_optimized, error=ARTICLE_ERROR)
POLARS = Contestant("Polars approx_n_unique", polars_approximate, error=hyperloglog_error(2**14))
DUCKDB = Contestant("DuckDB, 1 thread", duckdb_with(1), error=DUCKDB_ERROR)
DUCKDB_2 = Contestant("DuckDB, 2 threads", duckdb_with(2), error=DUCKDB_ERROR)
