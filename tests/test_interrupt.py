"""A red run means that Ctrl-C does not stop a long count within a second."""

import os
import signal
import subprocess
import sys

import pytest

WINDOWS = """
import pyarrow
n = 30_000
starts, sizes = pyarrow.array([0] * n, "int32"), pyarrow.array(range(10**6, 10**6 + n), "int32")
views = pyarrow.ListViewArray.from_arrays(starts, sizes, pyarrow.array(range(10**6 + n)))
"""

INPUTS = {
    "list of long strings": "{count}(['long' * 5_000_000] * 100_000)",
    "tuple of long bytes": "{count}((b'long' * 5_000_000,) * 100_000)",
    "list of long text": "{count}(['länger' * 5_000_000] * 100_000)",
    "missing only": "import itertools\n{count}(itertools.repeat(None))",
    "large tuples": "{count}([tuple(range(500_000))] * 10_000)",
    "large frozensets": "{count}([frozenset(range(100_000))] * 10_000)",
    "tuples of few tuples": "t = ()\nfor _ in range(90): t = (t, t)\n{count}([t])",
    "one tuple of tuples": "t = ()\nfor _ in range(5): t = (t,) * 1000\n{count}([t])",
    "windows of a column": WINDOWS + "{count}(views)",
    "windows and workers": WINDOWS + "{count}(views, workers=2)",
    "C iterator": "import itertools\n{count}(itertools.count())",
    "generator": "{count}(i for i in iter(int, 1))",
    "list and workers": "items = ['a', 'b'] * 1_000_000\nwhile True: {count}(items, workers=2)",
    "list of missing": "items = [None] * 1_000_000\nwhile True: {count}(items)",
}


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send")
@pytest.mark.parametrize("source", INPUTS)
def test_ctrl_c(source):
    if "pyarrow" in INPUTS[source]:
        pytest.importorskip("pyarrow")
    code = "from cvmcount import count_approx\nprint('ready', flush=True)\n"
    code += INPUTS[source].format(count="count_approx")
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.7)  # it is counting by now
            process.send_signal(signal.SIGINT)
            process.wait(10)
        finally:
            process.kill()
        assert b"KeyboardInterrupt" in process.stderr.read()


HANDLER = """
import signal
from cvmcount import CVMSketch

LENGTH, DISTINCT = 8_000_000, 1000
items = [f"old {i}" for i in range(DISTINCT)] * (LENGTH // DISTINCT)

def replace_all(number, frame):
    global changed
    changed = sketch.items_seen
    items.clear()  # this frees the objects, and the new ones take their addresses
    items.extend([f"new {i}" for i in range(DISTINCT)] * (LENGTH // DISTINCT))

changed = None
sketch = CVMSketch()
signal.signal(signal.SIGALRM, replace_all)
signal.setitimer(signal.ITIMER_REAL, 0.004)
sketch.update(items)
assert changed is not None and DISTINCT < changed < LENGTH - 2 * DISTINCT, changed
print(sketch.count())
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer")
def test_a_signal_handler_may_change_the_list():
    """Objects are known by their addresses only as long as nothing can free them."""
    done = subprocess.run([sys.executable, "-P", "-c", HANDLER], capture_output=True, text=True)
    assert done.stdout.strip() == "2000", done.stderr
