# Dates and times by instant, durations by amount, whatever unit stores them.

import datetime

from cpython.datetime cimport (
    PyDate_Check,
    PyDate_CheckExact,
    PyDateTime_Check,
    PyDateTime_CheckExact,
    PyDateTime_DELTA_GET_DAYS,
    PyDateTime_DELTA_GET_MICROSECONDS,
    PyDateTime_DELTA_GET_SECONDS,
    PyDelta_Check,
    PyDelta_CheckExact,
    PyTime_Check,
    PyTime_CheckExact,
    import_datetime,
)
from libc.stdint cimport int64_t

from cvmcount._core.identity cimport (
    aware_datetime_kind,
    aware_time_kind,
    date_kind,
    datetime_kind,
    days_since_1970,
    duration_kind,
    kind,
    time_kind,
)

import_datetime()

cdef enum:
    MINUTE = 60
    HOUR = 3600
    MICROSECONDS_A_SECOND = 1_000_000

cdef int64_t DAY = 86400
cdef int64_t ATTOSECONDS_A_MICROSECOND = 10**12
cdef object ATTOSECONDS_A_SECOND = 10**18

# The units of NumPy that have one length, in attoseconds.
cdef dict UNIT_ATTOSECONDS = {
    "as": 1,
    "fs": 10**3,
    "ps": 10**6,
    "ns": 10**9,
    "us": 10**12,
    "ms": 10**15,
    "s": ATTOSECONDS_A_SECOND,
    "m": MINUTE * ATTOSECONDS_A_SECOND,
    "h": HOUR * ATTOSECONDS_A_SECOND,
    "D": DAY * ATTOSECONDS_A_SECOND,
    "W": 7 * DAY * ATTOSECONDS_A_SECOND,
}


# The length of a unit in nanoseconds, or None where that is no whole number.
cdef object unit_nanoseconds(str unit):
    nanoseconds, rest = divmod(UNIT_ATTOSECONDS.get(unit, 1), 10**9)
    return None if rest else nanoseconds


cdef extern from "datetime.h" nogil:
    void* date_type "PyDateTimeAPI->DateType"
    void* datetime_type "PyDateTimeAPI->DateTimeType"
    void* time_type "PyDateTimeAPI->TimeType"
    void* duration_type "PyDateTimeAPI->DeltaType"
    PyObject* UTC "PyDateTime_TimeZone_UTC"

    # Borrowed references, where Cython's own declarations would count them.
    int year_of "PyDateTime_GET_YEAR" (PyObject* item) noexcept
    int month_of "PyDateTime_GET_MONTH" (PyObject* item) noexcept
    int day_of "PyDateTime_GET_DAY" (PyObject* item) noexcept
    int64_t datetime_hour "PyDateTime_DATE_GET_HOUR" (PyObject* item) noexcept
    int64_t datetime_minute "PyDateTime_DATE_GET_MINUTE" (PyObject* item) noexcept
    int64_t datetime_second "PyDateTime_DATE_GET_SECOND" (PyObject* item) noexcept
    int64_t datetime_microsecond "PyDateTime_DATE_GET_MICROSECOND" (PyObject* item) noexcept
    PyObject* datetime_zone "PyDateTime_DATE_GET_TZINFO" (PyObject* item) noexcept
    int64_t time_hour "PyDateTime_TIME_GET_HOUR" (PyObject* item) noexcept
    int64_t time_minute "PyDateTime_TIME_GET_MINUTE" (PyObject* item) noexcept
    int64_t time_second "PyDateTime_TIME_GET_SECOND" (PyObject* item) noexcept
    int64_t time_microsecond "PyDateTime_TIME_GET_MICROSECOND" (PyObject* item) noexcept
    PyObject* time_zone "PyDateTime_TIME_GET_TZINFO" (PyObject* item) noexcept
    int64_t duration_days "PyDateTime_DELTA_GET_DAYS" (PyObject* item) noexcept
    int64_t duration_seconds "PyDateTime_DELTA_GET_SECONDS" (PyObject* item) noexcept
    int64_t duration_microseconds "PyDateTime_DELTA_GET_MICROSECONDS" (PyObject* item) noexcept


cdef int64_t date_days(PyObject* item) noexcept nogil:
    return days_since_1970(year_of(item), month_of(item), day_of(item))


# Seconds since 1970 and since midnight, by the item's own clock.
cdef int64_t datetime_seconds(PyObject* item) noexcept nogil:
    return (
        date_days(item) * DAY
        + datetime_hour(item) * HOUR
        + datetime_minute(item) * MINUTE
        + datetime_second(item)
    )


cdef int64_t time_seconds(PyObject* item) noexcept nogil:
    return time_hour(item) * HOUR + time_minute(item) * MINUTE + time_second(item)


# Whole seconds and microseconds; an offset from UTC can have both.
cdef uint64_t identify_seconds(
    kind which, int64_t seconds, int64_t microseconds, const identity_hash& hash
) noexcept nogil:
    seconds += microseconds // MICROSECONDS_A_SECOND
    microseconds %= MICROSECONDS_A_SECOND
    return hash.of_time(which, seconds, microseconds * ATTOSECONDS_A_MICROSECOND)


# The item's own clock, and its offset from UTC where it has one.
cdef uint64_t identify_clock(
    item, kind naive, kind aware, int64_t seconds, int64_t microseconds, const identity_hash& hash
) except? 0:
    offset = None if item.tzinfo is None else item.utcoffset()
    if offset is None:
        return identify_seconds(naive, seconds, microseconds, hash)
    if not PyDelta_Check(offset):
        raise TypeError(f"utcoffset() of {item!r} must be a timedelta, not {offset!r}")
    seconds -= PyDateTime_DELTA_GET_DAYS(offset) * DAY + PyDateTime_DELTA_GET_SECONDS(offset)
    microseconds -= PyDateTime_DELTA_GET_MICROSECONDS(offset)
    return identify_seconds(aware, seconds, microseconds, hash)


cdef uint64_t identify_datetime(item, const identity_hash& hash) except? 0:
    cdef PyObject* borrowed = <PyObject*>item
    return identify_clock(
        item,
        datetime_kind,
        aware_datetime_kind,
        datetime_seconds(borrowed),
        datetime_microsecond(borrowed),
        hash,
    )


cdef uint64_t identify_time_of_day(item, const identity_hash& hash) except? 0:
    cdef PyObject* borrowed = <PyObject*>item
    return identify_clock(
        item, time_kind, aware_time_kind, time_seconds(borrowed), time_microsecond(borrowed), hash
    )


cdef uint64_t identify_duration(PyObject* item, const identity_hash& hash) noexcept nogil:
    return identify_seconds(
        duration_kind,
        duration_days(item) * DAY + duration_seconds(item),
        duration_microseconds(item),
        hash,
    )


# Does what identify_common does, for dates, times and durations that are not of a subclass. A zone
# other than UTC has to be asked for its offset.
cdef Verdict identify_plain_time(
    PyObject* item, const identity_hash& hash, uint64_t* identity
) noexcept nogil:
    cdef void* type = Py_TYPE(item)
    cdef PyObject* zone
    if type == date_type:
        identity[0] = identify_days(date_days(item), hash)
        return IDENTIFIED
    if type == duration_type:
        identity[0] = identify_duration(item, hash)
        return IDENTIFIED
    if type == datetime_type:
        zone = datetime_zone(item)
        if zone != Py_None and zone != UTC:
            return NOT_MINE
        identity[0] = identify_seconds(
            datetime_kind if zone == Py_None else aware_datetime_kind,
            datetime_seconds(item),
            datetime_microsecond(item),
            hash,
        )
        return IDENTIFIED
    if type == time_type and time_zone(item) == Py_None:
        identity[0] = identify_seconds(
            time_kind, time_seconds(item), time_microsecond(item), hash
        )
        return IDENTIFIED
    return NOT_MINE


# An exact number of attoseconds, which may need more than 64 bits.
cdef uint64_t identify_attoseconds(kind which, total, const identity_hash& hash) except? 0:
    cdef uint64_t members[2]
    seconds, attoseconds = divmod(total, ATTOSECONDS_A_SECOND)
    if -(2**63) <= seconds < 2**63:
        return hash.of_time(which, seconds, attoseconds)
    members[0] = identify_int(seconds, hash)
    members[1] = identify_int(attoseconds, hash)
    return hash.of_members(which, identity_scratch(members, 2))


# The days of days_since_1970, for years that no C integer holds.
cdef object days_of_month(months_since_1970):
    years, month = divmod(months_since_1970, 12)
    eras, year = divmod(1970 + years, 400)  # 400 years are 146,097 days, and as a rule repeat
    return eras * 146_097 + days_since_1970(year + 400, month + 1, 1) - 146_097


cdef int identify_numpy_time(
    item, bint aware, const identity_hash& hash, uint64_t* identity
) except -1:
    if item != item:
        return MISSING
    cdef uint64_t members[1]
    cdef bint is_duration = item.dtype.kind == "m"
    unit, count = known("numpy", "datetime_data")(item.dtype)
    value = int(item.view("i8")) * count
    if unit == "generic":
        raise TypeError(f"cannot count a numpy.{type(item).__name__} that has no unit")
    if is_duration and unit in "YM":
        raise TypeError(
            f"cannot count a numpy.timedelta64 of unit {unit!r}: months and years have no fixed "
            "length; convert it to days or seconds"
        )
    if unit == "D" and not is_duration:
        if -(2**63) <= value < 2**63:
            identity[0] = identify_days(value, hash)
        else:  # of a multiple of days
            members[0] = identify_int(value, hash)
            identity[0] = hash.of_members(date_kind, identity_scratch(members, 1))
        return IDENTIFIED
    if unit in UNIT_ATTOSECONDS:
        total = value * UNIT_ATTOSECONDS[unit]
    else:
        days = days_of_month(value * 12 if unit == "Y" else value)
        total = days * UNIT_ATTOSECONDS["D"]
    which = duration_kind if is_duration else aware_datetime_kind if aware else datetime_kind
    identity[0] = identify_attoseconds(which, total, hash)
    return IDENTIFIED


cdef uint64_t identify_days(int64_t days, const identity_hash& hash) noexcept nogil:
    return hash.of_word(date_kind, <uint64_t>days)


cdef bint has_exact_type(item) noexcept:
    return (
        PyDateTime_CheckExact(item)
        or PyDate_CheckExact(item)
        or PyDelta_CheckExact(item)
        or PyTime_CheckExact(item)
    )


# Returns whether its class says itself what is equal: an interval of pendulum is a timedelta, but
# compares when it begins, too.
cdef bint compares_otherwise(item) except -1:
    for base in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta):
        if isinstance(item, base):
            return type(item).__eq__ is not base.__eq__
    return False


cdef int identify_time(object item, const identity_hash& hash, uint64_t* identity) except -1:
    if not (PyDate_Check(item) or PyTime_Check(item) or PyDelta_Check(item)):
        return NOT_MINE
    if not has_exact_type(item):
        if item is known("pandas", "NaT"):
            return MISSING
        if isinstance(item, known("pandas", "Timestamp")) or isinstance(
            item, known("pandas", "Timedelta")
        ):
            # They have nanoseconds beside the fields of their base class.
            aware = getattr(item, "tzinfo", None) is not None
            return identify_numpy_time(item.asm8, aware, hash, identity)
        if compares_otherwise(item):
            return NOT_MINE
    if PyDateTime_Check(item):
        identity[0] = identify_datetime(item, hash)
    elif PyDate_Check(item):
        identity[0] = identify_days(date_days(<PyObject*>item), hash)
    elif PyTime_Check(item):
        identity[0] = identify_time_of_day(item, hash)
    else:
        identity[0] = identify_duration(<PyObject*>item, hash)
    return IDENTIFIED
