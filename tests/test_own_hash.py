"""A red run means that what is known only by its own hash() is trusted more than that hash is.

Such hashes collide by design, and mean nothing in another process.
"""

import contextvars
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import weakref

import pytest

import golden_sketches
from cvmcount import CVMSketch, count_approx


class Addressed:
    """Compared by address."""


class AddressAsHash:
    """Compared by address, with a hash of its own: as tensors are."""

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


class OwnHash:
    """Known only by what its own methods say."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __hash__(self):
        return hash(self.value)


class Untouchable:
    """Has an error of its own."""

    def __eq__(self, other):
        return False

    def __hash__(self):
        raise RuntimeError("do not touch")


def fed(items, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items)
    return sketch


def test_they_count_by_their_own_hash():
    sketch = fed([OwnHash("a"), OwnHash("b"), OwnHash("a")])
    assert sketch.estimate() == 2
    with pytest.raises(RuntimeError, match="do not touch"):
        sketch.add(Untouchable())


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_they_are_exact_only_alone(coins):
    """hash(-1) == hash(-2): nobody knows whether the second is another element."""
    sketch = fed([1, "a", OwnHash(-1), 2], coins=coins)
    assert sketch.is_exact
    assert sketch.interval() == (4, 4)
    sketch.add(OwnHash(-2))
    assert not sketch.is_exact
    assert sketch.count() == sketch.estimate() == 4
    assert sketch.interval() == (4, 5)  # a floor, and the number of items
    assert "about 4 distinct (95%: 4 ... 5)" in repr(sketch)
    assert not fed([OwnHash(-1), OwnHash(-1)], coins=coins).is_exact
    assert CVMSketch.from_bytes(sketch.to_bytes()) == sketch == copy.deepcopy(sketch)
    sketch.clear()
    assert sketch.is_exact


def test_parts_of_a_tuple_are_one_element():
    assert fed([(OwnHash(1), OwnHash(2))]).is_exact
    assert not fed([(OwnHash(1),), (OwnHash(2),)]).is_exact
    assert not fed([frozenset([OwnHash(1)]), (OwnHash(2),)]).is_exact


WAYS_IN = {
    "list": lambda items: items,
    "iterator": iter,
    "tuple": tuple,
    "set": set,
    "workers": lambda items: items,
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_way_in_tells(way):
    items = [*range(100_000), OwnHash(-1), *range(100_000)]
    workers = 2 if way == "workers" else 1
    for more, expected in (([], None), ([OwnHash(-2)], True)):
        sketch = CVMSketch(capacity=200_000)
        sketch.update(WAYS_IN[way](items + more), workers=workers)
        assert sketch.is_exact is (expected is None)
        assert sketch._hash_salt is not None


def test_sampled_counts_have_no_certain_upper_end():
    sketch = fed([*range(30_000), *range(30_000), OwnHash(1), OwnHash(2)])
    low, high = sketch.interval()
    assert low < 30_002 < high == sketch.items_seen


def test_an_item_that_is_refused_leaves_no_trace():
    sketch = fed([1])
    with pytest.raises(TypeError, match="not hashable"):
        sketch.update([2, (OwnHash(1), [])])
    assert sketch == fed([1, 2])
    assert sketch._hash_salt is None


class Clearing(OwnHash):
    """Clears the sketch while it is counted."""

    def __hash__(self):
        self.value.clear()
        return 1


def test_a_sketch_that_is_cleared_meanwhile():
    sketch = CVMSketch()
    sketch.update([OwnHash(1), OwnHash(2), Clearing(sketch), 1])
    assert sketch.is_exact
    assert sketch.count() == 2


def test_unions():
    one, none = fed([1, OwnHash(1)]), fed([1, 2])
    union = none | one
    assert union._hash_salt == one._hash_salt is not None
    assert union == one | none
    assert union.is_exact
    assert (none | none)._hash_salt is None
    twice = one | one
    assert not twice.is_exact
    assert twice.interval() == (2, 4)
    assert (one & none).is_exact
    assert not (one & one).is_exact
    assert not (one - one).is_exact
    assert not one.jaccard(one).is_exact


ITEMS = [Addressed(), AddressAsHash(), object(), print, len, "".join, lambda: 0, int, ..., sys]


@pytest.mark.parametrize("item", [*ITEMS, (1, Addressed())], ids=lambda item: type(item).__name__)
def test_what_is_compared_by_address_is_refused(item):
    with pytest.raises(TypeError, match="compared by its address"):
        count_approx([item])


@pytest.mark.parametrize("item", [[], {}, set(), (1, [2]), [None]])
def test_what_can_change_is_refused(item):
    with pytest.raises(TypeError, match="not hashable"):
        count_approx([item])


def temporaries():
    for _ in range(10):
        yield weakref.ref(Addressed())
        yield contextvars.ContextVar("x")
        yield AddressAsHash()


def test_hashes_that_are_addresses_are_refused():
    for item in temporaries():
        with pytest.raises(TypeError, match="compared by its address"):
            count_approx([item])


# ---- other processes -----------------------------------------------------------------------------


SALTED = """
from cvmcount import CVMSketch

class Word:
    def __init__(self, text): self.text = text
    def __eq__(self, other): return self.text == other.text
    def __hash__(self): return hash((Word, self.text, None))

sketch = CVMSketch(capacity=8)
sketch.update([Word("to"), Word("be"), 1])
"""


def in_another_process(code):
    command = [sys.executable, "-P", "-c", SALTED + code]
    env = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_they_mean_nothing_in_another_process():
    """Hashes of classes, and of None before Python 3.12, are addresses: one PYTHONHASHSEED does not
    help.
    """
    data = bytes.fromhex(in_another_process("print(sketch.to_bytes().hex())"))
    load = f"CVMSketch.from_bytes({data!r})"
    assert in_another_process(load).startswith("ValueError: a sketch holds elements")
    with pytest.raises(ValueError, match="their own hash"):
        CVMSketch.from_bytes(data)
    with pytest.raises(ValueError, match="their own hash"):
        CVMSketch.from_bytes((golden_sketches.FILES / "hashed_salted.cvms").read_bytes())
    plain = in_another_process("s = CVMSketch(); s.add('a')\nprint(s.to_bytes().hex())")
    assert CVMSketch.from_bytes(bytes.fromhex(plain)) == fed(["a"])


def test_the_same_process_reads_what_it_saved():
    sketch = fed([OwnHash("a"), OwnHash("b")])
    assert pickle.loads(pickle.dumps(sketch)) == sketch


def send_sketch(connection):
    connection.send(fed([OwnHash("a"), OwnHash("c")]))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_a_forked_process_has_the_same_hashes():
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_sketch, args=(sender,))
    process.start()
    sketch = receiver.recv()
    process.join()
    assert (sketch | fed([OwnHash("a"), OwnHash("b")])).count() == 3
