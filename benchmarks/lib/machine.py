"""Tells what ran: the machine, the versions, the commit and the command."""

import os
import platform
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent


def processor():
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def machine():
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{processor()}, {os.cpu_count()} cores, {system}"


def vector_levels():
    """The levels of vector code that can be had, the one that is used first.

    That is the best, unless the environment has another in CVMCOUNT_SIMD.
    """
    from cvmcount._readers.readers import force_level

    levels = force_level("plain")
    used = os.environ.get("CVMCOUNT_SIMD") or levels[0]
    force_level(used)
    return [used, *(level for level in levels if level != used)]


def versions(others=None):
    """Yield those of this package and of others, by default the rivals in pyproject.toml."""
    if others is None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        others = project["optional-dependencies"]["benchmarks"]
    for name in ("cvmcount", *others):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} not installed"


def commit():
    git = ["git", "-C", str(BENCHMARKS), "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()


def script():
    """The name of the script that is running, from the root of the project."""
    return f"benchmarks/{Path(sys.argv[0]).name}"


def command():
    """The command that was typed: dev.py passes on its own, for a script cannot know of it."""
    typed = os.environ.get("CVMCOUNT_BENCHMARK_COMMAND")
    return typed or shlex.join(["python", script(), *sys.argv[1:]])
