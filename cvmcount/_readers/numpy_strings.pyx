"""NumPy's StringDType, which has no buffer protocol: the one module that is built against NumPy.

Imported only where such an array is met.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uintptr_t

from cvmcount._core.columns cimport (
    layout,
    packed_text_column,
    text_answer,
    text_is_missing,
    text_is_valid,
    text_library,
    text_was_not_read,
)
from cvmcount._core.identity cimport byte
from cvmcount._readers.readers cimport ArrayValues, ColumnReader


cdef extern from *:
    """
    #define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
    #define NPY_TARGET_VERSION NPY_2_0_API_VERSION
    #include <numpy/arrayobject.h>
    """
    ctypedef struct npy_string_allocator:
        pass

    ctypedef struct npy_packed_static_string:
        pass

    ctypedef struct npy_static_string:
        size_t size
        const char* buf

    ctypedef struct PyArray_StringDTypeObject:
        npy_string_allocator* allocator

    int PyArray_ImportNumPyAPI() except -1


cdef extern from * nogil:
    npy_string_allocator* NpyString_acquire_allocator(
        const PyArray_StringDTypeObject* dtype
    ) noexcept
    void NpyString_release_allocator(npy_string_allocator* allocator) noexcept
    int NpyString_load(
        npy_string_allocator* allocator,
        const npy_packed_static_string* packed,
        npy_static_string* text,
    ) noexcept


PyArray_ImportNumPyAPI()


# The lock that whoever reads or writes such an array takes. Nobody who holds it waits for the
# interpreter.
cdef void lock(void* context) noexcept nogil:
    NpyString_acquire_allocator(<const PyArray_StringDTypeObject*>context)


cdef void unlock(void* context) noexcept nogil:
    NpyString_release_allocator((<const PyArray_StringDTypeObject*>context).allocator)


cdef text_answer unpack(
    void* context, const void* packed, const char** utf8, size_t* size
) noexcept nogil:
    cdef npy_static_string text
    cdef int is_null = NpyString_load(
        (<const PyArray_StringDTypeObject*>context).allocator,
        <const npy_packed_static_string*>packed,
        &text,
    )
    if is_null < 0:
        return text_was_not_read
    if is_null:
        return text_is_missing
    utf8[0] = text.buf
    size[0] = text.size
    return text_is_valid


def open_strings(items, size_t workers):
    """A reader of an array of StringDType whose null, if it has one, is a missing value."""
    cdef layout values
    cdef text_library numpy
    cdef ColumnReader reader = ColumnReader.__new__(ColumnReader)
    values.data = <const byte*><uintptr_t>items.ctypes.data
    values.stride = items.strides[0]
    values.size = <size_t>len(items)
    values.swapped = False
    dtype = items.dtype
    numpy.context = <void*>dtype
    reader.kept_alive = dtype
    numpy.open = lock
    numpy.close = unlock
    numpy.unpack = unpack
    reader.start_column(ArrayValues(items), new packed_text_column(numpy, values), workers)
    return reader
