"""What the program writes: its results to standard output, its complaints to standard error."""

import os
import sys
from contextlib import suppress


def printable(text):
    """Return a text on one line that does nothing to a terminal."""
    shown = (c if c >= " " and not "\x7f" <= c <= "\x9f" else repr(c)[1:-1] for c in text)
    return "".join(shown) or "''"


def valid_text(name):
    """Return a file's name as text that every reader of JSON takes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def complain(subject, problem):
    """Write one line to standard error that names the file, or what else it is about."""
    if isinstance(problem, OSError) and problem.strerror:
        problem = problem.strerror
    if isinstance(problem, MemoryError):
        problem = "there is not enough memory to read it"
    problem = " ".join(str(problem).split()) or type(problem).__name__
    say(f"{printable(subject)}: {printable(problem)}")


def say(line):
    """Write one line to standard error, where there is one."""
    if sys.stderr is None:  # where print() would write to standard output
        return
    with suppress(OSError):  # there is nobody else to tell
        print(f"cvmcount: {line}", file=sys.stderr, flush=True)


def for_people(numbers, confidence):
    """Return an estimate, and unless it is exact its interval, as people read it."""
    if numbers["exact"]:
        return f"exactly {numbers['estimate']:,}"
    interval = f"{numbers['low']:,} ... {numbers['high']:,}"
    return f"about {numbers['estimate']:,} ({100 * confidence:.10g}%: {interval})"


def write_result(text):
    """Write text or bytes to standard output. Whether that succeeded; if not, it has been said."""
    data = os.fsencode(text)  # names as they came
    try:
        # Not through sys.stdout: it would try again at exit what has failed, and complain anew.
        while data:
            data = data[os.write(1, data) :]
    except OSError as error:
        complain("standard output", error)
        return False
    return True


def write_facts(result, options):
    """Write lines of text, or what json makes of them."""
    if options.json:
        import json

        return write_result(json.dumps(result) + "\n")
    width = max(map(len, result))
    lines = (f"{key:{width}}  {value}\n" for key, value in result.items())
    return write_result("".join(lines))
