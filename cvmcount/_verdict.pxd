# What the functions that identify items share.
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from cvmcount._cpp cimport byte, byte_span, identity_hash


cdef extern from "Python.h" nogil:
    # Borrowed references, where Cython's own declarations would count them.
    const char* PyBytes_AS_STRING(PyObject* data) noexcept
    Py_ssize_t PyBytes_GET_SIZE(PyObject* data) noexcept
    long long PyLong_AsLongLongAndOverflow(PyObject* value, int* overflow) noexcept


cdef extern from "Python.h":
    PyObject* PyImport_GetModuleDict()


# What one function knows about an item.
cdef enum Verdict:
    MISSING  # it is a missing value
    IDENTIFIED  # it is an element with this identity
    NOT_MINE  # another function has to say


cdef inline byte_span as_span(const void* data, Py_ssize_t size) noexcept nogil:
    return byte_span(<const byte*>data, <size_t>size)


cdef inline Verdict identify_float(
    double value, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    if value != value:
        return MISSING
    identity[0] = hash.of_real(value)
    return IDENTIFIED


# Of bytes or an instance of a subclass.
cdef inline byte_span span_of(object data) noexcept:
    return as_span(PyBytes_AS_STRING(<PyObject*>data), PyBytes_GET_SIZE(<PyObject*>data))


# What another module defines, or () where that module was never imported: then no item is of it.
# So a program that does not use NumPy does not come to import it.
cdef inline object known(str module, str name):
    return getattr((<dict>PyImport_GetModuleDict()).get(module), name, ())
