"""Runs the program `cvmcount` as users do."""

import json
import subprocess
import sys
import time

from terminal import pseudo_terminal

COMMAND = [sys.executable, "-P", "-m", "cvmcount"]


def run(*arguments, input=b"", **options):  # noqa: A002, as subprocess has it
    """Run to the end. Returns what subprocess.run does, with bytes."""
    options = {"capture_output": True, "timeout": 60, **options}
    if "stdin" not in options:
        options["input"] = input
    return subprocess.run([*COMMAND, *arguments], **options)


def counted(*arguments, **options):
    """Return the one integer of a call that succeeds and complains about nothing."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"\n")
    return int(done.stdout)


def counted_as_json(*arguments, **options):
    done = run("--json", *arguments, **options)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


def on_terminal(*arguments, pieces=(b"",), pause=0.0):
    """Return what a call that succeeds shows on a terminal, which is its standard error.

    Its standard input gets the pieces, with pauses behind them.
    """
    pipe = subprocess.PIPE
    with (
        pseudo_terminal() as (screen, shown),
        subprocess.Popen([*COMMAND, *arguments], stdin=pipe, stdout=pipe, stderr=screen) as process,
    ):
        for piece in pieces:
            process.stdin.write(piece)
            process.stdin.flush()
            time.sleep(pause)
        process.stdin.close()
        process.stdout.read()
        assert process.wait(60) == 0
    return b"".join(shown)
