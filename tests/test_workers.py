"""A red run means that a list counts differently with several workers, or where objects repeat.

The slow twin is the same items through an iterator, which reads one after the other and looks at
every object.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading

import pytest

from cvmcount import CVMSketch, count_approx
from sanitizers import without_sanitizers

pytestmark = pytest.mark.threads
LONG = 600_000  # enough for a cache of addresses


def fed(items, workers=1, **arguments):
    sketch = CVMSketch(**arguments)
    sketch.update(items, workers=workers)
    return sketch


FORKS = """
import os, sys
from cvmcount import CVMSketch

class Forks:
    def __init__(self):
        self.child = None
    def __hash__(self):
        if self.child is None:
            self.child = os.fork()
        return 1
    def __eq__(self, other):
        return self is other

forks = Forks()
items = [*map(str, range(400_000)), forks, *map(str, range(400_000, 800_000))]
sketch = CVMSketch(capacity=1_000_000)
sketch.update(items, workers=4)
assert sketch.items_seen == 800_001
if forks.child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(forks.child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_in_mid_list():
    """The child has no threads but its own, and goes on alone."""
    subprocess.run([sys.executable, "-P", "-c", FORKS], check=True, timeout=60)


def few_objects(source, length):
    objects = [str(i) for i in range(5_000)] + [None, float("nan"), 0.5, 7, True, b"x", "é", "日本"]
    return source.choices(objects, k=length)


def mixed(source, length):
    """Separate objects, with one of a rare kind now and then."""
    return [
        (str(n), n) if source.random() < 1e-4 else str(n) if n % 2 else n
        for n in (source.randrange(length) for _ in range(length))
    ]


def in_phases(source, length):
    """Repeats that begin late and end again."""
    few = few_objects(source, length // 4)
    many = [str(n) for n in range(length // 4)]
    return many + few + many[::-1] + few


STREAMS = {"few objects": few_objects, "mixed": mixed, "in phases": in_phases}


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
@pytest.mark.parametrize("stream", STREAMS)
def test_workers_and_repeats_do_not_matter(stream, coins):
    items = STREAMS[stream](random.Random(1), LONG)
    for arguments in ({"capacity": 100}, {"dropna": False}, {"capacity": 10**6}):
        expected = fed(iter(items), coins=coins, **arguments)
        for workers in (1, 2, 3):
            assert fed(items, workers, coins=coins, **arguments) == expected


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 100_003])
def test_every_item_is_read_once_by_one_worker(length):
    items = list(range(length))
    for workers in (2, 3, 7):
        sketch = fed(items, workers, capacity=200_000)
        assert sketch.items_seen == length
        assert sketch.estimate() == length
        assert fed(tuple(items), workers, capacity=200_000) == sketch


@pytest.mark.parametrize("position", [0, 1, 4095, 4096, 8191, 8192, 70_000, 99_999])
def test_an_error_in_the_part_of_any_worker_keeps_what_came_before(position):
    items = list(range(100_000))
    items[position] = []
    for workers in (1, 2, 3):
        sketch = CVMSketch()
        with pytest.raises(TypeError, match="list"):
            sketch.update(items, workers=workers)
        assert sketch == fed(range(position))


class Trigger:
    """An item that runs something when it is counted."""

    def __init__(self, action):
        self.action = action

    def __hash__(self):
        self.action()
        return 1


@pytest.mark.parametrize("workers", [1, 2])
def test_an_object_that_took_the_place_of_one_that_was_freed(workers):
    """The list loses its objects while it is read, and new ones come to lie where they lay."""
    for at in (300_000, 1_000_000):  # afterwards none is looked up for 4 million items
        items = [f"old {i}" for i in range(1_000)] * 10_000

        def replace(items=items):
            items[:] = [None] * len(items)
            items[:] = [f"new {i}" for i in range(1_000)] * 10_000

        items[at] = Trigger(replace)
        assert count_approx(items, workers=workers) == 2_001


@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_that_replaces_the_objects(workers):
    sketch = CVMSketch()
    items = [f"old {i}" for i in range(1_000)] * 10_000
    seen = []

    def replace(*_):
        items[:] = [None] * len(items)
        items[:] = [f"new {i}" for i in range(1_000)] * 10_000
        seen.append(sketch.items_seen)

    before = signal.signal(signal.SIGALRM, replace)
    try:
        while not seen or not 10_000 < seen[-1] < 9_000_000:
            sketch.clear()
            seen.clear()
            items[:] = [f"old {i}" for i in range(1_000)] * 10_000
            signal.setitimer(signal.ITIMER_REAL, 0.010)
            sketch.update(items, workers=workers)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert sketch.estimate() == 2_000


@pytest.mark.parametrize("action", ["clear", "shrink", "grow"])
def test_the_list_or_the_sketch_changes_meanwhile(action):
    for workers in (1, 2):
        sketch = CVMSketch(capacity=10**6)
        items = list(range(200_000))
        actions = {
            "clear": sketch.clear,
            "shrink": lambda items=items: items.__delitem__(slice(150_000, None)),
            "grow": lambda items=items: items.extend(range(200_000, 300_000)),
        }
        items[100_000] = Trigger(actions[action])
        sketch.update(items, workers=workers)
        assert sketch.estimate() == {"clear": 100_000, "shrink": 150_000, "grow": 300_000}[action]


def test_updates_with_workers_from_several_threads():
    sketch = CVMSketch(capacity=10**6)
    parts = [[f"{part}/{i}" for i in range(70_000)] for part in range(4)]
    threads = [
        threading.Thread(target=sketch.update, args=(part,), kwargs={"workers": 2})
        for part in parts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sketch.estimate() == sketch.items_seen == 280_000


def test_an_iterable_is_read_by_one_worker():
    items = (str(i) for i in itertools.islice(itertools.count(), 100_000))
    assert fed(items, 4) == fed([str(i) for i in range(100_000)])


NO_THREADS = """
import ctypes, resource
import numpy, cvmcount
values = numpy.arange(10**6) % 70_001
libc = ctypes.CDLL(None)
attributes = ctypes.create_string_buffer(64)
libc.pthread_attr_init(attributes)
libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(1 << 40))
libc.pthread_setattr_default_np(attributes)
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))  # a stack does not fit
sketch, expected = cvmcount.CVMSketch(), cvmcount.CVMSketch()
sketch.update(values, workers=4)
expected.update(values)
groups = cvmcount.CVMGroups()
groups.update(values % 3, values, workers=4)
with open("/proc/self/status") as status:
    threads = [line.split()[1] for line in status if line.startswith("Threads")]
print(threads, sketch == expected, len(groups))
"""


@pytest.mark.skipif(not hasattr(os, "confstr") or sys.platform != "linux", reason="needs glibc")
@without_sanitizers
def test_where_the_system_gives_no_threads():
    pytest.importorskip("numpy")
    command = [sys.executable, "-P", "-c", NO_THREADS]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout == "['1'] True 3\n"


def test_all_workers_are_as_many_as_there_are_cores():
    items = list(range(100_000))
    assert fed(items, "all") == fed(items)
    assert count_approx(items, workers="all") == count_approx(items)
