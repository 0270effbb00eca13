from cvmcount._core.sketch cimport coins as coins_t


# A number strictly between 0 and 1.
cdef double checked_fraction(str name, object value) except? -1

# The accuracy target of a sketch or of groups, where many begin with what they want to count.
cdef double checked_epsilon(object value) except? -1

# Raises TypeError if there are arguments that this class does not have.
cdef int refuse_unknown(str owner, dict unknown, str known) except -1

cdef object checked_integer(str name, object value, object low, object high)

# How many cores this process may use.
cpdef int available_cores() except -1

# A number of threads. "all" is the number of cores that this process may use.
cdef size_t checked_workers(object value) except? 0

cdef coins_t checked_coins(object value) except *
cdef object checked_seed(object value)
cdef bint checked_flag(str name, object value) except -1
