"""Whether the tests of the core catch the bugs of mutants.toml, each of which one might write.

Run it by `python3 dev.py mutants`. It puts one bug after the other into a copy of the core, in
build/mutants, builds that and runs the test case that should fail. It takes about ten minutes on
two cores. Those of the vector levels need a CPU with AVX2.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_suffix(".toml")
COPY = ROOT / "build" / "mutants" / "tree"
BUILD = ROOT / "build" / "mutants" / "build"
PROGRAM = BUILD / "cpp" / "tests" / "core_tests"

# What the build of the core and its tests reads.
INPUTS = ("meson.build", "meson_options.txt", "cpp/**/*", "tests/*.tsv", "tests/golden_sketches/*")

MOST_SECONDS = 120  # for one test case: whatever takes longer hangs, and so is caught


def update_copy() -> None:
    """Make the copy what the tree is. Files that are alike keep their times, for the build."""
    wanted = {path for glob in INPUTS for path in ROOT.glob(glob) if path.is_file()}
    for path in wanted:
        copy = COPY / path.relative_to(ROOT)
        if copy.exists() and copy.read_bytes() == path.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    for copy in [path for path in COPY.rglob("*") if path.is_file()]:
        if ROOT / copy.relative_to(COPY) not in wanted:
            copy.unlink()


def build() -> str:
    """Build the copy. Returns what the compiler says of an error, or nothing."""
    if not (BUILD / "build.ninja").exists():
        # -O1: the tests run fast enough, and it compiles in half the time.
        options = ("-Dpython=false", "-Dtests=true", "-Dbuildtype=plain", "-Dcpp_args=-O1")
        subprocess.run(["meson", "setup", BUILD, COPY, *options], check=True)
    done = subprocess.run(["ninja", "-C", BUILD], capture_output=True, text=True)
    return done.stdout if done.returncode != 0 else ""


def passes(*cases: str) -> bool:
    # A comma would end the name; a question mark stands for any character.
    names = ",".join(case.replace(",", "?") for case in cases)
    command = [PROGRAM, f"--test-case={names}", "--minimal", "--abort-after=1"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def outcome(mutant: dict[str, str]) -> str:
    """Apply it to the copy, build and test that, and take it back."""
    file = COPY / "cpp" / "src" / mutant["file"]
    original = file.read_text()
    if original.count(mutant["before"]) != 1:
        return f"NOT APPLIED: its text occurs {original.count(mutant['before'])} times"
    file.write_text(original.replace(mutant["before"], mutant["after"]))
    try:
        if error := build():
            return f"NOT COMPILED:\n{error}"
        return "SURVIVED" if passes(mutant["test"]) else "caught"
    finally:
        file.write_text(original)


def main(names: list[str]) -> None:
    mutants = tomllib.loads(LIST.read_text())["mutant"]
    if unknown := set(names) - {mutant["name"] for mutant in mutants}:
        sys.exit(f"no mutant of mutants.toml is called {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in mutants if not names or mutant["name"] in names]
    started = time.monotonic()
    update_copy()
    if error := build():
        sys.exit(error)
    listed = subprocess.run([PROGRAM, "--list-test-cases"], capture_output=True, text=True).stdout
    tests = {mutant["test"] for mutant in chosen}
    if unknown := tests - set(listed.splitlines()):
        sys.exit(f"there is no test case {', '.join(sorted(unknown))}")
    if not passes(*tests):
        sys.exit("the test cases fail without any mutant: see `python3 dev.py test`")
    not_caught = 0
    for mutant in chosen:
        begun = time.monotonic()
        answer = outcome(mutant)
        not_caught += answer != "caught"
        print(f"{answer:10} {mutant['name']} ({time.monotonic() - begun:.0f} s)", flush=True)
    minutes = (time.monotonic() - started) / 60
    print(f"{len(chosen) - not_caught} of {len(chosen)} caught, in {minutes:.1f} minutes")
    if not_caught:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
