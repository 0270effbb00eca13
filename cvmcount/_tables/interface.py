"""The Arrow PyCapsule interface of what has columns of Python values."""


class ArrowColumns:
    """What has `to_pydict()` is a table for Arrow libraries and data frames.

    They read it by these methods: `polars.DataFrame(table)`, `pyarrow.table(table)`.
    """

    def _table(self):
        from cvmcount._tables.columns import column_of, table_of
        from cvmcount._tables.export import Table

        return Table(table_of([column_of(*column) for column in self.to_pydict().items()]))

    def __arrow_c_schema__(self):
        """The types of the columns by the Arrow PyCapsule interface.

        Raises
        ------
        TypeError
            If the values of a column have no Arrow type in common, such as text and integers:
            `to_pylist()` has them as Python values.
        """
        return self._table().__arrow_c_schema__()

    def __arrow_c_array__(self, requested_schema=None):
        """The same with the values as one array. It is a copy, and always of one schema."""
        return self._table().__arrow_c_array__(requested_schema)

    def __arrow_c_stream__(self, requested_schema=None):
        """The same for a stream of one array."""
        return self._table().__arrow_c_stream__(requested_schema)
