#!/usr/bin/env python3
"""Set up and run everything, from a machine with Python 3.11+, pip and a C++ compiler.

    python3 dev.py count [FILE]  count the distinct lines of a file, or ten million strings
    python3 dev.py test          all tests, C++, C and Python (further arguments go to pytest)
    python3 dev.py engines       the adapters on real Spark, Dask and Ray (needs Java 17)
    python3 dev.py lint          formatters, linters, stubs against the built package
    python3 dev.py sanitize      all tests under ASan and UBSan, the threaded ones under TSan
    python3 dev.py mutants [NAME]...  whether the C++ tests catch each bug of cpp/tests/mutants.toml
    python3 dev.py portability [MACHINE]...  C++ tests by other compilers and on other machines
    python3 dev.py fuzz [NAME [SECONDS]]  one target of cpp/fuzz, or a minute of each (needs Clang)
    python3 dev.py notebooks     run benchmarks/notebooks anew, in place (five minutes)
    python3 dev.py man           the manual page docs/cvmcount.1, from --help and docs/cvmcount.man
    python3 dev.py docs          the documentation as a site: build/docs/index.html
    python3 dev.py wheels [PYTHON]...  source archive and wheels, each tested where nothing else is
    python3 dev.py oldest        the Python tests with the oldest libraries that are allowed
    python3 dev.py release-check  what is not ready for a release
    python3 dev.py benchmark NAME [OPTIONS]  one of benchmarks/*.py, with all rivals installed

Each command creates the virtual environment .venv and installs what it needs from PyPI. The C++
tests use doctest and Spark needs Java, which PyPI does not have: where they are missing they are
installed by apt-get.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LIBRARY = ROOT / "build" / "library"  # the core installed, for programs outside of the tree
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
INCLUDES = ("-Icpp/include", "-Icpp/src", "-Icpp/tests")
ENGINE_EXTRAS = ("spark", "dask", "ray", "engines")
PORTABILITY_PACKAGES = (
    "clang",
    "emscripten",
    "g++-aarch64-linux-gnu",
    "g++-arm-linux-gnueabihf",
    "g++-i686-linux-gnu",
    "g++-mingw-w64-x86-64-posix",
    "g++-s390x-linux-gnu",
    "node-acorn",
    "qemu-user-static",
    "wine",
    "wine64",
)


def run(*command: str | Path, **environment: str) -> None:
    """Run a command at the root of the project, with the environment's tools first on the path."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    print("$", *command, flush=True)
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path, **environment})
    if done.returncode != 0:
        sys.exit(done.returncode)


def pip_install(*what: str) -> None:
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def requirements(*extras: str) -> list[str]:
    """What the extras of pyproject.toml ask for, without the package itself."""
    import tomllib

    optional = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    return [requirement for extra in extras for requirement in optional[extra]]


def set_up(*extras: str) -> None:
    """The virtual environment with the package as built from this tree."""
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    pip_install(*requirements("build", *extras))
    install_package("build/package")


def install_package(build: str, *options: str) -> None:
    pip_install(
        "--no-build-isolation",
        "--no-deps",
        "--force-reinstall",
        f"--config-settings=build-dir={build}",
        *options,
        ".",
    )


def ensure_doctest() -> None:
    compiler = os.environ.get("CXX") or next(filter(shutil.which, ("c++", "g++", "clang++")), "c++")
    probe = [*compiler.split(), "-E", "-x", "c++", "-"]
    source = b"#include <doctest/doctest.h>\n"
    if subprocess.run(probe, input=source, capture_output=True).returncode == 0:
        return
    apt_install("doctest-dev")


def ensure_java() -> None:
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        apt_install("openjdk-17-jre-headless")


def apt_install(*packages: str) -> None:
    """Install what PyPI does not have, unless it is there."""
    if not shutil.which("apt-get"):
        sys.exit(f"this needs {', '.join(packages)}: install them with your package manager")
    # dpkg also knows packages that others only suggest.
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}\n", *packages]
    known = subprocess.run(query, capture_output=True, text=True)
    if known.returncode == 0 and set(known.stdout.split()) == {"installed"}:
        return
    sudo = ["sudo"] if os.geteuid() != 0 else []
    run(*sudo, "apt-get", "update", "-qq")
    run(*sudo, "apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages)


def project_version() -> str:
    return re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text())[1]


def run_core_tests(build: str, *options: str, patience: int = 1) -> None:
    ensure_doctest()
    warnings = "-Wall -Wextra -Wconversion"
    common = ("-Dpython=false", "-Dtests=true", "-Dwerror=true")
    common += (f"-Dcpp_args={warnings}", f"-Dc_args={warnings}")
    again = ("--wipe",) if (ROOT / build / "build.ninja").exists() else ()
    run("meson", "setup", *again, build, *common, *options)
    run("meson", "test", "-C", build, "--print-errorlogs", f"--timeout-multiplier={patience}")


def run_package_tests(*arguments: str, **environment: str) -> None:
    # -P: without it Python would import the source tree, which has no compiled modules.
    run(PYTHON, "-P", "-m", "pytest", *arguments, **environment)


def runtime_library(name: str) -> str:
    """The file of one of the compiler's run-time libraries."""
    command = ["g++", f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def sanitize() -> None:
    set_up("test")
    for name, sanitizers, arguments in (
        ("asan", "address,undefined", ("-n", "auto")),
        ("tsan", "thread", ("-m", "threads")),
    ):
        build = f"build/{name}"
        options = (
            f"-Db_sanitize={sanitizers}",
            "-Db_lundef=false",
            "-Dbuildtype=debugoptimized",
        )
        run_core_tests(f"{build}-core", *options, patience=4)
        install_package(
            f"{build}-package",
            *(f"--config-settings=setup-args={option}" for option in options),
            "--upgrade",
            f"--target={build}-site",
        )
        if name == "tsan":
            crashes = "raise ModuleNotFoundError('Polars crashes under ThreadSanitizer')\n"
            (ROOT / f"{build}-site" / "polars.py").write_text(crashes)
        run_package_tests(
            *arguments,
            LD_PRELOAD=f"{runtime_library(f'lib{name}.so')} {runtime_library('libstdc++.so')}",
            PYTHONPATH=str(ROOT / f"{build}-site"),
            PYTHONMALLOC="malloc",
            ASAN_OPTIONS="detect_leaks=0",  # the interpreter itself leaks
            UBSAN_OPTIONS="halt_on_error=1",
            TSAN_OPTIONS=f"halt_on_error=1 suppressions={ROOT}/tests/tsan_suppressions.txt",
        )


FUZZING = ("-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
NOT_FUZZED = 69  # the exit status by which .ci/run knows; none of libFuzzer's own


def can_fuzz() -> bool:
    probe = ["clang++", *FUZZING, "-x", "c++", "-", "-o", os.devnull]
    source = b'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }'
    try:
        return subprocess.run(probe, input=source, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def ensure_fuzzer() -> None:
    if can_fuzz():
        return
    if shutil.which("apt-get"):
        with contextlib.suppress(SystemExit):  # whatever went wrong has been printed
            apt_install("clang")
            version = subprocess.run(["clang++", "-dumpversion"], capture_output=True, text=True)
            apt_install(f"libclang-rt-{version.stdout.split('.')[0]}-dev")
    if not can_fuzz():
        print("not fuzzed: this needs Clang with its sanitizers and libFuzzer")
        sys.exit(NOT_FUZZED)


def fuzz(names: list[str], seconds: str = "60") -> None:
    """Look for inputs that break one target of cpp/fuzz, or all, a minute each unless told.

    It begins with cpp/fuzz/corpus/NAME and looks elsewhere each time. What it adds stays in
    build/fuzz/NAME, as does the program, which takes a file that it has found as its argument; what
    broke it is also printed, in Base64.
    """
    targets = sorted(path.stem for path in (ROOT / "cpp" / "fuzz").glob("*.cpp"))
    if unknown := set(names) - set(targets):
        sys.exit(f"no target {', '.join(unknown)} in cpp/fuzz; there are {', '.join(targets)}")
    ensure_fuzzer()
    compiler = ("clang++", "-std=c++20", "-O1", "-g", "-ffp-contract=off", "-pthread", *FUZZING)
    core = [str(path) for path in ROOT.glob("cpp/src/**/*.cpp")]
    for name in names or targets:
        build = ROOT / "build" / "fuzz" / name
        (build / "corpus").mkdir(parents=True, exist_ok=True)
        program = build / "fuzzer"
        run(*compiler, *INCLUDES, f"cpp/fuzz/{name}.cpp", *core, "-o", program)
        limits = (f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10")
        corpora = (build / "corpus", ROOT / "cpp" / "fuzz" / "corpus" / name)
        run(program, *limits, f"-artifact_prefix={build}/", *corpora)


def lint() -> None:
    set_up("lint")
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")
    run("cython-lint", "cvmcount")
    suffixes = ("c", "h", "hpp", "cpp")
    sources = [str(path) for suffix in suffixes for path in sorted(ROOT.glob(f"cpp/**/*.{suffix}"))]
    run("clang-format", "--dry-run", "--Werror", *sources)
    run(
        PYTHON,
        "-P",
        "-m",
        "mypy.stubtest",
        "cvmcount",
        "--mypy-config-file",
        "pyproject.toml",
        "--allowlist",
        "tests/stubtest_allowlist.txt",
    )


def main() -> None:
    command, *arguments = sys.argv[1:] or ["help"]
    if command == "count":
        set_up()
        files = [str(Path(argument).resolve()) for argument in arguments]
        run(PYTHON, "benchmarks/count.py", *files)
    elif command == "test":
        set_up("test", "notebooks", "library")
        run_core_tests("build/core", "-Dbuildtype=debugoptimized", f"--prefix={LIBRARY}")
        run("meson", "install", "-C", "build/core", "--quiet")
        run(PYTHON, "cpp/examples/check.py", LIBRARY)
        run_package_tests("-n", "auto", *arguments)
    elif command == "engines":
        ensure_java()
        set_up("test", *ENGINE_EXTRAS)
        for engine in ("dask", "ray", "spark"):  # each in a process of its own
            if not arguments or engine in arguments:
                run_package_tests(f"tests/engines/test_{engine}.py")
    elif command == "lint":
        lint()
    elif command == "fuzz" and len(arguments) <= 2:
        fuzz(arguments[:1], *arguments[1:])
    elif command == "notebooks":
        set_up("benchmarks", "notebooks")
        notebooks = sorted((ROOT / "benchmarks" / "notebooks").glob("*.ipynb"))
        options = ("kernel_name=python3", "record_timing=False", "timeout=1800")
        execute = [f"--ExecutePreprocessor.{option}" for option in options]
        run(
            PYTHON,
            "-m",
            "nbconvert",
            "--to=notebook",
            "--execute",
            "--inplace",
            *execute,
            *notebooks,
        )
    elif command == "docs":
        set_up("docs")
        run(PYTHON, "-P", "-m", "sphinx", "-q", "-E", "-W", "-c", "docs", ".", "build/docs")
        print(ROOT / "build" / "docs" / "index.html")
    elif command == "man":
        set_up("docs")
        run(
            str(Path(PYTHON).with_name("argparse-manpage")),
            "--module=cvmcount.cli.arguments",
            "--function=make_parser",
            "--project-name=cvmcount",
            f"--version={project_version()}",
            "--description=count the distinct lines of files",
            "--manual-title=User Commands",
            "--include=docs/cvmcount.man",
            "--output=docs/cvmcount.1",
            SOURCE_DATE_EPOCH="0",
        )
    elif command == "benchmark" and arguments:
        if arguments[0] == "engines":
            ensure_java()
            set_up("benchmarks", *ENGINE_EXTRAS)
        else:
            set_up("benchmarks")
        typed = shlex.join(["python3", "dev.py", command, *arguments])
        if level := os.environ.get("CVMCOUNT_SIMD"):
            typed = f"CVMCOUNT_SIMD={level} {typed}"
        script = f"benchmarks/{arguments[0]}.py"
        run(PYTHON, script, *arguments[1:], CVMCOUNT_BENCHMARK_COMMAND=typed)
    elif command == "sanitize":
        sanitize()
    elif command == "mutants":
        set_up()
        ensure_doctest()
        run(PYTHON, "cpp/tests/mutants.py", *arguments)
    elif command == "portability":
        set_up("portability")
        ensure_doctest()
        apt_install(*PORTABILITY_PACKAGES)
        run(PYTHON, "cpp/tests/portability.py", *arguments)
    elif command == "release-check":
        run(sys.executable, ".ci/release_check.py", project_version())
    elif command == "oldest":
        run(sys.executable, ".ci/oldest.py", *arguments)
    elif command == "wheels":
        run(sys.executable, ".ci/wheels.py", *arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
