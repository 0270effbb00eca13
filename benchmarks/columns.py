"""Arrow columns, and those of pandas, Polars and DuckDB: ours, the rivals and the limit.

    python benchmarks/columns.py [--items N] [--rounds N] [--memory] [--write]
                                 [--only CONTESTANT...] [--tables TABLE...] [--threads N]

Every contestant gets the column in the form that it would hold it in, made outside the time: Polars
its own Series, DuckDB and pyarrow Arrow data. Where that form is not the one in the table's name, a
second row has Polars with the conversion.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import rivals
from harness import Contestant, Table, main
from limits import BUFFERS
from ours import OURS
from rivals import DUCKDB, DUCKDB_2, POLARS, hyperloglog_error

FEW_DISTINCT = 100_000
MISSING_SHARE = 0.1
LONGEST = 30  # letters
INTS_IN_A_LIST = 3


@dataclass(frozen=True)
class Forms:
    """How keys, which are shuffled int64 numbers, become a column; one key is one element."""

    arrow: Callable[[Any], Any]
    items: Callable[[Any], Any] = lambda arrow: arrow  # what ours count
    beside: Callable[[Any], Any] = lambda keys: None  # what ours are compared with


class Column:
    """One column in all forms. A part of it is made anew from its keys, and so has no offsets."""

    def __init__(self, keys, forms):
        self.keys = keys
        self.forms = forms
        self.arrow = forms.arrow(keys)
        self.items = forms.items(self.arrow)
        self.beside = forms.beside(keys)
        self.polars = rivals.polars_series(self.arrow)

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, part):
        return Column(self.keys[part], self.forms)

    def count_exactly(self):
        keys = np.ma.compressed(self.keys)
        return np.count_nonzero(np.bincount(keys - keys.min()))


def of(form, contestant, name=None):
    """Let it count this form of the column."""

    def count(column):
        return contestant.count(getattr(column, form))

    return replace(contestant, name=name or contestant.name, count=count)


CONVERTING = "Polars incl. conversion"
CONTESTANTS = [
    *(of("items", contestant) for contestant in OURS),
    of("arrow", BUFFERS),
    of("polars", POLARS),
    of("items", POLARS, CONVERTING),
    of("arrow", DUCKDB),
    of("arrow", DUCKDB_2),
    of("arrow", Contestant("pyarrow count_distinct", rivals.pyarrow_exact)),
    of(
        "arrow",
        Contestant("datasketches HLL", rivals.datasketches_hll, error=hyperloglog_error(2**12)),
    ),
]
PANDAS = of("items", Contestant("pandas nunique", rivals.pandas_nunique))
# Those that count the relation itself: with one thread `items`, with two `beside`.
OF_RELATION = [
    of("items", replace(DUCKDB, count=rivals.relation_approximate)),
    of("beside", replace(DUCKDB_2, count=rivals.relation_approximate)),
    of("items", replace(POLARS, count=rivals.relation_through_polars), CONVERTING),
]


@lru_cache(maxsize=1)
def shuffled(length, distinct):
    keys = np.arange(length) % distinct
    np.random.default_rng(0).shuffle(keys)
    return keys


def with_missing(keys):
    """Mask some; what the mask hides are values that occur elsewhere, for the column beside."""
    random = np.random.default_rng(1)
    mask = random.random(len(keys)) < MISSING_SHARE
    keys = keys.copy()
    keys[mask] = random.choice(keys[~mask], np.count_nonzero(mask))
    return np.ma.array(keys, mask=mask)


def to(*types):
    """Cast int64 keys to an Arrow type, by way of others."""

    def convert(keys):
        import pyarrow

        array = pyarrow.array(keys)
        for name, *arguments in types:
            array = array.cast(getattr(pyarrow, name)(*arguments))
        return array

    return convert


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
    """As pandas would have read it: text in its own dtype, numbers in NumPy's."""
    import pandas

    return pandas.Series(arrow.to_numpy(zero_copy_only=False))


def in_nullable_pandas(arrow):
    import pandas

    return arrow.to_pandas(types_mapper={arrow.type: pandas.Int64Dtype()}.get)


def table_of(name, arrow, *, distinct=FEW_DISTINCT, edit=np.asarray, others=(), **further_forms):
    forms = Forms(arrow, **further_forms)

    def make(length):
        return Column(edit(shuffled(length, distinct or length)), forms)

    contestants = {one.name: one for one in (*CONTESTANTS, *others)}  # of one name the later
    baselines = dict.fromkeys((POLARS.name, DUCKDB_2.name, *(other.name for other in others)))
    return Table(name, make, [*contestants.values()], [*baselines], Column.count_exactly)


def beside(name):
    """The first of ours again, which counts the column beside."""
    return of("beside", OURS[0], f"cvmcount, {name}")


STRING, INT32, INT64 = ("string",), ("int32",), ("int64",)
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
    main("columns", TABLES, __doc__.splitlines()[0])
