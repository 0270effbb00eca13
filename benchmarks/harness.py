"""What the benchmarks with rivals share: turns, checked results, peak memory, Markdown tables.

Only times of one run can be compared. So all contestants of a table count the same items in one
process and take turns, in another order every round; the median of the rounds is reported.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import report

STANDARD_ERRORS = 5  # by which a result may be off: once in two million
ONCE = 3.0  # seconds from which a contestant takes one turn only
A_TENTH = 20.0  # seconds from which it counts a tenth of the items only


@dataclass(frozen=True)
class Contestant:
    name: str
    count: Callable[[Any], float | None]  # a limit returns None
    group: str = "rival"  # or "ours" or "limit"
    error: float = 0.0  # its relative standard error; 0.0: it is exact
    note: str = ""


@dataclass(frozen=True)
class Table:
    name: str
    make: Callable[[int], Any]  # from how many items to the items, the same every time
    contestants: Sequence[Contestant]
    baselines: Sequence[str] = ()  # names of contestants: time as a multiple of theirs
    count_exactly: Callable[[Any], int] = lambda items: len(set(items))
    fresh: bool = False  # items are made anew for every turn, outside the time


@dataclass
class Entry:
    contestant: Contestant
    predicted: float  # seconds
    times: list[float] = field(default_factory=list)
    counts: list[float | None] = field(default_factory=list)
    distinct: int = 0
    peak: int | None = None  # bytes

    @property
    def share(self):
        """Counts one item in so many."""
        return 10 if self.predicted > A_TENTH else 1

    @property
    def is_slow(self):
        """Takes one turn only."""
        return self.predicted > ONCE

    @property
    def seconds(self):
        return statistics.median(self.times)

    @property
    def relative_error(self):
        """Of the turn that was furthest off; None for a limit."""
        errors = [count / self.distinct - 1 for count in self.counts if count is not None]
        return max(errors, key=abs, default=None)

    @property
    def is_off(self):
        return abs(self.relative_error or 0.0) > STANDARD_ERRORS * self.contestant.error


def timed(count, items):
    start = time.perf_counter()
    result = count(items)
    return result, time.perf_counter() - start


def predict(contestant, items):
    """Seconds for all items, from a hundredth of them; the first call does the imports."""
    contestant.count(items[:10])
    return 100 * timed(contestant.count, items[: max(len(items) // 100, 10)])[1]


def enter(contestants, items):
    """Those that can count such items, and a line about each of the others."""
    entries, left_out = [], []
    for contestant in contestants:
        try:
            entries.append(Entry(contestant, predict(contestant, items)))
        except Exception as error:
            if contestant.group == "ours":
                raise
            reason = str(error).strip().splitlines() or [type(error).__name__]
            left_out.append(f"{contestant.name}: {reason[0]}")
    return entries, left_out


def take_turns(table, contestants, length, rounds):
    items = table.make(length)
    entries, left_out = enter(contestants, items)
    shares = {entry.share for entry in entries}
    distinct = {share: table.count_exactly(items[: length // share]) for share in shares}
    for entry in entries:
        entry.distinct = distinct[entry.share]
    for number in range(rounds):
        first = number % max(len(entries), 1)
        for entry in entries[first:] + entries[:first]:
            if number > 0 and entry.is_slow:
                continue
            if table.fresh:
                items = part = None  # free before making
                items = table.make(length)
            part = items if entry.share == 1 else items[: length // entry.share]
            count, seconds = timed(entry.contestant.count, part)
            entry.counts.append(count)
            entry.times.append(seconds * entry.share)
    return sorted(entries, key=lambda entry: entry.seconds), left_out


def print_peak(table, contestant, length):
    """Print by how many bytes memory rises at most while the items are counted (Linux only).

    Not ru_maxrss: it begins at the peak of the process that started this one.
    """

    def highest():
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    items = table.make(length)
    contestant.count(items[:10])  # whatever it imports is not counted
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the items
    before = highest()
    contestant.count(items)
    print(highest() - before)


def measure_peaks(table, entries, arguments):
    for entry in entries:
        if entry.share == 1:
            options = ["--items", str(arguments.items), "--threads", str(arguments.threads)]
            options += ["--peak-of", table.name, entry.contestant.name]
            command = [sys.executable, sys.argv[0], *options]
            child = subprocess.run(command, check=True, capture_output=True, text=True)
            entry.peak = int(child.stdout.split()[-1])


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of Polars and Arrow")
    parser.add_argument("--memory", action="store_true", help="peaks too, in fresh processes")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/*.md")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants named like this")
    parser.add_argument("--tables", nargs="+", metavar="NAME", help="tables named like this")
    parser.add_argument("--peak-of", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.items < 1000 or arguments.rounds < 1:
        parser.error("at least 1000 items and one round")
    if arguments.memory and sys.platform != "linux":
        parser.error("--memory needs Linux")
    return arguments


def is_meant(name, words):
    return not words or any(word in name for word in words)


def main(title, tables, description):
    """Run the tables by the arguments of the command line; fail if a result of ours is off."""
    arguments = parse_arguments(description)
    # Before the first import of either, which is why contestants import when they are called.
    os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    if arguments.peak_of:
        table = next(table for table in tables if table.name == arguments.peak_of[0])
        chosen = [one for one in table.contestants if one.name == arguments.peak_of[1]]
        return print_peak(table, chosen[0], arguments.items)
    sections, off = [], 0
    for table in tables:
        chosen = [one for one in table.contestants if is_meant(one.name, arguments.only)]
        if not chosen or not is_meant(table.name, arguments.tables):
            continue
        entries, left_out = take_turns(table, chosen, arguments.items, arguments.rounds)
        if arguments.memory:
            measure_peaks(table, entries, arguments)
        off += sum(entry.is_off for entry in entries if entry.contestant.group == "ours")
        section = report.section(table, entries, left_out)
        print(section, flush=True)
        sections.append(section)
    if not sections:
        sys.exit("no table has such a contestant")
    if arguments.write:
        report.write(title, sections, arguments.threads)
    sys.exit(1 if off else 0)
