"""Arguments are checked before anything is changed, and the message names the one at fault."""

import operator
import os

from cvmcount._core.sketch cimport coins as coins_t
from cvmcount._core.sketch cimport fresh_coins, hashed_coins


cdef double checked_fraction(str name, object value) except? -1:
    try:
        if isinstance(value, (str, bytes, bytearray)):
            raise TypeError("text is not a number")
        fraction = float(value)
    except OverflowError:
        fraction = float("inf")
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} must be a number between 0 and 1, not {type(value).__name__}"
        ) from error
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1, not {value!r}")
    return fraction


cdef double checked_epsilon(object value) except? -1:
    if hasattr(value, "__iter__") and not isinstance(value, (str, bytes, bytearray)):
        raise TypeError(
            f"epsilon must be a number between 0 and 1, not {type(value).__name__}: "
            "make the sketch first, and give it what is to be counted by update()"
        )
    return checked_fraction("epsilon", value)


cdef int refuse_unknown(str owner, dict unknown, str known) except -1:
    if not unknown:
        return 0
    hint = " (the error that is allowed is epsilon)" if "error" in unknown else ""
    names = ", ".join(map(repr, unknown))
    raise TypeError(f"{owner} has no argument {names}{hint}; it has {known}")


cdef object checked_integer(str name, object value, object low, object high):
    try:
        integer = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, not {type(value).__name__}") from None
    if not low <= integer <= high:
        shown = integer if integer.bit_length() < 200 else "one with so many digits"
        raise ValueError(f"{name} must lie in {low} ... {high}, not {shown}")
    return integer


# None draws a seed that others do not know.
cdef object checked_seed(object value):
    if value is None:
        return int.from_bytes(os.urandom(8), "little")
    return checked_integer("seed", value, 0, 2**64 - 1)


cdef bint checked_flag(str name, object value) except -1:
    if value is not True and value is not False:
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value


cdef enum:
    MAX_WORKERS = 256


cdef size_t checked_workers(object value) except? 0:
    if isinstance(value, str):
        if value != "all":
            raise ValueError(f"workers must be an int or 'all', not {value!r}")
        return max(1, min(available_cores(), MAX_WORKERS))
    return checked_integer("workers", value, 1, MAX_WORKERS)


# A container or taskset may leave a process fewer cores than the machine has.
cpdef int available_cores() except -1:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


cdef coins_t checked_coins(object value) except *:
    if not isinstance(value, str):
        raise TypeError(f"coins must be 'hashed' or 'fresh', not {type(value).__name__}")
    if value == "hashed":
        return hashed_coins
    if value == "fresh":
        return fresh_coins
    raise ValueError(f"coins must be 'hashed' or 'fresh', not {value!r}")
