"""Times the program cvmcount beside others that count a file's distinct lines.

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
from pathlib import Path

from lib import entry_table, output
from lib.comparison import Entry, Table, our_results_off
from lib.contestant import Contestant
from lib.items import article_words
from lib.options import is_meant, make_parser
from lib.ours import FRESH_ERROR, HASHED_ERROR
from lib.rust_crate import BUILD, find_cargo
from lib.turns import in_turns

CARGO_ROOT = BUILD / "cargo"
# The program of this environment first, and last what cargo builds.
PATH = [str(Path(sys.executable).parent), os.environ["PATH"], str(CARGO_ROOT / "bin")]
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join(PATH)}
PYTHON = Path(sys.executable).name
BASELINES = ("huniq, then wc -l", "wc -l")
SENTENCE = "Each contestant is a process of its own, or a pipe of several, started by turns."


class Command:
    """A line for the shell, with {file} in it, that prints a number."""

    def __init__(self, line):
        self.line = line

    def __call__(self, path):
        return int(self.output(path))

    def output(self, path):
        line = self.line.format(file=shlex.quote(str(path)))
        pipe = subprocess.PIPE
        return subprocess.run(line, shell=True, check=True, stdout=pipe, env=ENVIRONMENT).stdout


class Limit(Command):
    """One whose number is not the answer, or is none."""

    def __call__(self, path):
        self.output(path)


class CountingAlone(Command):
    """One whose time is what the program says."""

    def __call__(self, path):
        result = json.loads(self.output(path))
        self.seconds = result["seconds"]
        return result["estimate"]


def has_huniq():
    """Let cargo build it once, and print a note where it cannot."""
    path = ENVIRONMENT["PATH"]
    cargo = find_cargo()
    if not shutil.which("huniq", path=path) and cargo is not None:
        command = [cargo, "install", "--quiet", "--locked", "--root", str(CARGO_ROOT), "huniq"]
        subprocess.run(command, check=False)
    if not shutil.which("huniq", path=path):
        print("huniq was not found: cargo install huniq")
        return False
    return True


def commands():
    """Yield name, command, group and error of all that this machine has."""
    ours, fresh = ("ours", HASHED_ERROR), ("ours", FRESH_ERROR)
    yield "cvmcount", Command("cvmcount {file}"), *ours
    yield "cvmcount --workers 2", Command("cvmcount --workers 2 {file}"), *ours
    yield "cvmcount, from a pipe", Command("cat {file} | cvmcount"), *ours
    yield "cvmcount --coins fresh", Command("cvmcount --coins fresh {file}"), *fresh
    yield "cvmcount, counting alone", CountingAlone("cvmcount --json {file}"), *ours
    yield "start of cvmcount", Limit(f"cvmcount {os.devnull}"), "limit"
    yield "start of Python", Limit(f"{PYTHON} -c pass"), "limit"
    yield "wc -l", Limit("wc -l {file}"), "limit"
    yield "sort -u, 2 threads", Command("LC_ALL=C sort -u --parallel=2 {file} | wc -l")
    pure_python = 'import sys; print(len(set(open(sys.argv[1], "rb"))))'
    yield "Python's set", Command(f"{PYTHON} -c '{pure_python}' {{file}}")
    if has_huniq():
        yield BASELINES[0], Command("huniq < {file} | wc -l")


def take_turns(contestants, path, distinct, rounds):
    entries = [Entry(contestant, distinct=distinct) for contestant in contestants]
    for _, entry in in_turns(entries, rounds):
        count = entry.contestant.count
        entry.counts.append(entry.take(count, path))
        if isinstance(count, CountingAlone):
            entry.times[-1] = count.seconds
    return sorted(entries, key=lambda entry: entry.seconds)


def main():
    parser = make_parser(
        __doc__, items=10_000_000, rounds=5, write="benchmarks/results/command_line.md"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants named like this")
    arguments = parser.parse_args()
    contestants = [
        Contestant(name, command, *others, note=f"`{command.line.format(file='FILE')}`")
        for name, command, *others in commands()
        if is_meant(name, arguments.only)
    ]
    words = article_words(arguments.items)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{word}\n" for word in words))
        file.flush()
        entries = take_turns(contestants, file.name, len(set(words)), arguments.rounds)
    table = Table("the article's words, one a line", None, contestants, BASELINES)
    section = entry_table.show(table, entries)
    print(section)
    if arguments.write:
        output.write_results(
            "command_line",
            [section],
            facts={"lines": f"{len(words):,}", "rounds": str(arguments.rounds)},
            others=[],
            sentence=SENTENCE,
            legend=entry_table.LEGEND,
        )
    sys.exit(1 if our_results_off(entries) else 0)


if __name__ == "__main__":
    main()
