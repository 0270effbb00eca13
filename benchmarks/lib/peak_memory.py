"""Measures by how many bytes memory rises at most while items are counted (Linux only)."""

import subprocess
import sys
from pathlib import Path


def print_peak(table, contestant, length):
    """Print the peak of this process.

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
    """Run the script once more for each entry, in a fresh process."""
    for entry in entries:
        if entry.share == 1:
            options = ["--items", str(arguments.items), "--threads", str(arguments.threads)]
            options += ["--peak-of", table.name, entry.contestant.name]
            command = [sys.executable, sys.argv[0], *options]
            child = subprocess.run(command, check=True, capture_output=True, text=True)
            entry.peak = int(child.stdout.split()[-1])
