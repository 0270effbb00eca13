"""How far the count has come, in bytes, on standard error."""

import sys
import time
from contextlib import suppress

from .messages import say

SECONDS_BEFORE = 1.0  # it is shown


class Bar:
    """A callable for `CVMSketch.update`, which calls it about ten times a second."""

    def __init__(self, files, names, wanted):
        """Show a bar if `wanted`; if None, on terminals only, and after a while."""
        self._files = files
        self._names = names
        self._wanted = wanted
        self._bar = None
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._hidden = sys.stderr is None or not (on_terminal if wanted is None else wanted)
        self._begins = time.monotonic() + (0.0 if wanted else SECONDS_BEFORE)

    def __call__(self, done, total):
        if self._hidden or time.monotonic() < self._begins:
            return
        try:
            if self._bar is None:
                self._open()
            if self._bar is not None:
                self._bar.update(self._files.stored_bytes - self._bar.n)
        except OSError:  # what cannot be shown does not stop the count
            self._hidden = True

    def _open(self):
        try:
            from tqdm import tqdm
        except ImportError:
            if self._wanted:
                say("no bar without tqdm: pip install tqdm")
            self._hidden = True
            return
        total = self._files.total_size(self._names)
        self._bar = tqdm(total=total, unit="B", unit_scale=True, unit_divisor=1000)

    def close(self):
        if self._bar is not None:
            with suppress(OSError):
                self._bar.close()
