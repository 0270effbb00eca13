"""What counts as one element: Python objects to 64-bit identities.

Whatever is said here is said again, as one page of plain Python, in tests/support/oracle.py.
"""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libcpp.algorithm cimport sort, unique
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

import operator

from cvmcount._core.identity cimport (
    byte,
    bytes_kind,
    encode_utf8,
    frozenset_kind,
    hash_stream,
    identity_hash,
    identity_scratch,
    instance_kind,
    kind,
    text_kind,
    tuple_kind,
    uuid_kind,
)

include "numbers.pxi"
include "times.pxi"
include "instances.pxi"
include "own_hash.pxi"
include "turns.pxi"


cdef extern from *:
    """
    #if PY_VERSION_HEX < 0x030C0000  // later ones have no text that is not ready
    #define CVMCOUNT_READY(text) PyUnicode_READY(text)
    #else
    #define CVMCOUNT_READY(text) 0
    #endif
    """
    int make_ready "CVMCOUNT_READY" (object text) except -1


cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text) noexcept


cdef extern from "Python.h" nogil:
    # Borrowed references, where Cython's own declarations would count them.
    int PyUnicode_KIND(PyObject* text) noexcept
    bint PyUnicode_IS_COMPACT(PyObject* text) noexcept


cdef enum:
    MAX_DEPTH = 100  # deeper nesting is an error, because reading it costs the C stack
    FEW = 16  # members of a tuple whose identities fit on the stack of any thread
    SHORT = 128  # code units of text whose UTF-8 fits on the stack of any thread
    MANY = 1 << 10  # members of tuples that take as long as a long text


ctypedef fused code_unit:
    uint8_t
    uint16_t
    uint32_t


# Encoded here instead of by PyUnicode_AsUTF8AndSize, which would leave a copy of the bytes in every
# string it has seen, and fails for lone surrogates. `out` has room for four bytes for each unit.
cdef uint64_t identify_code_units(
    const code_unit* units, Py_ssize_t size, byte* out, const identity_hash& hash
) noexcept nogil:
    cdef size_t encoded = encode_utf8(units, <size_t>size, out)
    return hash.of_text(as_span(out, <Py_ssize_t>encoded))


cdef uint64_t identify_encoded(
    PyObject* text, byte* out, const identity_hash& hash
) noexcept nogil:
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    cdef int width = PyUnicode_KIND(text)
    if width == 1:
        return identify_code_units(<const uint8_t*>data, size, out, hash)
    if width == 2:
        return identify_code_units(<const uint16_t*>data, size, out, hash)
    return identify_code_units(<const uint32_t*>data, size, out, hash)


cdef Verdict identify_short_text(
    PyObject* text, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    cdef byte out[4 * SHORT]
    if not PyUnicode_IS_COMPACT(text) or PyUnicode_GET_LENGTH(text) > SHORT:
        return NOT_MINE
    identity[0] = identify_encoded(text, out, hash)
    return IDENTIFIED


# The same for text of any length, and for bytes (of width 0), in pieces between which others are
# heeded.
cdef uint64_t identify_in_pieces(
    kind which, const uint8_t* data, Py_ssize_t size, int width, Identifier* identifier
) except? 0:
    cdef vector[byte] encoded
    cdef unique_ptr[hash_stream] stream
    cdef Py_ssize_t units
    cdef size_t filled
    stream.reset(new hash_stream(identifier.rules.hash.bytes_key_of(which)))
    encoded.resize(4 * LONG if width > 0 else 0)
    while size > 0:
        heed_others(identifier)
        units = min(size, LONG)
        size -= units
        if width == 0:
            stream.get().add(as_span(data, units))
            data += units
            continue
        if width == 1:
            filled = encode_utf8(data, <size_t>units, encoded.data())
        elif width == 2:
            filled = encode_utf8(<const uint16_t*>data, <size_t>units, encoded.data())
        else:
            filled = encode_utf8(<const uint32_t*>data, <size_t>units, encoded.data())
        data += units * width
        stream.get().add(as_span(encoded.data(), <Py_ssize_t>filled))
    return stream.get().hash()


cdef uint64_t identify_text(object text, Identifier* identifier) except? 0:
    make_ready(text)
    cdef PyObject* borrowed = <PyObject*>text
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(borrowed)
    cdef vector[byte] out
    if size >= LONG:
        return identify_in_pieces(
            text_kind,
            <const uint8_t*>PyUnicode_DATA(borrowed),
            size,
            0 if PyUnicode_IS_ASCII(text) else PyUnicode_KIND(borrowed),
            identifier,
        )
    if PyUnicode_IS_ASCII(text):
        return identifier.rules.hash.of_text(as_span(PyUnicode_DATA(borrowed), size))
    out.resize(4 * size)
    return identify_encoded(borrowed, out.data(), identifier.rules.hash[0])


# Bytes or an instance of a subclass.
cdef uint64_t identify_bytes(object data, Identifier* identifier) except? 0:
    cdef Py_ssize_t size = PyBytes_GET_SIZE(<PyObject*>data)
    if size >= LONG:
        return identify_in_pieces(
            bytes_kind, <const uint8_t*>PyBytes_AS_STRING(<PyObject*>data), size, 0, identifier
        )
    return identifier.rules.hash.of_bytes(span_of(data))


# Missing values are members like any other, and all of them are one.
cdef uint64_t identify_member(object item, Identifier* identifier, int depth) except? 0:
    cdef uint64_t identity = 0
    cdef int verdict = identify_common(<PyObject*>item, identifier.rules.hash[0], &identity)
    identifier.members += 1
    if identifier.members >= MANY:
        identifier.members = 0
        heed_others(identifier)
    if verdict == NOT_MINE:
        verdict = identify_at_depth(item, identifier, depth + 1, &identity)
    return identifier.rules.hash.of_missing() if verdict == MISSING else identity


# A tuple inside another is left to identify_members, which bounds the depth.
cdef Verdict identify_plain_tuple(
    PyObject* items, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    cdef uint64_t members[FEW]
    cdef Py_ssize_t size = PyTuple_GET_SIZE(items)
    cdef PyObject* member
    cdef Verdict verdict
    if size > FEW:
        return NOT_MINE
    for i in range(size):
        member = PyTuple_GET_ITEM(items, i)
        if Py_TYPE(member) == PyTuple_Type_address:
            return NOT_MINE
        verdict = identify_common(member, hash, &members[i])
        if verdict == NOT_MINE:
            return NOT_MINE
        if verdict == MISSING:
            members[i] = hash.of_missing()
    identity[0] = hash.of_members(tuple_kind, identity_scratch(members, <size_t>size))
    return IDENTIFIED


cdef Verdict identify_plain(
    PyObject* item, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    if Py_TYPE(item) == PyTuple_Type_address:
        return identify_plain_tuple(item, hash, identity)
    return identify_plain_time(item, hash, identity)


# The members of a tuple or an instance of a subclass, as a value of that kind.
cdef uint64_t identify_members(
    kind which, object items, Identifier* identifier, int depth
) except? 0:
    cdef uint64_t near[FEW]
    cdef vector[uint64_t] far
    cdef uint64_t* members = near
    cdef Py_ssize_t size = PyTuple_GET_SIZE(<PyObject*>items)
    if size > FEW:
        far.resize(size)
        members = far.data()
    for i in range(size):
        members[i] = identify_member(
            <object>PyTuple_GET_ITEM(<PyObject*>items, i), identifier, depth
        )
    return identifier.rules.hash.of_members(which, identity_scratch(members, <size_t>size))


cdef uint64_t identify_frozenset(items, Identifier* identifier, int depth) except? 0:
    cdef vector[uint64_t] members
    for item in frozenset(items):  # a subclass may iterate otherwise
        members.push_back(identify_member(item, identifier, depth))
    if members.size() >= LONG:
        identifier.interruptions += 1
        with nogil:
            sort(members.begin(), members.end())
    else:
        sort(members.begin(), members.end())
    members.erase(unique(members.begin(), members.end()), members.end())
    return identifier.rules.hash.of_members(
        frozenset_kind, identity_scratch(members.data(), members.size())
    )


# pandas.NA, once it was seen: a column of text may be full of it.
cdef object known_NA = None


cdef int identify_rare(object item, Identifier* identifier, uint64_t* identity) except -1:
    identifier.used_process_hash = False
    if item is known_NA:
        return MISSING
    return identify_at_depth(item, identifier, 0, identity)


cdef int identify_at_depth(
    object item, Identifier* identifier, int depth, uint64_t* identity
) except -1:
    global known_NA
    cdef int verdict
    PyErr_CheckSignals()  # any of these items may take its time
    if depth > MAX_DEPTH:
        raise ValueError(f"cannot count an item that is nested more than {MAX_DEPTH} levels deep")
    # Built-in types and their subclasses: each a look at the type's flags or its bases.
    if isinstance(item, str):
        identity[0] = identify_text(item, identifier)
        return IDENTIFIED
    if isinstance(item, tuple):
        identity[0] = identify_members(tuple_kind, item, identifier, depth)
        return IDENTIFIED
    if isinstance(item, bytes):
        identity[0] = identify_bytes(item, identifier)
        return IDENTIFIED
    if isinstance(item, bytearray):
        identity[0] = identify_bytes(bytes(item), identifier)
        return IDENTIFIED
    if isinstance(item, int):
        identity[0] = identify_int(item, identifier.rules.hash[0])
        return IDENTIFIED
    if isinstance(item, float):
        return identify_float(item, identifier.rules.hash[0], identity)
    if isinstance(item, frozenset):
        identity[0] = identify_frozenset(item, identifier, depth)
        return IDENTIFIED
    members = members_of_class.get(type(item))
    if members is not None:
        identity[0] = identify_members(instance_kind, tuple(members(item)), identifier, depth)
        return IDENTIFIED
    verdict = identify_time(item, identifier.rules.hash[0], identity)
    if verdict != NOT_MINE:
        return verdict
    # Types of modules that may never have been imported: each a look into sys.modules.
    if isinstance(item, known("numpy", "generic")):
        verdict = identify_numpy_scalar(item, identifier, depth, identity)
    else:
        verdict = identify_number(item, identifier.rules.hash[0], identity)
    if verdict != NOT_MINE:
        return verdict
    if isinstance(item, memoryview):
        identity[0] = identify_bytes(bytes_of(item), identifier)
    elif isinstance(item, known("uuid", "UUID")):
        # int's own method: whatever a subclass says it holds, the result is bytes.
        identity[0] = identifier.rules.hash.of_kind_bytes(
            uuid_kind, span_of(int.to_bytes(item.int, 16, "big"))
        )
    elif item is known("pandas", "NA"):
        known_NA = item
        return MISSING
    elif item is known("numpy.ma", "masked"):
        return MISSING
    elif isinstance(item, known("numpy.ma.core", "mvoid")):
        return identify_void(item, identifier, depth, identity)
    elif is_row(item):
        identity[0] = identify_members(tuple_kind, tuple(item), identifier, depth)
    elif isinstance(item, known("pyarrow", "Scalar")):
        return identify_arrow_scalar(item, identifier, depth, identity)
    else:
        members = members_function(type(item))
        if members is None:
            identity[0] = identify_by_own_hash(item, identifier)
        else:
            identity[0] = identify_members(instance_kind, tuple(members(item)), identifier, depth)
    return IDENTIFIED


# Rows of a database that are no tuples, but compare as such.
cdef bint is_row(item) except -1:
    return isinstance(item, known("sqlite3", "Row")) or isinstance(
        item, known("sqlalchemy.engine", "Row")
    )


# It is the Python value that it stands for: unlike that, null is equal to itself.
cdef int identify_arrow_scalar(
    item, Identifier* identifier, int depth, uint64_t* identity
) except -1:
    value = item.as_py()
    cdef int verdict = identify_common(<PyObject*>value, identifier.rules.hash[0], identity)
    if verdict == NOT_MINE:
        return identify_at_depth(value, identifier, depth + 1, identity)
    return verdict


cdef int identify_numpy_scalar(
    item, Identifier* identifier, int depth, uint64_t* identity
) except -1:
    cdef str dtype_kind = item.dtype.kind
    if dtype_kind in "mM":
        return identify_numpy_time(item, False, identifier.rules.hash[0], identity)
    if dtype_kind != "V":
        return identify_numpy_number(item, dtype_kind, identifier.rules.hash[0], identity)
    if not isinstance(item, known("numpy", "void")):  # a number of an extension, as of ml_dtypes
        if hasattr(item, "__index__"):
            identity[0] = identify_int(operator.index(item), identifier.rules.hash[0])
            return IDENTIFIED
        return identify_float(float(item), identifier.rules.hash[0], identity)
    return identify_void(item, identifier, depth, identity)


# A numpy.void, or the row of a masked array, which is none.
cdef int identify_void(item, Identifier* identifier, int depth, uint64_t* identity) except -1:
    if item.dtype.names is None:
        if getattr(item, "mask", False):
            return MISSING
        identity[0] = identifier.rules.hash.of_bytes(span_of(bytes(item.tobytes())))
    else:  # a structured row is the tuple of its fields
        row = tuple([item[name] for name in item.dtype.names])
        identity[0] = identify_members(tuple_kind, row, identifier, depth)
    return IDENTIFIED


cdef bytes bytes_of(item):
    if item.format.lstrip("@=<>!") not in ("B", "b", "c"):
        raise TypeError(
            f"cannot count a memoryview of format {item.format!r}: count its bytes as bytes(item)"
        )
    return item.tobytes()


def identity(item, seed=0, *, dropna=True):
    """The 64-bit identity of one element under a seed, or None for a missing value that is dropped.

    For tests and for those who must reproduce a sketch elsewhere; sketches do this by themselves.
    """
    cdef uint64_t value = 0
    cdef identity_hash* hash = new identity_hash(seed)
    cdef Identifier identifier = new_identifier()
    identifier.rules.hash = hash
    identifier.rules.dropna = dropna
    try:
        return value if identify(item, &identifier, &value) else None
    finally:
        del hash
