# Data frame libraries: their columns are arrays or Arrow data where these say the same, or objects.
# None of these libraries need be there.

# The types of pandas that have values and a mask of those that are missing.
cdef tuple MASKED_DTYPES = (
    "BooleanDtype",
    *(f"{kind}{bits}Dtype" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)),
    "Float32Dtype",
    "Float64Dtype",
)


# Returns whether to_numpy() says the same, without a Python object for each value that is not one
# already.
cdef bint goes_by_numpy(dtype) except -1:
    if isinstance(dtype, known("pandas", "StringDtype")):
        return dtype.storage == "python"
    return isinstance(dtype, known("numpy", "dtype")) or isinstance(
        dtype, known("pandas", "SparseDtype")
    )


cdef bint holds_arrow(dtype) except -1:
    if isinstance(dtype, known("pandas", "StringDtype")):
        return dtype.storage != "python"  # there were several others
    return isinstance(dtype, known("pandas", "ArrowDtype"))


cdef bint is_masked(dtype) except -1:
    for name in MASKED_DTYPES:
        if isinstance(dtype, known("pandas", name)):
            return True
    return False


cdef bint is_zoned(dtype) except -1:
    return isinstance(dtype, known("pandas", "DatetimeTZDtype"))


# Aware datetimes as an array of their instants.
cdef object instants_of(items):
    return items.to_numpy(dtype=f"M8[{items.dtype.unit}]")


# A Series, an Index or an extension array.
cdef BlockReader open_pandas(items, size_t workers):
    dtype = items.dtype
    if goes_by_numpy(dtype):
        return open_numpy_array(items.to_numpy(), workers)
    items = getattr(items, "array", items)
    if holds_arrow(dtype):
        return open_arrow(items.__arrow_array__(), workers)
    if is_zoned(dtype):
        return open_values(items, instants_of(items), None, True, workers)
    if is_masked(dtype):
        # pandas has no public names for these, and the copies that it makes take several times as
        # long as counting. If they are gone one day, the values are read as objects.
        values, mask = getattr(items, "_data", None), getattr(items, "_mask", None)
        if getattr(values, "dtype", None) == dtype.type and getattr(mask, "dtype", None) == bool:
            return open_values(items, values, mask, False, workers)
    if isinstance(dtype, known("pandas", "PeriodDtype")):
        return open_periods(items, workers)
    if isinstance(dtype, known("pandas", "IntervalDtype")):
        return open_intervals(items, workers)
    # Categories that nothing refers to may be many more.
    if isinstance(dtype, known("pandas", "CategoricalDtype")) and len(dtype.categories) <= len(
        items
    ):
        categories = open_pandas(dtype.categories, 1)
        return open_categorical(items, categories, workers)
    return ObjectsReader(items)


cdef bint is_pandas_column(items) except -1:
    return (
        isinstance(items, known("pandas", "Series"))
        or isinstance(items, known("pandas", "Index"))
        or isinstance(items, known("pandas.api.extensions", "ExtensionArray"))
    )


# A series or frame that narwhals wraps.
cdef BlockReader open_narwhals(object items, size_t workers):
    for name in ("Series", "DataFrame", "LazyFrame"):
        if isinstance(items, known("narwhals", name)):
            return open_reader(items.to_native(), workers)
    return None


# The one column that a pandas object holds.
cdef BlockReader open_pandas_column(object items, size_t workers):
    if isinstance(items, known("pandas", "DataFrame")):
        if items.shape[1] != 1:
            raise_columns(items.columns)
        items = items.iloc[:, 0]
    if is_pandas_column(items):
        return open_pandas(items, workers)
    return None


# Polars gives Arrow data for all that can be counted. The rest is an error.
cdef BlockReader open_polars(object items, size_t workers):
    if isinstance(items, known("polars", "LazyFrame")):
        raise TypeError("items must not be a LazyFrame: pass items.collect()")
    if isinstance(items, known("polars", "DataFrame")):
        if items.width != 1:
            raise_columns(items.columns)
        reject_objects(items.dtypes[0])
    elif isinstance(items, known("polars", "Series")):
        reject_objects(items.dtype)
    return None


cdef int raise_columns(names) except -1:
    if len(names) == 0:
        raise TypeError("items must have one column, not none")
    shown = ", ".join([str(name) for name in names[:5]]) + (", ..." if len(names) > 5 else "")
    raise TypeError(f"cannot count {len(names)} columns ({shown}): pass one of them")


# Exported they are mere addresses.
cdef int reject_objects(dtype) except -1:
    if dtype == known("polars", "Object"):
        raise TypeError("cannot count a Polars column of objects: pass items.to_list()")
    for field in getattr(dtype, "fields", ()):
        reject_objects(field.dtype)
    if getattr(dtype, "inner", None) is not None:
        reject_objects(dtype.inner)
    return 0
