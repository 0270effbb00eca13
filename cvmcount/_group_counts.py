"""Counts by key as a table: what `CVMGroups.estimates` and `count_approx(..., by=keys)` return."""

from array import array
from typing import NamedTuple

from cvmcount._tables.interface import ArrowColumns

RESULTS = ("estimate", "low", "high")


class GroupCount(NamedTuple):
    """The number of distinct elements of one key, and its interval."""

    key: object
    estimate: int
    low: int
    high: int


class GroupCounts(ArrowColumns):
    """A table of counts by key: a sequence of `GroupCount`, which does not change.

    `key_names` are the names of its key columns; of several, a key is a tuple. `confidence` is that
    of the interval of each row. Polars, pandas, pyarrow and DuckDB read it by the Arrow PyCapsule
    interface: `polars.DataFrame(counts)`.

    The rows of `CVMGroups.top` have intervals that hold all together: `is_simultaneous` is True.

    *Thread safety*: safe, since it does not change.

    Examples
    --------
    >>> from cvmcount import count_approx
    >>> counts = count_approx(["ada", "bob", "ada"], by=["home", "home", "about"])
    >>> counts
    <GroupCounts: 2 keys, 95% intervals each>
    >>> print(counts)
    GroupCounts: 2 keys, 95% intervals each
    key    estimate  low  high
    home   2         2    2
    about  1         1    1
    >>> [(key, estimate) for key, estimate, low, high in counts]
    [('home', 2), ('about', 1)]
    >>> counts.with_key_names(["page"]).to_pylist()[1]
    {'page': 'about', 'estimate': 1, 'low': 1, 'high': 1}
    """

    def __init__(self, keys, estimates, low, high, *, key_names, confidence, is_simultaneous=False):
        self._keys = keys
        self._numbers = (estimates, low, high)
        self.key_names = tuple(key_names)
        self.confidence = confidence
        self.is_simultaneous = is_simultaneous

    def with_key_names(self, names):
        """The same table with other names of its key columns: as many as there are.

        Raises
        ------
        ValueError
            If two columns would have one name.
        """
        every = [*names, *RESULTS]
        for name in names:
            if every.count(name) > 1:
                raise ValueError(f"by: a result cannot have two columns named {name!r}")
        return GroupCounts(
            self._keys,
            *self._numbers,
            key_names=names,
            confidence=self.confidence,
            is_simultaneous=self.is_simultaneous,
        )

    def __len__(self):
        return len(self._keys)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return GroupCount(self._keys[index], *(column[index] for column in self._numbers))

    def __iter__(self):
        return map(GroupCount, self._keys, *self._numbers)

    def __eq__(self, other):
        if not isinstance(other, GroupCounts):
            return NotImplemented
        return self.to_pydict() == other.to_pydict() and self.confidence == other.confidence

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self):
        """The estimates by key, as a dict in the order of the rows."""
        return dict(zip(self._keys, self._numbers[0], strict=True))

    def to_pydict(self):
        """The columns as a dict of lists, as data frame libraries take them."""
        columns = dict(zip(self.key_names, self._key_columns(), strict=True))
        columns |= {name: list(column) for name, column in zip(RESULTS, self._numbers, strict=True)}
        return columns

    def to_pylist(self):
        """The rows as a list of dicts."""
        columns = self.to_pydict()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _key_columns(self):
        if len(self.key_names) == 1:
            return [list(self._keys)]
        return [[key[i] for key in self._keys] for i in range(len(self.key_names))]

    def _describe(self):
        together = "together" if self.is_simultaneous else "each"
        return (
            f"GroupCounts: {len(self):,} keys, {100 * self.confidence:.10g}% intervals {together}"
        )

    def __repr__(self):
        return f"<{self._describe()}>"

    def _first_rows(self):
        names = [*self.key_names, *RESULTS]
        rows = []
        for count in self[:10]:
            keys = [count.key] if len(self.key_names) == 1 else count.key
            rows.append([*keys, f"{count.estimate:,}", f"{count.low:,}", f"{count.high:,}"])
        return names, rows

    def __str__(self):
        from cvmcount._tables.text import table_text

        return table_text(self._describe(), *self._first_rows(), len(self))

    def _repr_html_(self):
        from cvmcount._html import table_html

        return table_html(self._describe(), *self._first_rows(), len(self))


def empty_columns():
    return array("q"), array("q"), array("q")
