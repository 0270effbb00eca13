# One Python object to its identity. The common kinds are inline here, for the readers' loops; the
# rest is in _identity.pyx.
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from cvmcount._cpp cimport byte, byte_span, identity_hash


cdef extern from "Python.h" nogil:
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    void* PyUnicode_Type_address "(&PyUnicode_Type)"
    void* PyLong_Type_address "(&PyLong_Type)"
    void* PyFloat_Type_address "(&PyFloat_Type)"
    void* PyBytes_Type_address "(&PyBytes_Type)"

    # Borrowed references, where Cython's own declarations would count them.
    void* Py_TYPE(PyObject* item) noexcept
    bint PyUnicode_IS_COMPACT_ASCII(PyObject* text) noexcept
    const void* PyUnicode_DATA(PyObject* text) noexcept
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject* text) noexcept
    double PyFloat_AS_DOUBLE(PyObject* value) noexcept
    const char* PyBytes_AS_STRING(PyObject* data) noexcept
    Py_ssize_t PyBytes_GET_SIZE(PyObject* data) noexcept
    long long PyLong_AsLongLongAndOverflow(PyObject* value, int* overflow) noexcept


# Text and bytes of this size take long enough that Ctrl-C must be heeded between two of them.
cdef enum:
    LONG = 1 << 16


# What became of an item.
cdef enum Verdict:
    SKIPPED  # a missing value that does not count
    COUNTED
    RARE  # of no common kind: identify_rare knows


# As identify, for the kinds that identify_common leaves. May run Python code, so the caller holds a
# reference to the item and trusts nothing that it read before.
cdef bint identify_rare(
    object item, const identity_hash& hash, bint dropna, uint64_t* identity
) except -1


cdef inline byte_span as_span(const void* data, Py_ssize_t size) noexcept nogil:
    return byte_span(<const byte*>data, <size_t>size)


cdef inline Verdict identify_missing(
    const identity_hash& hash, bint dropna, uint64_t* identity
) noexcept nogil:
    identity[0] = hash.of_missing()
    return SKIPPED if dropna else COUNTED


# The identity of an item of a common kind. Runs no Python code and keeps no reference.
cdef inline Verdict identify_common(
    PyObject* item, const identity_hash& hash, bint dropna, uint64_t* identity
) noexcept:
    cdef void* kind = Py_TYPE(item)
    cdef Py_ssize_t size
    cdef int overflow
    cdef long long whole
    cdef double real
    if kind == PyUnicode_Type_address:
        size = PyUnicode_GET_LENGTH(item)
        if not PyUnicode_IS_COMPACT_ASCII(item) or size >= LONG:
            return RARE
        identity[0] = hash.of_text(as_span(PyUnicode_DATA(item), size))
        return COUNTED
    if kind == PyLong_Type_address:
        whole = PyLong_AsLongLongAndOverflow(item, &overflow)
        if overflow != 0:
            return RARE
        identity[0] = hash.of_integer(whole)
        return COUNTED
    if kind == PyFloat_Type_address:
        real = PyFloat_AS_DOUBLE(item)
        if real != real:
            return identify_missing(hash, dropna, identity)
        identity[0] = hash.of_real(real)
        return COUNTED
    if kind == PyBytes_Type_address:
        size = PyBytes_GET_SIZE(item)
        if size >= LONG:
            return RARE
        identity[0] = hash.of_bytes(as_span(PyBytes_AS_STRING(item), size))
        return COUNTED
    if item == Py_None:
        return identify_missing(hash, dropna, identity)
    if item == Py_True or item == Py_False:
        identity[0] = hash.of_integer(item == Py_True)
        return COUNTED
    return RARE


# Whether the item counts as an element, and then its identity.
cdef inline bint identify(
    object item, const identity_hash& hash, bint dropna, uint64_t* identity
) except -1:
    cdef Verdict verdict = identify_common(<PyObject*>item, hash, dropna, identity)
    if verdict == RARE:
        return identify_rare(item, hash, dropna, identity)
    return verdict == COUNTED
