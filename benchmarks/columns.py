"""Counts columns of Arrow, pandas, Polars and DuckDB, by ours, the rivals and the limit.

Every contestant gets the column in the form that it would hold it in, made outside the time: Polars
its own Series, DuckDB and pyarrow Arrow data. Where that form is not the one in the table's name, a
second row has Polars with the conversion.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from lib import rivals
from lib.column_tables import CONVERTING, INT32, INT64, STRING, of, table_of, to
from lib.contestant import Contestant
from lib.items import FEW_DISTINCT
from lib.ours import OURS
from lib.rivals import DUCKDB, DUCKDB_2, POLARS
from lib.run_tables import main

MISSING_SHARE = 0.1
LONGEST = 30  # letters
INTS_IN_A_LIST = 3

PANDAS = of("items", Contestant("pandas nunique", rivals.pandas_nunique))
# Those that count the relation itself: with one thread `items`, with two `beside`.
OF_RELATION = [
    of("items", replace(DUCKDB, count=rivals.relation_approximate)),
    of("beside", replace(DUCKDB_2, count=rivals.relation_approximate)),
    of("items", replace(POLARS, count=rivals.relation_through_polars), CONVERTING),
]


def with_missing(keys):
    """Mask some; what the mask hides are values that occur elsewhere, for the column beside."""
    random = np.random.default_rng(1)
    mask = random.random(len(keys)) < MISSING_SHARE
    keys = keys.copy()
    keys[mask] = random.choice(keys[~mask], np.count_nonzero(mask))
    return np.ma.array(keys, mask=mask)


def without_missing(convert):
    return lambda keys: convert(keys.data)


@lru_cache(maxsize=1)
def words_of_mixed_lengths():
    """Each number once, in base 36, followed by blanks up to 1 to 30 letters."""
    lengths = np.random.default_rng(2).integers(1, LONGEST + 1, FEW_DISTINCT)
    return [np.base_repr(i, 36).ljust(n) for i, n in enumerate(lengths.tolist())]


def mixed_lengths(keys):
    import pyarrow

    return pyarrow.array(words_of_mixed_lengths()).take(pyarrow.array(keys))


def dictionary(keys):
    import pyarrow

    indices = pyarrow.array(keys, pyarrow.int32())
    return pyarrow.DictionaryArray.from_arrays(indices, to(STRING)(np.arange(FEW_DISTINCT)))


def lists(keys):
    import pyarrow

    offsets = pyarrow.array(np.arange(len(keys) + 1) * INTS_IN_A_LIST, pyarrow.int32())
    values = pyarrow.array(np.repeat(keys, INTS_IN_A_LIST), pyarrow.int32())
    return pyarrow.ListArray.from_arrays(offsets, values)


def in_pandas(arrow):
    """Return what pandas would have read: strings in its own dtype, numbers in NumPy's."""
    import pandas

    return pandas.Series(arrow.to_numpy(zero_copy_only=False))


def in_nullable_pandas(arrow):
    import pandas

    return arrow.to_pandas(types_mapper={arrow.type: pandas.Int64Dtype()}.get)


def beside(name):
    """The first of ours again, which counts the column beside."""
    return of("beside", OURS[0], f"cvmcount, {name}")


TABLES = [
    table_of("utf8", to(STRING)),
    table_of("large_utf8", to(("large_string",))),
    table_of("string_view", to(STRING, ("string_view",))),
    table_of("utf8, all distinct", to(STRING), distinct=None),
    table_of("utf8, 3,000 distinct", to(STRING), distinct=3_000),
    table_of("utf8, 1 to 30 bytes", mixed_lengths),
    table_of(
        "utf8, 10 % null",
        to(STRING),
        edit=with_missing,
        beside=without_missing(to(STRING)),
        others=[beside("without nulls")],
    ),
    table_of(
        "int64, 10 % null",
        to(INT64),
        edit=with_missing,
        beside=without_missing(to(INT64)),
        others=[beside("without nulls")],
    ),
    table_of(
        "int8, 10 % null",
        to(("int8",)),
        distinct=100,
        edit=with_missing,
        beside=without_missing(to(("int8",))),
        others=[beside("without nulls")],
    ),
    table_of(
        "dictionary<int32, utf8>",
        dictionary,
        beside=to(INT32),
        others=[beside("indices alone")],
    ),
    table_of("pandas Series of str", to(STRING), items=in_pandas, others=[PANDAS]),
    table_of("pandas Series of int", to(INT64), items=in_pandas, others=[PANDAS]),
    table_of(
        "pandas Series of Int64, 10 % null",
        to(INT64),
        edit=with_missing,
        items=in_nullable_pandas,
        beside=lambda keys: in_nullable_pandas(to(INT64)(keys.data)),
        others=[PANDAS, beside("without nulls")],
    ),
    table_of("Polars Series of str", to(STRING), items=rivals.polars_series),
    table_of(
        "DuckDB relation of str",
        to(STRING),
        items=rivals.duckdb_relation,
        beside=lambda keys: rivals.duckdb_relation(to(STRING)(keys), threads=2),
        others=OF_RELATION,
    ),
    table_of("timestamp[us]", to(("timestamp", "us"))),
    table_of("decimal128", to(("decimal128", 21, 2))),
    table_of("list<int32>", lists),
]

if __name__ == "__main__":
    main("columns", TABLES, __doc__)
