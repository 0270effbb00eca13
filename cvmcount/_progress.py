"""Tells how far a long update has come."""

import sys


class Progress:
    """A report(done, total), and how to end it."""

    def __init__(self, items, report, close=None):
        self.total = length_of(items)
        self.report = report
        self.close = close or (lambda: None)

    def show(self, done):
        self.report(done, self.total)


def length_of(items):
    """Return len(items), or None where it has none or could only find out by reading them."""
    duckdb = sys.modules.get("duckdb")
    if duckdb is not None and isinstance(items, duckdb.DuckDBPyRelation):
        return None
    try:
        return len(items)
    except Exception:  # of a generator, say; whatever it is, this is only for the bar
        return None


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
            "progress=True needs tqdm: pip install tqdm, or pass a callable"
        ) from None
    shown = Progress(items, None)
    bar = tqdm(total=shown.total, unit=" items", unit_scale=True, delay=0.5, disable=None)
    shown.report = lambda done, total: bar.update(done - bar.n)
    shown.close = bar.close
    return shown
