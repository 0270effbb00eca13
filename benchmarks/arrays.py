"""Counts NumPy arrays of many types, by ours, the rivals and the limit.

Rivals get the array as it is; what they cannot take without a copy is copied within the time.
"""

import numpy as np

from lib.array_tables import table_of
from lib.run_tables import main


def to(dtype):
    return lambda order: order.astype(dtype)


TABLES = [
    table_of("int64, 100,000 distinct", to("int64")),
    table_of("int64, all distinct", to("int64"), distinct=None),
    table_of("float64, 100,000 distinct", lambda order: order + 0.5),
    table_of("float64, all distinct", lambda order: order / 4, distinct=None),
    table_of("int32", to("int32")),
    table_of("uint8", to("uint8")),
    table_of("int64, every second", lambda order: np.repeat(order, 2)[::2]),
    table_of("int64, big-endian", to(">i8")),
    table_of("text, U8", to("U8")),
    table_of("bytes, S8", to("S8")),
]

if __name__ == "__main__":
    main("arrays", TABLES, __doc__)
