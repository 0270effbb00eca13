# NumPy arrays and all other buffers, as columns. NumPy need not be there.

from cpython.buffer cimport (
    PyBUF_FORMAT,
    PyBUF_STRIDES,
    PyBuffer_Release,
    PyObject_CheckBuffer,
    PyObject_GetBuffer,
)

import array
import re
import sys
from functools import lru_cache

from cvmcount._core.columns cimport (
    boolean_type,
    complex64_type,
    complex128_type,
    fixed_bytes_column,
    fixed_text_column,
    int8_type,
    int16_type,
    int32_type,
    int64_type,
    layout,
    number_column,
    number_type,
    real16_type,
    real32_type,
    real64_type,
    time_column,
    time_form,
    uint8_type,
    uint16_type,
    uint32_type,
    uint64_type,
)
from cvmcount._core.identity cimport (
    aware_datetime_kind,
    byte,
    date_kind,
    datetime_kind,
    duration_kind,
)
from cvmcount._identity.objects cimport unit_nanoseconds


# Splits a format of the struct module or of PEP 3118 into three: that its byte order is not that of
# this machine, the count and the code. Returns None for a compound format.
@lru_cache(maxsize=256)
def parsed_format(bytes format):
    match = re.fullmatch(rb"([@=<>!^]?)(\d*)(Z?[a-zA-Z?])", format)
    if match is None:
        return None
    order, count, code = match.groups()
    swapped = order in (b">", b"!") if sys.byteorder == "little" else order == b"<"
    return swapped, int(count or 1), code.decode()


cdef class Buffer(ArrayValues):
    """The memory of an object, held open, and how its values lie in it."""

    cdef Py_buffer view

    def __cinit__(self, memory, items):
        PyObject_GetBuffer(memory, &self.view, PyBUF_FORMAT | PyBUF_STRIDES)

    def __init__(self, memory, items):
        super().__init__(items)
        if self.view.ndim != 1:
            raise_dimensions(self.view.ndim)

    def __dealloc__(self):
        PyBuffer_Release(&self.view)

    cdef layout values(self, bint swapped) noexcept:
        cdef layout where
        where.data = <const byte*>self.view.buf
        # Some exporters leave out the strides of contiguous memory, whatever they are asked for.
        where.stride = self.view.itemsize if self.view.strides is NULL else self.view.strides[0]
        where.size = <size_t>self.view.shape[0]
        where.swapped = swapped
        return where

    # The column of these values, to be owned by the caller; or null for what has to be iterated
    # over.
    cdef column* column_of_numbers_or_text(self) except? NULL:
        parsed = parsed_format(b"B" if self.view.format is NULL else <bytes>self.view.format)
        if parsed is None:
            return NULL
        swapped, count, code = parsed
        cdef layout values = self.values(swapped)
        cdef size_t width = self.view.itemsize
        if code == "w" and width == 4 * <size_t>count and type(self.items) is not array.array:
            return new fixed_text_column(count, values)
        if code == "s" and width == <size_t>count:
            return new fixed_bytes_column(count, values)
        if count != 1 or (code, width) not in NUMBERS:
            return NULL
        return new number_column(<number_type><int>NUMBERS[code, width], values)


cdef dict NUMBERS = {
    ("?", 1): <int>boolean_type,
    ("e", 2): <int>real16_type,
    ("f", 4): <int>real32_type,
    ("d", 8): <int>real64_type,
    ("g", 8): <int>real64_type,
    ("Zf", 8): <int>complex64_type,
    ("Zd", 16): <int>complex128_type,
    ("Zg", 16): <int>complex128_type,
    **{
        (code, width): kind
        for codes, kinds in (
            ("bhilqn", (<int>int8_type, <int>int16_type, <int>int32_type, <int>int64_type)),
            ("BHILQN", (<int>uint8_type, <int>uint16_type, <int>uint32_type, <int>uint64_type)),
        )
        for code in codes
        for width, kind in zip((1, 2, 4, 8), kinds, strict=True)
    },
}


cdef BlockReader column_reader(Buffer buffer, column* values, mask, size_t workers):
    cdef ColumnReader reader = ColumnReader.__new__(ColumnReader)
    cdef Buffer missing
    reader.start_column(buffer, values, workers)
    if mask is not None:
        missing = Buffer(mask, mask)
        if missing.view.itemsize != 1 or missing.view.shape[0] != buffer.view.shape[0]:
            raise ValueError("items must have a mask of one bool for each value")
        values.set_mask(missing.values(False))
        reader.kept_alive = missing
    return reader


# The column of an array of datetime64 or timedelta64; or null where the unit is not a whole number
# of nanoseconds, or would overflow.
cdef column* column_of_times(Buffer buffer, dtype, bint is_aware) except? NULL:
    cdef time_form form
    unit, count = known("numpy", "datetime_data")(dtype)
    form.least_is_missing = True
    if unit == "D" and dtype.kind == "M":
        form.which = date_kind
        form.factor = count
    else:
        nanoseconds = unit_nanoseconds(unit)
        if nanoseconds is None or nanoseconds * count >= 2**63:
            return NULL
        if dtype.kind == "m":
            form.which = duration_kind
        else:
            form.which = aware_datetime_kind if is_aware else datetime_kind
        form.factor = nanoseconds * count
    return new time_column(form, buffer.values(not dtype.isnative))


# Returns whether a null of this StringDType, if it can have one, is a missing value.
cdef bint null_is_missing(dtype) except -1:
    null = getattr(dtype, "na_object", None)
    return null is None or null is known("pandas", "NA") or (
        isinstance(null, float) and null != null
    )


# The memory of a NumPy array, or None where its values have to be made Python objects.
cdef Buffer buffer_of(values, items):
    dtype = values.dtype
    if dtype.kind in "mM":
        # They are read as integers: the buffer protocol has no times.
        return Buffer(values.view(dtype.str[0] + "i8"), items)
    if dtype.kind in "?biufcSU" and dtype.char not in "gG":
        return Buffer(values, items)
    return None


# The column of such an array, to be owned by the caller, or null.
cdef column* column_of(Buffer buffer, dtype, bint is_aware) except? NULL:
    if buffer is None:
        return NULL
    if dtype.kind in "mM":
        return column_of_times(buffer, dtype, is_aware)
    return buffer.column_of_numbers_or_text()


# A reader of `items` by the NumPy array of their values, a mask of bools that are true where one is
# missing, or None, and whether times are instants, of which this array holds the UTC.
cdef BlockReader open_values(items, values, mask, bint is_aware, size_t workers):
    cdef Buffer buffer = buffer_of(values, items)
    cdef column* opened = column_of(buffer, values.dtype, is_aware)
    if opened is NULL:
        return ObjectsReader(items)
    return column_reader(buffer, opened, mask, workers)


cdef BlockReader open_numpy_array(items, size_t workers):
    values, mask = items, None
    if type(items) is known("numpy.ma", "MaskedArray"):
        values = items.data
        mask = None if items.mask is known("numpy.ma", "nomask") else items.mask
        if type(values) is not known("numpy", "ndarray"):
            return ObjectsReader(items)
    elif items.dtype.kind == "T" and null_is_missing(items.dtype):
        from cvmcount._readers.numpy_strings import open_strings

        return open_strings(items, workers)
    return open_values(items, values, mask, False, workers)


# Returns whether it is an array whose values are those of its memory. Other subclasses may say
# otherwise.
cdef bint is_plain_array(items) except -1:
    kind = type(items)
    return (
        kind is known("numpy", "ndarray")
        or kind is known("numpy", "memmap")
        or kind is known("numpy", "recarray")
        or kind is known("numpy.ma", "MaskedArray")
    )


# A NumPy array. A subclass that may say otherwise is iterated over.
cdef BlockReader open_array(object items, size_t workers):
    if not isinstance(items, known("numpy", "ndarray")):
        return None
    reject_dimensions(items)
    if is_plain_array(items):
        return open_numpy_array(items, workers)
    return open_iterable(items, workers)


# Whatever else lays its memory open as a buffer of numbers or text.
cdef BlockReader open_buffer(object items, size_t workers):
    cdef Buffer buffer
    cdef column* values
    # A file's items are bytes of length 1, but its buffer says they are numbers.
    if not PyObject_CheckBuffer(items) or isinstance(items, known("mmap", "mmap")):
        return None
    reject_dimensions(items)
    try:
        buffer = Buffer(items, items)
    except BufferError:
        return None
    values = buffer.column_of_numbers_or_text()
    if values is NULL:
        if isinstance(items, memoryview):
            reject_unreadable(items)
        return None
    return column_reader(buffer, values, None, workers)


# A memoryview can make Python objects of few formats only.
cdef int reject_unreadable(view) except -1:
    try:
        view[:1].tolist()
    except NotImplementedError:
        raise TypeError(
            f"items is a memoryview of format {view.format!r}, which Python cannot read: pass the "
            "array itself"
        ) from None
    return 0


cdef int reject_dimensions(items) except -1:
    dimensions = getattr(items, "ndim", 1)
    if isinstance(dimensions, int) and dimensions != 1:
        raise_dimensions(dimensions)
    return 0


cdef int raise_dimensions(dimensions) except -1:
    if dimensions == 0:
        raise TypeError("items must have one dimension, not none: use add(item) to count one value")
    raise TypeError(
        f"items must have one dimension, not {dimensions}: pass array.ravel() to count the values "
        "of an array, or one column of a data frame"
    )
