"""Makes tables of columns, each in the forms that its contestants would hold it in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib import rivals
from lib.comparison import Table
from lib.contestant import Contestant
from lib.items import FEW_DISTINCT, shuffled_array
from lib.limits import BUFFERS
from lib.ours import OURS
from lib.rivals import DUCKDB, DUCKDB_2, POLARS, hyperloglog_error

STRING, INT32, INT64 = ("string",), ("int32",), ("int64",)  # Arrow types


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


def to(*types):
    """Cast int64 keys to an Arrow type, by way of others."""

    def convert(keys):
        import pyarrow

        array = pyarrow.array(keys)
        for name, *arguments in types:
            array = array.cast(getattr(pyarrow, name)(*arguments))
        return array

    return convert


def table_of(name, arrow, *, distinct=FEW_DISTINCT, edit=np.asarray, others=(), **further_forms):
    forms = Forms(arrow, **further_forms)

    def make(length):
        return Column(edit(shuffled_array(length, distinct or length)), forms)

    contestants = {one.name: one for one in (*CONTESTANTS, *others)}  # of one name the later
    baselines = dict.fromkeys((POLARS.name, DUCKDB_2.name, *(other.name for other in others)))
    return Table(name, make, [*contestants.values()], [*baselines], Column.count_exactly)
