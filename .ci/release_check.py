"""Say what is not ready for a release; exits with 1 if anything is.

    python3 dev.py release-check

It looks at what people forget. What CI and `dev.py wheels` run it does not run again.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "build" / "dist"
RESULTS = ROOT / "benchmarks" / "results"


def git(*arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def of_git(version: str) -> Iterator[str]:
    if changed := git("status", "--porcelain"):
        yield f"there are changes that are not committed:\n{changed}"
    if (branch := git("branch", "--show-current")) != "main":
        yield f"this is the branch {branch!r}, not main"
    if git("tag", "--list", f"v{version}"):
        yield f"there is a tag v{version} already: raise the version in meson.build"


def of_changes(version: str) -> Iterator[str]:
    title = re.search(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)[1]
    named, _, date = title.partition(", ")
    if named != version:
        yield f"CHANGELOG.md begins with {named}, and meson.build says {version}"
    try:
        if dt.date.fromisoformat(date) > dt.date.today():
            yield f"CHANGELOG.md has a date to come: {date}"
    except ValueError:
        yield f"the section of {named} in CHANGELOG.md has no date but {date!r}"


def of_metadata(version: str) -> Iterator[str]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    if not project.get("urls"):
        yield "pyproject.toml has no project.urls: PyPI would not say where the project lives"
    if re.search(r"\]\((?!https?://|#)", read("README.md")):
        yield "README.md has relative links, which lead nowhere on PyPI"
    if version not in read("docs/cvmcount.1"):
        yield "docs/cvmcount.1 is of another version: python3 dev.py man"


def of_results(version: str) -> Iterator[str]:
    for path in sorted(RESULTS.glob("*.md")):
        commit = re.search(r"^\| commit \| `?([0-9a-f]{7,40})(.*?)`? \|$", path.read_text(), re.M)
        if commit is None or commit[2]:
            yield f"{path.name} does not name the commit that made it"
            continue
        known = ("git", "merge-base", "--is-ancestor", commit[1], "HEAD")
        if subprocess.run(known, cwd=ROOT, stderr=subprocess.DEVNULL).returncode != 0:
            yield f"{path.name} was made by a commit that is not part of this branch: {commit[1]}"


def of_archives(version: str) -> Iterator[str]:
    committed = float(git("log", "-1", "--format=%ct"))
    archive = DIST / f"cvmcount-{version}.tar.gz"
    wheels = list(DIST.glob(f"cvmcount-{version}-*.whl"))
    if not archive.exists() or not wheels:
        yield f"build/dist has no archive or no wheel of {version}: python3 dev.py wheels"
    elif min(path.stat().st_mtime for path in (archive, *wheels)) < committed:
        yield "build/dist was made before the last commit: python3 dev.py wheels"


def main(version: str) -> None:
    checks = (of_git, of_changes, of_metadata, of_results, of_archives)
    problems = [problem for check in checks for problem in check(version)]
    for problem in problems:
        print(f"- {problem}")
    sys.exit(f"{version} is not ready." if problems else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
