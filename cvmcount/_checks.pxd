from cvmcount._core.sketch cimport coins as coins_t


# A number strictly between 0 and 1.
cdef double checked_fraction(str name, object value) except? -1

cdef object checked_integer(str name, object value, object low, object high)

cdef coins_t checked_coins(object value) except *
