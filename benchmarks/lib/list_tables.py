"""Makes tables of lists of Python objects."""

from lib import rivals
from lib.comparison import Table
from lib.contestant import Contestant
from lib.items import FEW_DISTINCT, shuffled_list
from lib.limits import FIELD, HASH, ITERATION
from lib.ours import OURS
from lib.rivals import DUCKDB, DUCKDB_2, POLARS, RUST, SET, hyperloglog_error

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


def table_of(name, make_item, distinct=FEW_DISTINCT):
    """Items made from shuffled numbers, counted by ours, a set and the fastest Rust."""

    def make(length):
        return [make_item(i) for i in shuffled_list(length, distinct or length)]

    return Table(name, make, [*OURS, SET, RUST], BASELINES, fresh=True)
