"""A terminal for programs that show a bar on one."""

import os
from contextlib import contextmanager


@contextmanager
def pseudo_terminal():
    """Give the end for a program, and a list that holds in the end what it has shown."""
    import termios

    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    shown = []
    yield theirs, shown
    os.close(theirs)
    try:
        while piece := os.read(ours, 10_000):
            shown.append(piece)
    except OSError:  # how the end of a pseudo-terminal is told
        pass
    os.close(ours)
