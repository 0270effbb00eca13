"""Which fields or columns -f means."""

from .compressed import DamagedError

MOST_SHOWN = 20


def is_number(field):
    """Return whether what -f says may be the number of a field."""
    return field.isascii() and field.isdecimal()


def shown(names):
    return ", ".join(names[:MOST_SHOWN]) + (", ..." if len(names) > MOST_SHOWN else "")


def advice(field, names):
    """Return what somebody may have meant who named a field that is not there."""
    parts = field.split(",")
    if len(parts) > 1 and set(parts) <= set(names):
        return f" (several are {' '.join(f'-f {part}' for part in parts)})"
    if len(names) == 1:
        for separator in ";,\t|":
            if field in names[0].split(separator):
                return f" (if {separator!r} separates fields, -t says so)"
    return ""


def place_of(field, names):
    """Return the place, from 0, of the field that has this name or else this number."""
    if names.count(field) == 1:
        return names.index(field)
    if field in names:
        raise DamagedError(f"more than one field {field!r} among: {shown(names)}")
    if not is_number(field):
        raise DamagedError(f"no field {field!r} among: {shown(names)}{advice(field, names)}")
    if int(field) > len(names):
        raise DamagedError(f"no field {field} among {len(names)}: {shown(names)}")
    return int(field) - 1
