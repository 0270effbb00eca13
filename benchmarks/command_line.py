"""The program cvmcount beside others that count the distinct lines of a file: whole processes.

    python benchmarks/command_line.py [--items N] [--rounds N] [--write] [--only CONTESTANT...]

The file holds the words of the article's list in its order, one a line. `start` is the time of a
process that has nothing to count; `counting alone` is what the program itself says it took.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report
import rust_rival
from count import article_workload
from harness import Contestant, Entry, Table, is_meant, parse_arguments
from ours import FRESH_ERROR, HASHED_ERROR

PYTHON = shlex.quote(sys.executable)
PROGRAM = shlex.quote(str(Path(sys.executable).with_name("cvmcount")))
CARGO_ROOT = rust_rival.CRATE.parents[1] / "build" / "cargo"
BASELINES = ("huniq, then wc -l", "wc -l")


class Command:
    """A line for the shell, with {file} in it, that prints a number."""

    def __init__(self, line):
        self.line = line

    def __call__(self, path):
        return int(self.output(path))

    def output(self, path):
        line = self.line.format(file=shlex.quote(str(path)))
        return subprocess.run(line, shell=True, check=True, stdout=subprocess.PIPE).stdout


class Limit(Command):
    """One whose number is not the answer, or is none."""

    def __call__(self, path):
        self.output(path)


class CountingAlone(Command):
    """Takes as long as the program says. The rest of the time is given back."""

    def __call__(self, path):
        start = time.perf_counter()
        result = json.loads(self.output(path))
        self.outside = time.perf_counter() - start - result["seconds"]
        return result["estimate"]


def huniq():
    """Return the path of huniq, which cargo builds once; None with a note where it cannot."""
    name = "huniq"
    found = shutil.which(name) or shutil.which(name, path=CARGO_ROOT / "bin")
    cargo = rust_rival.find_cargo()
    if found is None and cargo is not None:
        command = [cargo, "install", "--quiet", "--locked", "--root", str(CARGO_ROOT), name]
        subprocess.run(command, check=False)
        found = shutil.which(name, path=CARGO_ROOT / "bin")
    if found is None:
        print("huniq was not found: cargo install huniq")
    return found


def contestants():
    """Return all that this machine has."""
    sort = "LC_ALL=C sort -u --parallel={} {{file}} | wc -l"
    pure_python = "import sys; print(len(set(open(sys.argv[1], 'rb'))))"
    ours = HASHED_ERROR
    yield Contestant("cvmcount", Command(f"{PROGRAM} {{file}}"), "ours", ours)
    yield Contestant(
        "cvmcount --workers 2", Command(f"{PROGRAM} --workers 2 {{file}}"), "ours", ours
    )
    yield Contestant("cvmcount, from a pipe", Command(f"cat {{file}} | {PROGRAM}"), "ours", ours)
    yield Contestant(
        "cvmcount --coins fresh", Command(f"{PROGRAM} --coins fresh {{file}}"), "ours", FRESH_ERROR
    )
    alone = CountingAlone(f"{PROGRAM} --json {{file}}")
    yield Contestant("cvmcount, counting alone", alone, "ours", ours)
    yield Contestant("start of cvmcount", Limit(f"{PROGRAM} {os.devnull}"), "limit")
    yield Contestant("start of Python", Limit(f"{PYTHON} -c pass"), "limit")
    yield Contestant("wc -l", Limit("wc -l {file}"), "limit")
    yield Contestant("sort -u, 2 threads", Command(sort.format(2)))
    yield Contestant("Python's set", Command(f"{PYTHON} -c {shlex.quote(pure_python)} {{file}}"))
    path = huniq()
    if path is not None:
        yield Contestant(BASELINES[0], Command(f"{shlex.quote(path)} < {{file}} | wc -l"))


def take_turns(chosen, path, distinct, rounds):
    entries = [Entry(contestant, predicted=0.0, distinct=distinct) for contestant in chosen]
    for number in range(rounds):
        first = number % len(entries)
        for entry in entries[first:] + entries[:first]:
            count = entry.contestant.count
            start = time.perf_counter()
            entry.counts.append(count(path))
            seconds = time.perf_counter() - start
            entry.times.append(seconds - getattr(count, "outside", 0.0))
    return sorted(entries, key=lambda entry: entry.seconds)


def main():
    arguments = parse_arguments(__doc__.splitlines()[0])
    chosen = [one for one in contestants() if is_meant(one.name, arguments.only)]
    words = article_workload()[: arguments.items]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{word}\n" for word in words))
        file.flush()
        entries = take_turns(chosen, file.name, len(set(words)), arguments.rounds)
    table = Table("the article's words, one a line", None, chosen, BASELINES)
    section = report.section(table, entries, [])
    section += (
        "\n\nEach contestant is a process of its own, or a pipe of several, started by turns."
    )
    print(section)
    if arguments.write:
        report.write("command_line", [section], arguments.threads)
    off = [entry for entry in entries if entry.contestant.group == "ours" and entry.is_off]
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
