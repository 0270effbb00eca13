"""A red run means that a saved sketch does not come back as it was, or harms whoever reads it.

The core's own tests change every field; here are the way from Python and the golden files.
"""

import copy
import math
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden_sketches
import strategies
from cvmcount import CVMSketch


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


arguments = st.fixed_dictionaries(
    {
        "epsilon": st.floats(0.01, 0.99),
        "delta": st.floats(1e-9, 0.99),
        "seed": st.integers(0, 2**64 - 1),
        "dropna": st.booleans(),
    },
    optional={"capacity": st.integers(3, 40), "coins": st.sampled_from(["hashed", "fresh"])},
)
more = st.lists(strategies.plain_values, max_size=50)


@given(strategies.streams, st.integers(0, 200), arguments, more)
def test_a_loaded_sketch_goes_on_as_the_original(stream, numbers, arguments, more):
    sketch = fed([*stream, *range(numbers)], **arguments)
    data = sketch.to_bytes()
    assert type(data) is bytes
    loaded = CVMSketch.from_bytes(data)
    assert loaded == sketch
    assert loaded.to_bytes() == data
    for name in ("capacity", "epsilon", "delta", "coins", "seed", "dropna", "is_exact"):
        assert getattr(loaded, name) == getattr(sketch, name)
    for one in (sketch, loaded):
        one.update(more)
        one.update(range(150, 300))
    assert loaded == sketch
    assert loaded.estimate() == sketch.estimate()
    assert loaded.interval() == sketch.interval()
    for one in (sketch, loaded):
        one.clear()
        one.update(more)
    assert loaded == sketch


@given(strategies.streams, strategies.streams, st.sampled_from(["hashed", "fresh"]))
def test_equality_is_equality_of_bytes(first, second, coins):
    a, b = (fed(items, capacity=5, coins=coins) for items in (first, second))
    assert (a == b) == (a.to_bytes() == b.to_bytes())
    for other in ({"capacity": 6}, {"capacity": 5, "delta": 0.5}, {"capacity": 5, "seed": 1}):
        assert a.to_bytes() != fed(first, coins=coins, **other).to_bytes()


def test_size():
    """At most 8.2 bytes for each retained element and 100 more; fresh coins have to keep stamps.

    Many elements take 64 - log2(n) + 1.44 bits each, and at most 0.5 more.
    """
    for items in ((), range(3), range(100), range(100_000)):
        for sketch in (fed(items), fed(items, capacity=3), fed([*items, range(5)], capacity=3)):
            assert len(sketch.to_bytes()) <= 8.2 * sketch.num_retained + 100
            assert len((sketch | sketch).to_bytes()) <= 8.2 * sketch.num_retained + 100
    for distinct in (4364, 100_000):
        many = fed(range(distinct))
        bits = 64 - math.log2(distinct) + 1.94
        assert len(many.to_bytes()) <= bits / 8 * many.num_retained + 110
    exact = fed(range(6000), coins="fresh")
    assert len(exact.to_bytes()) <= 8.2 * 6000 + 100
    sampled = fed(range(100_000), coins="fresh")
    assert len(sampled.to_bytes()) <= 10 * sampled.num_retained + 100


@pytest.mark.parametrize("name", golden_sketches.MAKERS)
def test_golden_files(name):
    data = (golden_sketches.FILES / f"{name}.cvms").read_bytes()
    made = golden_sketches.MAKERS[name]()
    loaded = CVMSketch.from_bytes(data)
    assert loaded == made
    assert made.to_bytes() == data
    for sketch in (loaded, made):
        sketch.update(range(1000))
    assert loaded == made


@pytest.mark.parametrize("name", golden_sketches.EARLIER)
def test_golden_files_of_earlier_versions(name):
    data = (golden_sketches.FILES / f"{name}.cvms").read_bytes()
    made = golden_sketches.EARLIER[name]()
    assert CVMSketch.from_bytes(data) == made
    assert CVMSketch.from_bytes(data).to_bytes() == made.to_bytes() != data


def test_every_golden_file_is_tested():
    files = {path.stem for path in golden_sketches.FILES.iterdir()}
    known = {*golden_sketches.MAKERS, *golden_sketches.EARLIER, *golden_sketches.TRUNCATED}
    assert files == known | {"hashed_salted"}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_pickle(protocol, coins):
    sketch = fed(range(500), capacity=50, coins=coins)
    assert pickle.loads(pickle.dumps(sketch, protocol)) == sketch
    both = pickle.loads(pickle.dumps([sketch, sketch], protocol))
    assert both[0] is both[1]


class Named(CVMSketch):
    """A class of a user's own."""


def test_subclasses():
    named = Named(capacity=50)
    named.update(range(500))
    loaded = Named.from_bytes(named.to_bytes())
    assert type(loaded) is Named
    assert loaded == named
    named.name = "hits"
    for copied in (copy.copy(named), copy.deepcopy(named)):  # by what pickle uses
        assert type(copied) is Named
        assert copied == named
        assert copied.name == "hits"


class Slotted(CVMSketch):
    """A class of a user's own, with slots instead of a dict."""

    __slots__ = ("name",)


def test_slots_of_subclasses():
    sketch = Slotted(capacity=50)
    sketch.update(range(500))
    sketch.name = "hits"
    for copied in (copy.copy(sketch), pickle.loads(pickle.dumps(sketch))):
        assert type(copied) is Slotted
        assert (copied, copied.name) == (sketch, "hits")


def test_every_kind_of_buffer():
    import array
    import mmap

    import numpy as np

    sketch = fed(range(500), capacity=50)
    data = sketch.to_bytes()
    for buffer in (bytearray(data), memoryview(data), array.array("B", data)):
        assert CVMSketch.from_bytes(buffer) == sketch
    assert CVMSketch.from_bytes(np.frombuffer(data, "u8")) == sketch
    with mmap.mmap(-1, len(data)) as mapped:
        mapped.write(data)
        assert CVMSketch.from_bytes(mapped) == sketch
    for wrong in (None, 5, "text", [1, 2], memoryview(data)[::2]):
        with pytest.raises(TypeError, match="data must be bytes or a contiguous buffer"):
            CVMSketch.from_bytes(wrong)


@given(st.binary(max_size=200))
def test_bytes_from_anywhere(data):
    for garbage in (data, b"CVMS" + data, fed([1, 2, 3]).to_bytes()[:48] + data):
        with pytest.raises(ValueError, match="saved sketch"):
            CVMSketch.from_bytes(garbage)


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_damage_and_cuts(coins):
    source = random.Random(1)
    data = fed(range(500), capacity=50, coins=coins).to_bytes()
    for _ in range(1000):
        damaged = bytearray(data)
        damaged[source.randrange(len(data))] ^= 1 << source.randrange(8)
        with pytest.raises(ValueError, match="saved sketch"):
            CVMSketch.from_bytes(damaged)
    for size in range(len(data)):
        with pytest.raises(ValueError, match="saved sketch"):
            CVMSketch.from_bytes(data[:size])
    with pytest.raises(ValueError, match="damaged"):
        CVMSketch.from_bytes(data + b"\0")


def test_the_format_as_documented():
    """docs/format.md in a dozen lines."""
    import struct

    from rapid_hash import rapidhash

    sketch = fed(range(500), capacity=50, seed=9, delta=0.25)
    data = sketch.to_bytes()
    magic, version, identities, flags, zero = struct.unpack_from("<4s4B", data)
    assert (magic, version, identities, flags, zero) == (b"CVMS", 1, 1, 1, 0)
    assert struct.unpack_from("<QddQQ", data, 8) == (9, 0.0, 0.25, 50, 0)
    (head,) = struct.unpack_from("<Q", data, 48)
    assert (head % 256, head // 256) == (2, len(data) - 64)
    items, estimate, _, changes = struct.unpack_from("<QddQ", data, 56)
    assert (items, estimate) == (500, sketch.estimate())
    ids = struct.unpack_from("<50Q", data, 88)
    assert list(ids) == sorted(ids)
    assert ids[-1] / 2**64 == sketch.sampling_rate
    assert 50 < changes < 500
    assert struct.unpack("<Q", data[-8:]) == (rapidhash(data[:-8], 0),)
