"""Tells how far a long update has come."""

import time

SECONDS = 0.1  # between two reports


class Progress:
    """Calls report(done, total) now and then, and close() once."""

    def __init__(self, items, report, close=None):
        try:
            self.total = len(items)
        except TypeError:  # of a generator, say
            self.total = None
        self.report = report
        self.close = close or (lambda: None)
        self.next = time.monotonic() + SECONDS

    def is_due(self):
        return time.monotonic() >= self.next

    def show(self, done):
        self.report(done, self.total)
        self.next = time.monotonic() + SECONDS


def open_progress(progress, items):
    """Return the Progress that the argument of that name asks for, or None."""
    if progress is False:
        return None
    if callable(progress):
        return Progress(items, progress)
    if progress is not True:
        raise TypeError(f"progress must be True, False or a callable, not {progress!r}")
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm: pip install 'cvmcount[progress]', or pass a callable"
        ) from None
    shown = Progress(items, None)
    bar = tqdm(total=shown.total, unit=" items", unit_scale=True, delay=0.5, disable=None)
    shown.report = lambda done, total: bar.update(done - bar.n)
    shown.close = bar.close
    return shown
