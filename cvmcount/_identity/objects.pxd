# One Python object to its identity. The common kinds are inline here, for the readers' loops; the
# rest is in objects.pyx, with numbers and times in files of their own.
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from cvmcount._core.identity cimport byte, byte_span, identity_hash
from cvmcount._core.reading cimport reading_rules


cdef extern from "Python.h" nogil:
    # Borrowed references, where Cython's own declarations would count them.
    const char* PyBytes_AS_STRING(PyObject* data) noexcept
    Py_ssize_t PyBytes_GET_SIZE(PyObject* data) noexcept
    long long PyLong_AsLongLongAndOverflow(PyObject* value, int* overflow) noexcept


cdef extern from "Python.h":
    PyObject* PyImport_GetModuleDict()


# One function knows this about an item.
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


# The memory of bytes or of an instance of a subclass.
cdef inline byte_span span_of(object data) noexcept:
    return as_span(PyBytes_AS_STRING(<PyObject*>data), PyBytes_GET_SIZE(<PyObject*>data))


cdef extern from "Python.h":
    bint PyModule_Check(object candidate) noexcept


# Returns what another module defines, or () where that module was never imported: then no item is
# of it. So a program that does not use NumPy does not come to import it. What stands for a module
# in a test, and has every name, is none.
cdef inline object known(str module, str name):
    found = (<dict>PyImport_GetModuleDict()).get(module)
    return getattr(found, name, ()) if PyModule_Check(found) else ()


cdef extern from "Python.h" nogil:
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    void* PyUnicode_Type_address "(&PyUnicode_Type)"
    void* PyLong_Type_address "(&PyLong_Type)"
    void* PyFloat_Type_address "(&PyFloat_Type)"
    void* PyBytes_Type_address "(&PyBytes_Type)"
    void* PyTuple_Type_address "(&PyTuple_Type)"

    # Borrowed references, where Cython's own declarations would count them.
    void* Py_TYPE(PyObject* item) noexcept
    bint PyUnicode_IS_COMPACT_ASCII(PyObject* text) noexcept
    const void* PyUnicode_DATA(PyObject* text) noexcept
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject* text) noexcept
    double PyFloat_AS_DOUBLE(PyObject* value) noexcept
    PyObject* PyTuple_GET_ITEM(PyObject* items, Py_ssize_t position) noexcept
    Py_ssize_t PyTuple_GET_SIZE(PyObject* items) noexcept


cdef extern from *:
    """
    #include <chrono>
    static double steady_seconds() noexcept {
        return std::chrono::duration<double>(
            std::chrono::steady_clock::now().time_since_epoch()).count();
    }
    """
    double steady_seconds() noexcept nogil


# Without it other threads run at any time. A build of Python has it or has it not.
cdef extern from *:
    """
    #ifdef Py_GIL_DISABLED
    #define CVMCOUNT_HAS_INTERPRETER_LOCK 0
    #else
    #define CVMCOUNT_HAS_INTERPRETER_LOCK 1
    #endif
    """
    bint HAS_INTERPRETER_LOCK "CVMCOUNT_HAS_INTERPRETER_LOCK"


# Text and bytes of this size take long enough that Ctrl-C must be heeded between two of them.
cdef enum:
    LONG = 1 << 16


# How items are identified, and what was noticed meanwhile.
cdef struct Identifier:
    reading_rules rules
    # The last item, or what it is made of, was known only by its own hash().
    bint used_process_hash
    # When other threads have their next turn, on a clock of its own; 0 until it is first looked at.
    double turn_ends
    # How many turns they had, or handlers of signals. Python objects may have changed in each.
    uint64_t interruptions
    # Of tuples and frozensets, since others were heeded.
    int members


cdef inline Identifier new_identifier() noexcept nogil:
    cdef Identifier identifier
    identifier.used_process_hash = False
    identifier.turn_ends = 0
    identifier.interruptions = 0
    identifier.members = 0
    return identifier


# Heeds Ctrl-C and gives other threads a turn where that is due. It is to be called every now and
# then where much is read without running Python code. It may run Python code.
cdef int heed_others(Identifier* identifier) except -1


# Identifies an item of any kind. It never returns NOT_MINE: an item that cannot be counted is an
# error. It can run Python code: the caller holds a reference to the item and trusts nothing it read
# before.
cdef int identify_rare(object item, Identifier* identifier, uint64_t* identity) except -1


# Identifies a str that is not ASCII, as identify_common does.
cdef Verdict identify_short_text(
    PyObject* text, const identity_hash& hash, uint64_t* identity
) noexcept nogil


# Identifies a date, time, duration or tuple of plain values, as identify_common does.
cdef Verdict identify_plain(
    PyObject* item, const identity_hash& hash, uint64_t* identity
) noexcept nogil


# The identity of an item of a common kind. Runs no Python code, keeps no reference and reads only
# what never changes, so it may run on any thread while somebody keeps the item alive.
cdef inline Verdict identify_common(
    PyObject* item, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    cdef void* kind = Py_TYPE(item)
    cdef Py_ssize_t size
    cdef int overflow
    cdef long long whole
    if kind == PyUnicode_Type_address:
        size = PyUnicode_GET_LENGTH(item)
        if PyUnicode_IS_COMPACT_ASCII(item) and size < LONG:
            identity[0] = hash.of_text(as_span(PyUnicode_DATA(item), size))
            return IDENTIFIED
        return identify_short_text(item, hash, identity)
    if kind == PyLong_Type_address:
        whole = PyLong_AsLongLongAndOverflow(item, &overflow)
        if overflow != 0:
            return NOT_MINE
        identity[0] = hash.of_integer(whole)
        return IDENTIFIED
    if kind == PyFloat_Type_address:
        return identify_float(PyFloat_AS_DOUBLE(item), hash, identity)
    if kind == PyBytes_Type_address:
        size = PyBytes_GET_SIZE(item)
        if size >= LONG:
            return NOT_MINE
        identity[0] = hash.of_bytes(as_span(PyBytes_AS_STRING(item), size))
        return IDENTIFIED
    if item == Py_None:
        return MISSING
    if item == Py_True or item == Py_False:
        identity[0] = hash.of_integer(item == Py_True)
        return IDENTIFIED
    return identify_plain(item, hash, identity)


# Identifies an item of any kind. Returns false for a missing value that is left out.
cdef inline bint identify(object item, Identifier* identifier, uint64_t* identity) except -1:
    cdef int verdict = identify_common(<PyObject*>item, identifier.rules.hash[0], identity)
    if verdict == NOT_MINE:
        verdict = identify_rare(item, identifier, identity)
    return is_element(verdict, identifier.rules, identity)


# Returns false for a missing value that is left out.
cdef inline bint is_element(
    int verdict, const reading_rules& rules, uint64_t* identity
) noexcept nogil:
    if verdict == IDENTIFIED:
        return True
    identity[0] = rules.hash.of_missing()
    return not rules.dropna


# The length of one of NumPy's units of time in nanoseconds, or None where that is no whole number.
cdef object unit_nanoseconds(str unit)
