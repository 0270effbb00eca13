from libc.stdint cimport uint64_t

from cvmcount._cpp cimport identity_hash


# A date, time, point in time or duration: MISSING, IDENTIFIED or NOT_MINE.
cdef int identify_time(object item, const identity_hash& hash, uint64_t* identity) except -1

# A numpy.datetime64, of an instant in UTC if aware, or a numpy.timedelta64.
cdef int identify_numpy_time(
    object item, bint aware, const identity_hash& hash, uint64_t* identity
) except -1
