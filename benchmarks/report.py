"""A benchmark's tables as Markdown, and its result file, which tells what made them."""

import datetime as dt
import os
import platform
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent

HEAD = """# {title}

Made by `{command}` at commit {commit} on {date}.

- Machine: {processor}, {cores} cores, {system}, Python {python}
- Versions: {versions}
- Threads: {threads} for Polars and Arrow; DuckDB's and ours are in their names

Only the times of one table can be compared: its contestants took turns in one process, and the
median of the rounds is given beside the fastest. `÷` is a time as a multiple of that contestant's;
error is that of the round furthest off; ≈ marks ten times the time of a tenth of the items. Peak is
the rise of resident memory in a fresh process: less than a sketch where free memory was at hand.
"""


def line(cells):
    return "| " + " | ".join(cells) + " |"


def seconds_cell(entry):
    return ("≈ " if entry.share > 1 else "") + f"{entry.seconds:.4f}"


def note_cell(entry):
    notes = [entry.contestant.note] if entry.contestant.note else []
    if entry.is_slow:
        notes.append("one turn")
    if entry.is_off:
        notes.append("**off by more than its stated error allows**")
    return ", ".join(notes)


def error_cell(entry):
    return "" if entry.relative_error is None else f"{entry.relative_error:+.2%}"


def peak_cell(entry):
    return "" if entry.peak is None else f"{entry.peak / 2**20:.1f}"


def section(table, entries, left_out):
    """The heading and the table, fastest first, and who could not take part."""
    columns = {
        "contestant": lambda entry: entry.contestant.name,
        "group": lambda entry: entry.contestant.group,
        "seconds": seconds_cell,
        "fastest": lambda entry: f"{min(entry.times):.4f}",
        "error": error_cell,
    }
    by_name = {entry.contestant.name: entry for entry in entries}
    for name in table.baselines:
        if name in by_name:
            columns[f"÷ {name}"] = lambda entry, base=by_name[name]: (
                f"{entry.seconds / base.seconds:.2f}"
            )
    if any(entry.peak is not None for entry in entries):
        columns["peak MiB"] = peak_cell
    columns["note"] = note_cell
    lines = [f"\n## {table.name}\n", line(columns), "|" + "---|" * len(columns)]
    lines += [line(cell(entry) for cell in columns.values()) for entry in entries]
    if left_out:
        lines += ["\nLeft out:", *(f"- {one}" for one in left_out)]
    return "\n".join(lines)


def processor():
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def versions():
    """Of this package and of the rivals that pyproject.toml lists."""
    project = tomllib.loads((BENCHMARKS.parent / "pyproject.toml").read_text())["project"]
    names = [project["name"], *project["optional-dependencies"]["benchmarks"]]
    for name in names:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} not installed"


def write(title, sections, threads):
    git = ["git", "-C", str(BENCHMARKS), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    head = HEAD.format(
        title=title.replace("_", " ").capitalize(),
        command=shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        commit=commit,
        date=dt.date.today(),
        processor=processor(),
        cores=os.cpu_count(),
        system=platform.system(),
        python=platform.python_version(),
        versions=", ".join(versions()),
        threads=threads,
    )
    name = title if threads == 1 else f"{title}_{threads}_threads"
    path = BENCHMARKS / "results" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(sections) + "\n", encoding="utf-8")
