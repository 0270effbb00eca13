"""What counts as one element: Python objects to 64-bit identities."""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libcpp.vector cimport vector

from cvmcount._cpp cimport byte, encode_utf8, identity_hash


cdef extern from "Python.h":
    int PyUnicode_READY(object text) except -1
    int PyUnicode_KIND(object text) noexcept
    bint PyUnicode_IS_ASCII(object text) noexcept


ctypedef fused code_unit:
    uint8_t
    uint16_t
    uint32_t


# Encoded here instead of by PyUnicode_AsUTF8AndSize, which would leave a copy of the bytes in every
# string it has seen, and refuses lone surrogates.
cdef uint64_t identify_code_units(
    const code_unit* units, Py_ssize_t size, const identity_hash& hash
) except? 0:
    cdef byte near[512]
    cdef vector[byte] far
    cdef byte* out = near
    cdef Py_ssize_t most = 4 * size
    if most > <Py_ssize_t>sizeof(near):
        far.resize(most)
        out = far.data()
    cdef size_t encoded = encode_utf8(units, <size_t>size, out)
    return hash.of_text(as_span(out, <Py_ssize_t>encoded))


cdef uint64_t identify_text(object text, const identity_hash& hash) except? 0:
    PyUnicode_READY(text)
    cdef PyObject* borrowed = <PyObject*>text
    cdef const void* data = PyUnicode_DATA(borrowed)
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(borrowed)
    if PyUnicode_IS_ASCII(text):
        return hash.of_text(as_span(data, size))
    cdef int width = PyUnicode_KIND(text)
    if width == 1:
        return identify_code_units(<const uint8_t*>data, size, hash)
    if width == 2:
        return identify_code_units(<const uint16_t*>data, size, hash)
    return identify_code_units(<const uint32_t*>data, size, hash)


cdef uint64_t identify_big_integer(object value, const identity_hash& hash) except? 0:
    cdef bytes magnitude = abs(value).to_bytes((value.bit_length() + 7) // 8, "little")
    return hash.of_big_integer(
        as_span(PyBytes_AS_STRING(<PyObject*>magnitude), len(magnitude)), value < 0
    )


cdef int heed_signals(Py_ssize_t size) except -1:
    return PyErr_CheckSignals() if size >= LONG else 0


cdef bint identify_rare(
    object item, const identity_hash& hash, bint dropna, uint64_t* identity
) except -1:
    if type(item) is str:
        heed_signals(len(item))
        identity[0] = identify_text(item, hash)
    elif type(item) is bytes:
        heed_signals(len(item))
        identity[0] = hash.of_bytes(as_span(PyBytes_AS_STRING(<PyObject*>item), len(item)))
    elif type(item) is int:
        identity[0] = identify_big_integer(item, hash)
    else:
        raise TypeError(f"cannot count an object of type {type(item).__qualname__!r}")
    return True


def identity(item, seed=0, *, dropna=True):
    """The 64-bit identity of one element under a seed, or None for a missing value that is dropped.

    For tests and for those who must reproduce a sketch elsewhere; sketches do this by themselves.
    """
    cdef uint64_t value = 0
    cdef identity_hash* hash = new identity_hash(seed)
    try:
        return value if identify(item, hash[0], dropna, &value) else None
    finally:
        del hash
