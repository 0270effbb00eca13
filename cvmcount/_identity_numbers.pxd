from libc.stdint cimport uint64_t

from cvmcount._cpp cimport identity_hash


# An int of any size or an instance of a subclass, by its value.
cdef uint64_t identify_int(object value, const identity_hash& hash) except? 0

# A complex, Decimal or Fraction: MISSING, IDENTIFIED or NOT_MINE.
cdef int identify_number(object item, const identity_hash& hash, uint64_t* identity) except -1

# A numpy.number or numpy.bool of this kind of dtype ("i", "f", ...).
cdef int identify_numpy_number(
    object item, str dtype_kind, const identity_hash& hash, uint64_t* identity
) except -1
