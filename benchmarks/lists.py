"""Lists of Python objects: ours, the rivals and the limits.

    python benchmarks/lists.py [--items N] [--rounds N] [--memory] [--write]
                               [--only CONTESTANT...] [--tables TABLE...] [--threads N]

In the table `article` the list refers to 100,000 objects whose hashes are known after the first
round. In all others every item is an object of its own, made anew for every turn, outside the
time, so that no hash is known.
"""

import random
from dataclasses import replace
from functools import lru_cache

import rivals
from count import article_workload
from harness import Contestant, Table, main
from limits import FIELD, HASH, ITERATION
from ours import OURS
from rivals import DUCKDB, DUCKDB_2, POLARS, RUST, SET, hyperloglog_error

ARTICLE = [
    *OURS,
    FIELD,
    ITERATION,
    HASH,
    SET,
    RUST,
    Contestant("article's naive Rust", rivals.article_naive, error=rivals.ARTICLE_ERROR),
    Contestant("article's Python", rivals.article_python, error=rivals.ARTICLE_ERROR),
    Contestant("count-distinct", rivals.count_distinct_cvm, error=rivals.ARTICLE_ERROR),
    Contestant("aprxc", rivals.aprxc, error=rivals.APRXC_ERROR),
    Contestant("pyhyperminhash", rivals.pyhyperminhash, error=rivals.HYPERMINHASH_ERROR),
    Contestant("HLL", rivals.hll_in_c, error=hyperloglog_error(2**12)),
    Contestant("zpds", rivals.zpds, error=hyperloglog_error(2**14)),
    Contestant("datasketch", rivals.datasketch, error=hyperloglog_error(2**12)),
    Contestant("datasketches HLL", rivals.datasketches_hll, error=hyperloglog_error(2**12)),
    Contestant("datasketches CPC", rivals.datasketches_cpc, error=rivals.CPC_ERROR),
    Contestant("datasketches theta", rivals.datasketches_theta, error=rivals.THETA_ERROR),
    POLARS,
    DUCKDB,
    DUCKDB_2,
    Contestant("pyarrow count_distinct", rivals.pyarrow_exact),
]
BASELINES = (SET.name, RUST.name)
FEW_DISTINCT = 100_000


@lru_cache(maxsize=1)
def shuffled_article(length):
    return article_workload()[:length]


@lru_cache(maxsize=1)
def shuffled(length, distinct):
    order = [i % distinct for i in range(length)]
    random.Random(0).shuffle(order)
    return order


def separate_words(length):
    """The article's words in its order, each an object of its own."""
    return [str(int(word)) for word in shuffled_article(length)]


def table_of(name, make_item, distinct=FEW_DISTINCT):
    """Items made from shuffled numbers, counted by ours, a set and the fastest Rust."""

    def make(length):
        return [make_item(i) for i in shuffled(length, distinct or length)]

    return Table(name, make, [*OURS, SET, RUST], BASELINES, fresh=True)


def through_generator(contestant):
    def count(items):
        return contestant.count(item for item in items)

    return replace(contestant, count=count)


GENERATOR = [through_generator(contestant) for contestant in (*OURS, SET, ITERATION)]

TABLES = [
    Table("article", shuffled_article, ARTICLE, BASELINES),
    Table("separate", separate_words, ARTICLE, BASELINES, fresh=True),
    table_of("int, 100,000 distinct", lambda i: i * 1000),
    table_of("int, all distinct", lambda i: i * 1000, distinct=None),
    table_of("float", lambda i: i + 0.5),
    table_of("bytes", lambda i: b"%d" % i),
    table_of("str, 50 letters", lambda i: f"{i:050}"),
    table_of("str, not ASCII", lambda i: f"é{i}"),
    table_of("tuple (int, str)", lambda i: (i, str(i))),
    Table("generator", shuffled_article, GENERATOR, (ITERATION.name, SET.name)),
]

if __name__ == "__main__":
    main("lists", TABLES, __doc__.splitlines()[0])
