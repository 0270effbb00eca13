"""A red run means that what an Arrow producer hands over is released other than once, or that
structures which contradict themselves are read, or what came before an error is lost.

The structures are made by hand: no Arrow library is needed.
"""

import errno
import gc
import os
import struct
import subprocess
import sys
import threading

import pytest

from agreement import fed
from arrow_capsules import (
    CPU,
    CUDA,
    DeviceArray,
    Exported,
    Producer,
    exported_array,
    exported_stream,
)
from cvmcount import CVMSketch, count_approx
from sanitizers import without_sanitizers


@pytest.fixture
def producer():
    """Whatever was made must have been released once by the end of the test."""
    maker = Producer()
    yield maker
    gc.collect()
    assert maker.errors == []
    assert maker.held == {}


def integers(*values):
    return struct.pack(f"={len(values)}i", *values)


def longs(*values):
    return struct.pack(f"={len(values)}q", *values)


def numbers(producer, values):
    return producer.array(len(values), [None, longs(*values)])


# ---- what is handed over ------------------------------------------------------------------------


def test_an_array(producer):
    array = numbers(producer, [1, 2, 2])
    assert count_approx(exported_array(producer, producer.schema(b"l"), array)) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stream(producer, workers):
    lengths = [0, 1, 3000, 0, 200_000, 5]
    arrays = [numbers(producer, range(length)) for length in lengths]
    items = exported_stream(producer, producer.schema(b"l"), arrays)
    expected = [i for length in lengths for i in range(length)]
    assert fed(items, workers) == fed(expected)


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_an_empty_stream(producer, lengths):
    arrays = [numbers(producer, range(length)) for length in lengths]
    assert count_approx(exported_stream(producer, producer.schema(b"l"), arrays)) == 0


def table(producer, lengths=(3,)):
    schema = producer.schema(b"+s", [producer.schema(b"l")], nullable=False)
    arrays = [
        producer.array(n, [None], [numbers(producer, range(n))], null_count=0) for n in lengths
    ]
    return schema, arrays


def test_a_table(producer):
    assert fed(exported_stream(producer, *table(producer, (3, 7)))) == fed([*range(3), *range(7)])


def device_array(producer, device_type, sync_event=None):
    array = numbers(producer, [1, 2])
    schema = producer.capsule(producer.schema(b"l"), b"arrow_schema")
    there = DeviceArray(array=array, device_type=device_type, sync_event=sync_event)
    return Exported("device_array", (schema, producer.capsule(there, b"arrow_device_array")))


def test_an_array_of_a_device(producer):
    assert count_approx(device_array(producer, CPU)) == 2
    for wrong in (device_array(producer, CUDA), device_array(producer, CPU, 1)):
        with pytest.raises(TypeError, match="another device"):
            count_approx(wrong)
    with pytest.raises(TypeError, match="another device"):
        count_approx(Exported("device_stream", None))


def test_a_capsule_can_be_used_once(producer):
    pair = exported_array(producer, producer.schema(b"l"), numbers(producer, [1]))
    stream = exported_stream(producer, producer.schema(b"l"), [numbers(producer, [1])])
    for items in (pair, stream):
        assert count_approx(items) == 1
        with pytest.raises(ValueError, match="consumed or released before"):
            count_approx(items)


def test_a_schema_without_its_array(producer):
    first = exported_array(producer, producer.schema(b"l"), numbers(producer, [1]))
    second = exported_array(producer, producer.schema(b"l"), numbers(producer, [1]))
    assert count_approx(first) == 1
    mixed = Exported("array", (second.capsules[0], first.capsules[1]))
    with pytest.raises(ValueError, match="consumed or released before"):
        count_approx(mixed)


def test_wrong_capsules(producer):
    pair = exported_array(producer, producer.schema(b"l"), numbers(producer, [1]))
    for items in (
        Exported("stream", pair.capsules),
        Exported("stream", pair.capsules[0]),
        Exported("stream", None),
        Exported("array", pair.capsules[0]),
        Exported("array", pair.capsules[::-1]),
        Exported("array", (*pair.capsules, None)),
        Exported("array", (pair.capsules[0], object())),
        Exported("device_array", pair.capsules),
        Exported("array", list(pair.capsules)),
    ):
        with pytest.raises(TypeError, match="items must give"):
            count_approx(items)
    assert count_approx(pair) == 1


# ---- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("error", "raised", "match"),
    [
        ((errno.EIO, b"the disk is gone"), OSError, "the disk is gone"),
        ((errno.EINVAL, b"no such column"), ValueError, "no such column"),
        ((errno.ENOMEM, None), MemoryError, "no reason"),
        ((errno.ENOSYS, b"not yet"), NotImplementedError, "not yet"),
        ((errno.ECANCELED, b"\xff"), RuntimeError, "stopped"),
    ],
)
def test_an_error_of_the_producer_keeps_what_came_before(producer, workers, error, raised, match):
    for lengths in ([], [3], [2, 100_000, 50_000, 7]):
        arrays = [numbers(producer, range(length)) for length in lengths]
        items = exported_stream(producer, producer.schema(b"l"), arrays, error=error)
        sketch = CVMSketch()
        with pytest.raises(raised, match=match):
            sketch.update(items, workers=workers)
        assert sketch == fed([i for length in lengths for i in range(length)])


UNSUPPORTED = [b"+us:0,1", b"+ud:0", b"tiM", b"tiD", b"tin", b"x", b"", b"tsx:", b"d:9,2,7"]


@pytest.mark.parametrize("format_", UNSUPPORTED, ids=bytes.decode)
def test_unsupported_kinds(producer, format_):
    def array():
        return producer.array(1, [None, bytes(64)])

    for items in (
        exported_array(producer, producer.schema(format_), array()),
        exported_stream(producer, producer.schema(format_), [array(), array()]),
        exported_array(
            producer,
            producer.schema(b"+s", [producer.schema(b"c"), producer.schema(format_)]),
            producer.array(1, [None], [array(), array()]),
        ),
    ):
        sketch = CVMSketch()
        with pytest.raises(TypeError, match=r"^cannot count "):
            sketch.update(items)
        assert sketch == CVMSketch()


def test_several_columns(producer):
    schema = producer.schema(b"+s", [producer.schema(b"l") for _ in range(7)], nullable=False)
    items = exported_stream(producer, schema, [])
    with pytest.raises(TypeError, match=r"7 columns \(x, x, x, x, x, \.\.\.\): pass one of them"):
        count_approx(items)


def test_nesting_without_end(producer):
    for depth in (50, 51):
        schema, array = producer.schema(b"l"), numbers(producer, [1, 2])
        for _ in range(depth):
            schema, array = producer.schema(b"+s", [schema]), producer.array(2, [None], [array])
        items = exported_array(producer, schema, array)
        if depth == 50:
            assert count_approx(items) == 2
        else:
            with pytest.raises(TypeError, match="50 levels"):
                count_approx(items)


@pytest.mark.parametrize("size", [-1, -(2**31), -(2**63), -(2**63) + 20])
@pytest.mark.parametrize("offset", [0, 2**31 - 1])
def test_views_of_a_buffer_with_a_negative_size(producer, size, offset):
    view = struct.pack("=i4sii", 20, b"xxxx", 0, offset)
    array = producer.array(1, [None, view, b"x" * 20, longs(size)])
    items = exported_array(producer, producer.schema(b"vu"), array)
    with pytest.raises(ValueError, match="the size of a buffer is negative"):
        count_approx(items)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("length", [0, 1])
def test_streams_of_many_small_batches(workers, length):
    """In quadratic time it would take minutes."""
    pyarrow = pytest.importorskip("pyarrow")
    one = pyarrow.record_batch([pyarrow.array([7] * length, "int64")], names=["a"])
    last = pyarrow.record_batch([pyarrow.array([8, 9])], names=["a"])

    def batches():
        for _ in range(300_000):
            yield one
        yield last

    reader = pyarrow.RecordBatchReader.from_batches(one.schema, batches())
    assert count_approx(reader, workers=workers) == 2 + length


def test_an_interrupt_in_a_producer_is_one():
    pyarrow = pytest.importorskip("pyarrow")
    one = pyarrow.record_batch([pyarrow.array([7])], names=["a"])

    def batches():
        yield one
        raise KeyboardInterrupt

    sketch = CVMSketch()
    with pytest.raises(KeyboardInterrupt):
        sketch.update(pyarrow.RecordBatchReader.from_batches(one.schema, batches()))
    assert sketch.count() == 1


SMALL_MEMORY = """
import resource, pyarrow
from cvmcount import CVMSketch
# A byte is kept for each entry of a dictionary that has not many more than there are rows.
rows = pyarrow.Array.from_buffers(
    pyarrow.int8(), 3 * 10**8, [None, pyarrow.allocate_buffer(3 * 10**8)]
)
values = pyarrow.DictionaryArray.from_arrays(rows, pyarrow.nulls(23 * 10**8), safe=False)
with open("/proc/self/statm") as pages:
    in_use = int(pages.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + (1 << 30), in_use + (1 << 30)))
try:
    CVMSketch().update(values)
except MemoryError as error:
    print(error)
"""


@without_sanitizers
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
def test_a_column_that_finds_no_memory():
    pytest.importorskip("pyarrow")
    pytest.importorskip("resource")
    command = [sys.executable, "-P", "-c", SMALL_MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "items cannot be read beyond item 0: out of memory\n"


@pytest.mark.threads
def test_nesting_on_a_small_stack(producer):
    schema, array = producer.schema(b"l"), numbers(producer, [1, 2])
    for _ in range(50):
        schema, array = producer.schema(b"+s", [schema]), producer.array(2, [None], [array])
    items = exported_array(producer, schema, array)
    found = []
    before = threading.stack_size(128 << 10)
    try:
        thread = threading.Thread(target=lambda: found.append(count_approx(items)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == [2]


def missing_child(producer):
    array = producer.array(1, [None], [numbers(producer, [1])])
    array.children[0].contents.release(array.children[0])
    array.children[0] = None
    return producer.schema(b"+s", [producer.schema(b"l")]), array


def released_child(producer):
    array = producer.array(1, [None], [numbers(producer, [1])])
    array.children[0].contents.release(array.children[0])
    return producer.schema(b"+s", [producer.schema(b"l")]), array


def with_field(name, value):
    def build(producer):
        array = numbers(producer, [1, 2, 3])
        setattr(array, name, value)
        return producer.schema(b"l"), array

    return build


def flat(format_, length, *buffers, **arguments):
    return lambda producer: (
        producer.schema(format_),
        producer.array(length, buffers, **arguments),
    )


def lists(format_, length, *buffers):
    return lambda producer: (
        producer.schema(format_, [producer.schema(b"l")]),
        producer.array(length, buffers, [numbers(producer, [1, 2, 3])]),
    )


def dictionary(indices, entries=(1, 2)):
    return lambda producer: (
        producer.schema(b"i", dictionary=producer.schema(b"l")),
        producer.array(
            len(indices), [None, integers(*indices)], dictionary=numbers(producer, entries)
        ),
    )


def runs(length, ends, values, format_=b"i", offset=0):
    return lambda producer: (
        producer.schema(b"+r", [producer.schema(format_), producer.schema(b"l")]),
        producer.array(
            length,
            [],
            [producer.array(len(ends), [None, integers(*ends)]), numbers(producer, values)],
            offset=offset,
        ),
    )


def view(length, number=0, offset=0):
    return struct.pack("=i4sii", length, b"abcd", number, offset)


MALFORMED = {
    "missing child": missing_child,
    "released child": released_child,
    "no children": lambda producer: (
        producer.schema(b"+s", [producer.schema(b"l")]),
        producer.array(1, [None]),
    ),
    "no format": flat(None, 1, None, bytes(8)),
    "negative length": with_field("length", -1),
    "negative offset": with_field("offset", -1),
    "absurd offset": with_field("offset", 2**62),
    "too few buffers": with_field("n_buffers", 1),
    "nulls without a bitmap": with_field("null_count", 1),
    "no values": flat(b"l", 1, None, None),
    "no offsets": flat(b"u", 1, None, None, b""),
    "no bytes": flat(b"u", 1, None, integers(0, 3), None),
    "negative width": flat(b"w:-1", 1, None, b""),
    "no width": flat(b"w:", 1, None, b""),
    "no scale": flat(b"d:19", 1, None, bytes(16)),
    "offsets that fall": flat(b"u", 2, None, integers(3, 0, 3), b"abc"),
    "negative offsets": flat(b"u", 1, None, integers(-3, 0), b"abc"),
    "offsets that leap": flat(b"u", 3, None, integers(2**31 - 1, -(2**31), -1, 3), b"abc"),
    "wide offsets that leap": flat(b"Z", 3, None, longs(2**63 - 1, -(2**63), -1, 3), b"abc"),
    "offsets beyond the last": lambda producer: (
        producer.schema(b"+s", [producer.schema(b"z")]),
        producer.array(1, [None], [producer.array(2, [None, integers(0, 10**6, 3), b"abc"])]),
    ),
    "a view beyond its buffer": flat(b"vu", 1, None, view(13, 0, 4), b"x" * 16, longs(16)),
    "a view of another buffer": flat(b"vu", 1, None, view(13, 1), b"x" * 16, longs(16)),
    "a view of no buffer": flat(b"vz", 1, None, view(13), None),
    "a view of negative length": flat(b"vz", 1, None, view(-1), b"x" * 16, longs(16)),
    "a view at a negative offset": flat(b"vz", 1, None, view(13, 0, -1), b"x" * 16, longs(16)),
    "a buffer of negative length": flat(b"vz", 1, None, view(13), b"x" * 16, longs(-1)),
    "a list beyond its values": lists(b"+l", 1, None, integers(2, 4)),
    "a negative list": lists(b"+l", 1, None, integers(2, 1)),
    "a list that begins outside": lists(b"+L", 1, None, longs(-1, 1)),
    "a list view beyond its values": lists(b"+vl", 1, None, integers(2), integers(2)),
    "a negative list view": lists(b"+vL", 1, None, longs(2), longs(-1)),
    "short fixed lists": lists(b"+w:2", 2, None),
    "an index beyond": dictionary([0, 2]),
    "a negative index": dictionary([0, -1]),
    "no entries": dictionary([0], ()),
    "no dictionary": lambda producer: (
        producer.schema(b"i", dictionary=producer.schema(b"l")),
        producer.array(1, [None, integers(0)]),
    ),
    "indices that are text": lambda producer: (
        producer.schema(b"u", dictionary=producer.schema(b"l")),
        producer.array(1, [None, integers(0, 0), b""], dictionary=numbers(producer, [1])),
    ),
    "runs that end too early": runs(5, [2, 4], [1, 2]),
    "runs that end before a slice": runs(1, [2, 4], [1, 2], offset=4),
    "run ends that fall": runs(5, [3, 2, 5], [1, 2, 3]),
    "more runs than values": runs(2, [1, 2], [1]),
    "run ends of another type": runs(1, [1], [1], format_=b"I"),
}


@pytest.mark.parametrize("build", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_malformed_structures(producer, build, coins):
    schema, array = build(producer)
    for items in (
        exported_array(producer, *build(producer)),
        exported_stream(producer, schema, [array]),
    ):
        sketch = CVMSketch(coins=coins)
        with pytest.raises(ValueError, match="items cannot be read"):
            sketch.update(items)
        assert sketch == CVMSketch(coins=coins)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_malformed_batch_keeps_what_came_before(producer, workers):
    def strings(count, last):
        offsets = [*range(count), last]
        return producer.array(count, [None, integers(*offsets), b"abcd" * (count // 4 + 1)])

    for count in (4, 5000, 100_000):
        arrays = [strings(count, count), strings(count, 0), strings(count, count)]
        items = exported_stream(producer, producer.schema(b"z"), arrays)
        sketch = CVMSketch()
        with pytest.raises(ValueError, match="offsets"):
            sketch.update(items, workers=workers)
        assert count <= sketch.items_seen < 2 * count
        assert sketch.estimate() == min(count, 4)


def test_an_update_that_is_interrupted(producer):
    """The rest of the stream is released, whoever ends the update."""
    arrays = [numbers(producer, range(1000)) for _ in range(60)]
    items = exported_stream(producer, producer.schema(b"l"), arrays, pause=0.01)

    def stop(done, _):
        if done >= 2000:
            raise KeyboardInterrupt

    sketch = CVMSketch()
    with pytest.raises(KeyboardInterrupt):
        sketch.update(items, progress=stop)
    assert 0 < sketch.items_seen < 60_000
