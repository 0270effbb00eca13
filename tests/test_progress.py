"""A red run means that a long update does not say how far it has come, or breaks by saying so."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from cvmcount import CVMSketch, count_approx
from terminal import pseudo_terminal


class Reports(list):
    def __call__(self, done, total):
        self.append((done, total))


@pytest.mark.parametrize(
    "items",
    [list(range(3_000_000)), np.arange(30_000_000), [(1, 2)] * 500_000, ["a"] * 20_000_000],
    ids=["list", "array", "rare kinds", "one object"],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_reports_rise_to_the_end(items, workers):
    reports = Reports()
    count_approx(items, workers=workers, progress=reports)
    assert reports == sorted(reports)
    assert reports[-1] == (len(items), len(items))
    assert all(total == len(items) for _, total in reports)


def test_an_iterator_has_no_total():
    reports = Reports()
    count_approx((i for i in range(1000)), progress=reports)
    assert reports == [(1000, None)]
    reports.clear()
    count_approx([], progress=reports)
    assert reports == [(0, 0)]


def test_a_slow_iterable_is_reported_while_it_lasts():
    def slow():
        for i in range(100):
            time.sleep(0.005)
            yield i

    sketch = CVMSketch()
    seen = []
    sketch.update(slow(), progress=lambda done, total: seen.append((done, sketch.items_seen)))
    assert len(seen) > 2
    assert all(done == counted for done, counted in seen)


def test_an_error_of_the_callable_keeps_what_was_counted():
    def stop(done, total):
        raise InterruptedError(done)

    sketch = CVMSketch(capacity=10**6)
    with pytest.raises(InterruptedError) as error:
        sketch.update(
            ((time.sleep(0.15) or 0) if i == 99 else i for i in range(1000)), progress=stop
        )
    assert sketch.items_seen == error.value.args[0] >= 100


def test_the_callable_may_change_the_sketch_and_the_list():
    items = ["old"] * 5_000_000

    def change(done, total):
        sketch.clear()
        items[:] = [None] * len(items)
        items[:] = [f"new {i}" for i in range(1000)] * 5000

    sketch = CVMSketch()
    sketch.update(items, progress=change)
    assert sketch.estimate() in (0, 1000)


def test_a_signal_between_two_reports_may_clear_the_sketch():
    """What was seen before it is looked at again."""
    items = [f"word {i}" for i in range(200)] * 3000
    sketch = CVMSketch()
    before = signal.signal(signal.SIGALRM, lambda *_: sketch.clear())
    try:
        for after in range(100):
            signal.setitimer(signal.ITIMER_REAL, 1e-4 + 2e-5 * after)
            sketch.update(items, progress=lambda done, total: None)
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert sketch.estimate() == 200 or sketch.items_seen < 200
            sketch.clear()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("progress", [None, 1, 0, "yes", [print]])
def test_wrong_progress(progress):
    with pytest.raises(TypeError, match="progress"):
        CVMSketch().update([1], progress=progress)


def test_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=r"pip install tqdm"):
        count_approx([1], progress=True)
    assert count_approx([1]) == 1


PROGRAM = """
import time
from cvmcount import count_approx
count_approx((time.sleep(0.01) or i for i in range({items})), progress=True)
"""


def output_of(items, *, terminal):
    command = [sys.executable, "-P", "-c", PROGRAM.format(items=items)]
    if not terminal:
        return subprocess.run(command, capture_output=True, check=True).stderr
    with pseudo_terminal() as (screen, shown), subprocess.Popen(command, stderr=screen) as process:
        assert process.wait() == 0
    return b"".join(shown)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_the_bar():
    assert b"items" in output_of(100, terminal=True)
    assert output_of(1, terminal=True) == b""
    assert output_of(100, terminal=False) == b""
