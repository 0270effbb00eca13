"""Runs a function in a process of its own, in a limited memory."""

import resource
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context


def limit(size):
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def measured(function, arguments):
    return function(*arguments), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(function, *arguments, memory):
    """Return what the function returns and the most memory that its process took.

    None where it needs more than it may have, by an error that says so or by its end.
    """
    context = get_context("spawn")  # a fork would begin with all that this process has
    with ProcessPoolExecutor(1, context, limit, (memory,)) as pool:
        try:
            return pool.submit(measured, function, arguments).result()
        except (MemoryError, BrokenProcessPool):
            return None
