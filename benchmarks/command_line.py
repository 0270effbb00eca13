"""Times the program cvmcount beside others that count the distinct lines of files.

They hold the words of the article's list in its order, URLs, lines of a web server's log, and rows
of CSV; URLs and log have some 500 MB each. `start` is the time of a process that has nothing to
count; `counting alone` is what the program itself says it took.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lib import entry_table, output, realistic
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
SENTENCE = (
    "Each contestant is a process of its own, or a pipe of several, started by turns. Files lie in "
    "the page cache. Without --workers, cvmcount takes two threads here."
)
LEGEND = {
    key: meaning.partition(";")[0] for key, meaning in entry_table.LEGEND.items()
}  # without what is said of shares of the items


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


def counts_of_lines():
    """Yield name, command, group and error of all that this machine has."""
    ours, fresh = ("ours", HASHED_ERROR), ("ours", FRESH_ERROR)
    yield "cvmcount", Command("cvmcount {file}"), *ours
    yield "cvmcount --workers 1", Command("cvmcount --workers 1 {file}"), *ours
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


def counts_of_fields():
    ours = ("ours", HASHED_ERROR)
    yield "cvmcount --csv", Command("cvmcount --csv -f 2 {file}"), *ours
    yield "cvmcount --csv --workers 1", Command("cvmcount --csv -f 2 --workers 1 {file}"), *ours
    yield "wc -l", Limit("wc -l {file}"), "limit"
    # With their quotes they are other texts, but as many.
    yield "cvmcount -t ,", Command("cvmcount -t , -f 2 {file}"), *ours
    yield "cvmcount -t , --workers 1", Command("cvmcount -t , -f 2 --workers 1 {file}"), *ours
    yield "cut, sort -u", Command("cut -d, -f2 {file} | LC_ALL=C sort -u --parallel=2 | wc -l")
    pure_python = (
        "import csv, sys; "
        "print(len(set(row[1] for row in csv.reader(open(sys.argv[1], newline=str())))))"
    )
    yield "Python's csv and set", Command(f"{PYTHON} -c '{pure_python}' {{file}}")


def words(count):
    return article_words(count)


def urls(count):
    return realistic.text_column("URLs", count * 4 // 5, 100_000).to_pylist()


def log(count):
    return realistic.access_log(count * 9 // 25)


def quoted(count):
    """Rows of four fields, all of them in quotes."""
    users = realistic.text_column("e-mail addresses", count * 2 // 5, 100_000).to_pylist()
    return [
        f'"{number}","{user}","{user[:3]}, {number % 100}","{number % 9973 / 100}"'
        for number, user in enumerate(users)
    ]


# What files hold, the lines that they have, what is different in a line, and who counts it.
KINDS = [
    ("the article's words, one a line", words, str, counts_of_lines),
    ("URLs, 100,000 different ones", urls, str, counts_of_lines),
    ("lines of a web server's log, all different", log, str, counts_of_lines),
    (
        "the second of four quoted fields",
        quoted,
        lambda line: line.split(",")[1],
        counts_of_fields,
    ),
]


def take_turns(contestants, path, distinct, rounds):
    entries = [Entry(contestant, distinct=distinct) for contestant in contestants]
    for _, entry in in_turns(entries, rounds):
        count = entry.contestant.count
        entry.counts.append(entry.take(count, path))
        if isinstance(count, CountingAlone):
            entry.times[-1] = count.seconds
    return sorted(entries, key=lambda entry: entry.seconds)


def compare(kind, items, rounds, only):
    """Return the table of a kind, its entries, and the size of its file."""
    name, make, element, commands = kind
    contestants = [
        Contestant(name, command, *others, note=f"`{command.line.format(file='FILE')}`")
        for name, command, *others in commands()
        if is_meant(name, only)
    ]
    lines = make(items)
    distinct = len(set(map(element, lines)))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        size = f"{len(lines):,} lines, {os.stat(file.name).st_size / 1e6:.0f} MB"
        del lines
        entries = take_turns(contestants, file.name, distinct, rounds)
    return Table(name, None, contestants, BASELINES), entries, size


def main():
    parser = make_parser(
        __doc__, items=10_000_000, rounds=5, write="benchmarks/results/command_line.md"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants named like this")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help="files named like this")
    arguments = parser.parse_args()
    sections, sizes, off = [], {}, 0
    for kind in KINDS:
        if not is_meant(kind[0], arguments.kinds):
            continue
        table, entries, sizes[kind[0]] = compare(
            kind, arguments.items, arguments.rounds, arguments.only
        )
        sections.append(entry_table.show(table, entries))
        print(sections[-1], flush=True)
        off += our_results_off(entries)
    if arguments.write:
        output.write_results(
            "command_line",
            sections,
            facts={"rounds": str(arguments.rounds), **sizes},
            others=[],
            sentence=SENTENCE,
            legend=LEGEND,
        )
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
