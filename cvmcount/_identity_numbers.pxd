from libc.stdint cimport uint64_t

from cvmcount._cpp cimport identity_hash


# An int of any size or an instance of a subclass, by its value.
cdef uint64_t identify_int(object value, const identity_hash& hash) except? 0

# Any other number, as in identify_rare: MISSING, IDENTIFIED or NOT_MINE.
cdef int identify_number(object item, const identity_hash& hash, uint64_t* identity) except -1

# A numpy.number or numpy.bool, likewise.
cdef int identify_numpy_number(
    object item, const identity_hash& hash, uint64_t* identity
) except -1
