"""A red run means that threads which share a sketch lose items, or deadlock.

Also run under TSan, where a red run means a data race.
"""

import itertools
import random
import sys
import threading
import time

import pytest

from cvmcount import CVMSketch

pytestmark = pytest.mark.threads
with_interpreter_lock = pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(),
    reason="without a lock of the interpreter, threads need no turns",
)


def run_together(*targets):
    barrier = threading.Barrier(len(targets))
    errors = []

    def run(target):
        barrier.wait()
        try:
            target()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_eight_threads_update_one_sketch(coins):
    sketch = CVMSketch(capacity=10_000, coins=coins)

    def feed(part):
        items = [f"{part}/{i % 1000}" for i in range(20_000)]
        sketch.update(items[:10_000])
        sketch.update(iter(items[10_000:]))
        for item in items[:500]:
            sketch.add(item)

    run_together(*(lambda part=part: feed(part) for part in range(8)))
    assert sketch.items_seen == 8 * 20_500
    assert sketch.estimate() == 8_000


def test_readers_see_whole_states():
    sketch = CVMSketch(capacity=500)
    done = threading.Event()

    def write():
        for start in range(0, 100_000, 1000):
            sketch.update(range(start, start + 1000))
        done.set()

    def read():
        seen = 0
        while not done.is_set():
            low, high = sketch.interval()
            assert low <= high
            assert sketch.items_seen >= seen
            seen = sketch.items_seen
            snapshot = sketch.copy()
            assert snapshot.num_retained <= 500
            assert snapshot == snapshot.copy()

    run_together(write, read, read)
    alone = CVMSketch(capacity=500)
    alone.update(range(100_000))
    assert sketch == alone


@with_interpreter_lock
@pytest.mark.parametrize(
    "items",
    [
        itertools.repeat(1, 30_000_000),
        [None, *random.Random(1).sample(range(1000, 301_000), 300_000)] * 100,
        ("é" * 100_000,) * 3000,
        [tuple(range(20_000))] * 3000,
    ],
    ids=["iterator", "list", "long text", "large tuples"],
)
def test_a_long_update_gives_others_a_turn(items):
    """It reads these inputs in C, where nothing else would let go of the interpreter."""
    sketch = CVMSketch()
    thread = threading.Thread(target=sketch.update, args=(items,))
    thread.start()
    seen = set()
    while thread.is_alive():
        seen.add(sketch.items_seen)
        time.sleep(0.001)
    assert len(seen) > 5


def nested_pairs(levels):
    pair = ()
    for _ in range(levels):
        pair = (pair, pair)
    return pair


@with_interpreter_lock
@pytest.mark.parametrize(
    "item",
    [nested_pairs(23), (1, 2) * 10_000_000, frozenset(range(3_000_000)), "é" * 200_000_000],
    ids=["nested pairs", "tuple", "frozenset", "text"],
)
def test_one_huge_item_gives_others_a_turn(item):
    thread = threading.Thread(target=CVMSketch().update, args=([item],))
    began = time.process_time()
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 3 or time.process_time() - began < 0.05


def test_clearing_while_updating():
    sketch = CVMSketch(capacity=100)
    run_together(
        lambda: sketch.update(iter(range(50_000))),
        lambda: [sketch.clear() for _ in range(1000)],
        lambda: [sketch.estimate() for _ in range(1000)],
    )
    assert sketch.num_retained <= 100


def test_threads_share_a_list_that_is_being_changed():
    items = [str(i) for i in range(5000)]
    sketch = CVMSketch()

    def change():
        for _ in range(300):
            items.append("more")
            del items[-1]

    run_together(change, *(lambda: [sketch.update(items) for _ in range(20)] for _ in range(3)))
    assert 5000 * 0.9 < sketch.estimate() < 5000 * 1.1


def test_eight_threads_update_and_merge_the_same_sketches():
    """Whatever the interleaving, each sketch ends up with what it was given and what it merged."""
    sketches = [CVMSketch(capacity=50_000) for _ in range(3)]

    def work(part):
        mine = sketches[part % 3]
        for start in range(0, 1000, 50):
            mine.update([f"{part}/{i}" for i in range(start, start + 50)])
            other = sketches[(part + start // 50) % 3]  # now and then itself
            other.merge(mine)
            mine |= other
            mine.merge(*sketches)
            assert (mine & other).estimate() <= 8000
            assert mine.jaccard(other).estimate() <= 1
            assert CVMSketch.from_bytes(mine.to_bytes()).is_exact

    run_together(*(lambda part=part: work(part) for part in range(8)))
    expected = CVMSketch(capacity=50_000)
    for part in range(8):
        expected.update([f"{part}/{i}" for i in range(1000)])
    sketches[0].merge(*sketches)
    assert sketches[0].is_exact
    assert sketches[0].estimate() == 8000
    assert (sketches[0] ^ expected).estimate() == 0


def test_two_sketches_merged_into_each_other():
    a, b = CVMSketch(capacity=100), CVMSketch(capacity=100)
    a.update(range(5000))
    b.update(range(4000, 9000))
    union = a | b

    def merge_again_and_again(into, other):
        return lambda: [into.merge(other) for _ in range(500)]

    run_together(*[merge_again_and_again(a, b), merge_again_and_again(b, a)] * 4)
    b.merge(a)
    assert (a ^ union).estimate() == (b ^ union).estimate() == 0
    assert a.estimate() == b.estimate() == union.estimate()
