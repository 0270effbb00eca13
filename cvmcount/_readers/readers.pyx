"""Reads any input as blocks of identities. No reader knows what the identities are for.

Each container has a file of its own, and the table below says which reader takes which input.
"""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp.memory cimport unique_ptr
from libcpp.utility cimport move
from libcpp.vector cimport vector

import os
from collections.abc import Mapping

from cvmcount._core.identity cimport identity_hash
from cvmcount._core.reading cimport parallel_reader
from cvmcount._identity.objects cimport (
    IDENTIFIED,
    MISSING,
    NOT_MINE,
    Identifier,
    Verdict,
    identify,
    known,
)


include "blocks.pxi"
include "lists.pxi"
include "iterators.pxi"
include "columns.pxi"
include "objects.pxi"
include "arrays.pxi"
include "arrow.pxi"
include "categories.pxi"
include "composites.pxi"
include "frames.pxi"
include "files.pxi"
include "lines.pxi"
include "numbers.pxi"


# ---- what is no input, or not yet one ------------------------------------------------------------


cdef BlockReader reject_one_text(object items, size_t workers):
    if isinstance(items, (str, bytes, bytearray)) or isinstance(
        items, known("collections", "UserString")
    ):
        raise TypeError(
            f"items must be an iterable of elements, not one {type(items).__name__}: "
            "count its characters with list(items), or use add(item) to count it as one element"
        )
    return None


# What has no items before it is asked for them, and how to ask.
cdef tuple QUERIES = (
    ("duckdb", "DuckDBPyConnection", "connection.sql(query)"),
    ("pyarrow.dataset", "Dataset", "dataset.scanner(columns=[name]).to_reader()"),
    ("pyarrow.dataset", "Fragment", "fragment.scanner(columns=[name]).to_reader()"),
    ("pyarrow.dataset", "Scanner", "scanner.to_reader()"),
    ("pyarrow.parquet", "ParquetFile", "parquet_file.read(columns=[name])"),
    ("dask.array", "Array", "array.compute(), or its blocks one by one"),
)


# Iterated over, these would give their keys, rows, tensors or scalars of Arrow, which are not equal
# to their values.
cdef BlockReader reject_others(object items, size_t workers):
    name = type(items).__qualname__
    if isinstance(items, Mapping):
        raise TypeError(
            f"items must not be a {type(items).__name__}: pass its keys(), values() or items()"
        )
    reject_dimensions(items)
    if hasattr(items, "__cuda_array_interface__"):
        raise_device_memory()
    if hasattr(items, "__dlpack__"):
        raise TypeError(f"items must not be a {name}: pass numpy.asarray(items)")
    for module, kind, instead in QUERIES:
        if isinstance(items, known(module, kind)):
            raise TypeError(f"items must not be a {module}.{kind}: pass {instead}")
    for kind in ("Array", "ChunkedArray", "Scalar"):
        if isinstance(items, known("pyarrow", kind)):
            raise TypeError(
                f"items must not be a {name} of this pyarrow: pass a pyarrow.Array, or a "
                "pyarrow.ChunkedArray of pyarrow 16 or later"
            )
    return None


# ---- who reads what: the first that does not return None -----------------------------------------


ctypedef BlockReader (*opener)(object items, size_t workers)

cdef opener[12] OPENERS
OPENERS[:] = [
    open_sequence,  # list, tuple
    open_lines,
    open_text_file,
    reject_one_text,
    open_array,  # of NumPy
    open_narwhals,
    open_pandas_column,
    open_polars,
    open_arrow,
    open_buffer,
    reject_others,
    open_iterable,
]


cdef BlockReader open_reader(object items, size_t workers):
    cdef BlockReader reader
    for i in range(12):
        reader = OPENERS[i](items, workers)
        if reader is not None:
            return reader


cdef BlockReader open_kept_reader(object items, size_t workers):
    cdef BlockReader reader = open_kept_lines(items, workers)
    if reader is None:
        reader = open_reader(items, workers)
    reader.start_keeping()
    return reader
