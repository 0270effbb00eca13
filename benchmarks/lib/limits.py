"""Nobody who looks at every item avoids this work: its time is the limit of one thread."""

from collections import deque

from lib import rust_crate
from lib.contestant import Contestant


def iterate(items):
    deque(items, maxlen=0)


def read_one_field(items):
    rust_crate.require().read_one_field(items)


def hash_each(items):
    rust_crate.require().hash_each(items)


def sum_of_bytes(array):
    """Add up the array's bytes as 64-bit integers, of whatever type they are."""
    import numpy

    if array.dtype.itemsize % 8 != 0:
        array = array.view(numpy.uint8)[: array.nbytes // 8 * 8]
    numpy.sum(array.view(numpy.int64))


def sum_of_buffers(arrow):
    """Add up all bytes of an Arrow array, those of its nulls and offsets included."""
    import numpy

    for buffer in filter(None, arrow.buffers()):
        sum_of_bytes(numpy.frombuffer(buffer, numpy.uint8))


ITERATION = Contestant("bare iteration", iterate, "limit", note="deque(x, maxlen=0)")
FIELD = Contestant("one field of each object", read_one_field, "limit", note="in Rust")
HASH = Contestant("hash(object) of each", hash_each, "limit", note="in Rust")
SUM = Contestant("np.sum", sum_of_bytes, "limit", note="the same bytes as int64")
BUFFERS = Contestant("np.sum", sum_of_buffers, "limit", note="all its bytes as int64")
