"""Numbers by exact value, whatever type holds them."""

from cpython.object cimport PyObject
from libc.math cimport ldexp
from libc.stdint cimport uint64_t

import operator

from cvmcount._cpp cimport (
    complex_kind,
    identity_hash,
    identity_scratch,
    number_residues,
    residues_of_integer,
)
from cvmcount._verdict cimport (
    IDENTIFIED,
    MISSING,
    NOT_MINE,
    PyLong_AsLongLongAndOverflow,
    identify_float,
    known,
    span_of,
)

# A double that is no integer is m * 2**-k with an odd m below 2**53 and k at most 1074, which takes
# at most 767 decimal digits; one that is an integer is below 10**309.
cdef enum:
    DOUBLE_BITS = 53
    DOUBLE_FRACTION_BITS = 1074
    DOUBLE_DIGITS = 767

cdef object TEN = 10  # a literal would make Cython compute in C

# What has the same remainder has the same residues.
cdef object RESIDUE_MODULUS = 0x9e3779b1 * 0x85ebca77 * 0xc2b2ae3d * 0x27d4eb2f


# By int's own methods: those of a subclass might return anything.
cdef bytes magnitude_of(value):
    magnitude = int.__abs__(value)
    return magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "little")


cdef number_residues residues_of(value):
    return residues_of_integer(span_of(magnitude_of(value)), value < 0)


cdef uint64_t identify_int(object value, const identity_hash& hash) except? 0:
    cdef int overflow
    cdef long long whole = PyLong_AsLongLongAndOverflow(<PyObject*>value, &overflow)
    if overflow == 0:
        return hash.of_integer(whole)
    value = int.__pos__(value)  # a subclass may have methods of its own
    return hash.of_big_integer(span_of(magnitude_of(value)), value < 0)


cdef bint is_dyadic_double(odd, k):
    return odd.bit_length() <= DOUBLE_BITS and k <= DOUBLE_FRACTION_BITS


# numerator / denominator in lowest terms, denominator > 0.
cdef uint64_t identify_ratio(numerator, denominator, const identity_hash& hash) except? 0:
    if denominator == 1:
        return identify_int(numerator, hash)
    k = denominator.bit_length() - 1
    if denominator == 1 << k and is_dyadic_double(numerator, k):
        return hash.of_real(ldexp(numerator, -k))
    return hash.of_rational(residues_of(numerator).divided_by(residues_of(denominator)))


# An integer from its decimal digits, or what has the same residues. (Python converts long ones in
# quadratic time: a million digits take half a minute.)
cdef object from_digits(tuple digits):
    cdef long long short_value = 0
    cdef object value = 0
    if len(digits) <= 18:
        for digit in digits:
            short_value = 10 * short_value + <int>digit
        return short_value
    for start in range(0, len(digits), DOUBLE_DIGITS):
        chunk = known("decimal", "Decimal")((0, digits[start : start + DOUBLE_DIGITS], 0))
        value = value * TEN ** min(DOUBLE_DIGITS, len(digits) - start) + int(chunk)
        if len(digits) > DOUBLE_DIGITS:
            value %= RESIDUE_MODULUS
    return value


# The digits, read as an integer, times 10**exponent; never written out, as the exponent may be
# absurd.
cdef uint64_t identify_decimal_digits(
    bint negative, tuple digits, exponent, const identity_hash& hash
) except? 0:
    cdef Py_ssize_t size = len(digits)
    while size > 0 and digits[size - 1] == 0:
        size -= 1
    if size == 0:
        return hash.of_integer(0)
    exponent += len(digits) - size
    coefficient = from_digits(digits[:size])
    if negative:
        coefficient = -coefficient
    if size <= DOUBLE_DIGITS:
        if 0 <= exponent <= DOUBLE_DIGITS:
            return identify_int(coefficient * TEN**exponent, hash)
        if 0 < -exponent <= DOUBLE_FRACTION_BITS and coefficient % 5**-exponent == 0:
            return identify_ratio(coefficient // 5**-exponent, 1 << -exponent, hash)
    return hash.of_rational(residues_of(coefficient).times_power_of_ten(exponent))


cdef int identify_decimal(item, const identity_hash& hash, uint64_t* identity) except -1:
    sign, digits, exponent = item.as_tuple()
    if exponent in ("n", "N"):
        return MISSING
    if exponent == "F":
        return identify_float(float("-inf") if sign else float("inf"), hash, identity)
    identity[0] = identify_decimal_digits(sign, digits, exponent, hash)
    return IDENTIFIED


cdef int identify_part(part, const identity_hash& hash, uint64_t* identity) except -1:
    if isinstance(part, float):
        return identify_float(part, hash, identity)
    return identify_numpy_number(part, "f", hash, identity)


cdef int identify_complex(real, imag, const identity_hash& hash, uint64_t* identity) except -1:
    cdef uint64_t members[2]
    if identify_part(imag, hash, &members[1]) == MISSING:
        return MISSING
    if imag == 0:
        return identify_part(real, hash, identity)
    if identify_part(real, hash, &members[0]) == MISSING:
        return MISSING
    identity[0] = hash.of_members(complex_kind, identity_scratch(members, 2))
    return IDENTIFIED


cdef int identify_numpy_number(
    item, str dtype_kind, const identity_hash& hash, uint64_t* identity
) except -1:
    if dtype_kind == "c":
        return identify_complex(item.real, item.imag, hash, identity)
    if dtype_kind != "f":
        identity[0] = identify_int(int(item), hash)
        return IDENTIFIED
    nearest = float(item)
    if nearest == item or item != item:
        return identify_float(nearest, hash, identity)
    numerator, denominator = item.as_integer_ratio()  # a long double with more bits than a double
    identity[0] = identify_ratio(numerator, denominator, hash)
    return IDENTIFIED


cdef int identify_number(object item, const identity_hash& hash, uint64_t* identity) except -1:
    if isinstance(item, complex):
        return identify_complex(item.real, item.imag, hash, identity)
    if isinstance(item, known("decimal", "Decimal")):
        return identify_decimal(item, hash, identity)
    if isinstance(item, known("numbers", "Rational")):
        identity[0] = identify_ratio(
            operator.index(item.numerator), operator.index(item.denominator), hash
        )
        return IDENTIFIED
    return NOT_MINE
