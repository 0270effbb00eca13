# Numbers by exact value, whatever type holds them.

from libc.math cimport ldexp

from cvmcount._core.identity cimport (
    double_bits,
    double_fraction_bits,
    identify_decimal_digits,
    number_residues,
    residues_of_integer,
)


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
    return odd.bit_length() <= double_bits and k <= double_fraction_bits


# numerator / denominator in lowest terms, denominator > 0.
cdef uint64_t identify_ratio(numerator, denominator, const identity_hash& hash) except? 0:
    if denominator == 1:
        return identify_int(numerator, hash)
    k = denominator.bit_length() - 1
    if denominator == 1 << k and is_dyadic_double(numerator, k):
        return hash.of_real(ldexp(numerator, -k))
    return hash.of_rational(residues_of(numerator).divided_by(residues_of(denominator)))


cdef int identify_decimal(item, const identity_hash& hash, uint64_t* identity) except -1:
    sign, digits, exponent = item.as_tuple()
    if exponent in ("n", "N"):
        return MISSING
    if exponent == "F":
        return identify_float(float("-inf") if sign else float("inf"), hash, identity)
    identity[0] = identify_decimal_digits(span_of(bytes(digits)), sign, exponent, hash)
    return IDENTIFIED


cdef int identify_part(part, const identity_hash& hash, uint64_t* identity) except -1:
    if isinstance(part, float):
        return identify_float(part, hash, identity)
    return identify_numpy_number(part, "f", hash, identity)


cdef int identify_complex(real, imag, const identity_hash& hash, uint64_t* identity) except -1:
    cdef uint64_t parts[2]
    if identify_part(real, hash, &parts[0]) == MISSING or (
        identify_part(imag, hash, &parts[1]) == MISSING
    ):
        return MISSING
    identity[0] = hash.of_complex(parts[0], imag == 0, parts[1])
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
