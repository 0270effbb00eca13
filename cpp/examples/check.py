"""Compile the examples outside of the tree against an installed library, and run them.

    python check.py PREFIX    through CMake, Meson and pkg-config

CMake and Meson find the package by its own file and by pkg-config's; a way whose tool is not there
is an error. Each program must print the same line.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent


def output(*command: str | Path, cwd: Path, **environment: str) -> str:
    print("$", *command, flush=True)
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout


def main(prefix: Path) -> None:
    library = next(prefix.glob("lib*/**/libcvmcount.a")).parent
    found = {
        "PKG_CONFIG_PATH": str(library / "pkgconfig"),
        "LD_LIBRARY_PATH": str(library),  # for a prefix where the loader does not look
        "DYLD_LIBRARY_PATH": str(library),
    }
    lines = set()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "examples"
        shutil.copytree(EXAMPLES, here)
        output("cmake", "-S.", "-Bcmake", f"-DCMAKE_PREFIX_PATH={prefix}", cwd=here)
        output("cmake", "--build", "cmake", cwd=here)
        output("meson", "setup", "meson", cwd=here, **found)
        output("meson", "compile", "-C", "meson", cwd=here, **found)
        programs = [here / build / name for build in ("cmake", "meson") for name in NAMES]
        # Statically, too; and a program in C links the library of C++ then.
        for source, compiler, options in (
            ("visitors.cpp", "c++", ("-std=c++20",)),
            ("visitors.c", "cc", ("-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror")),
        ):
            wanted = output("pkg-config", "--cflags", "--libs", "cvmcount", cwd=here, **found)
            program = here / f"{source}.shared"
            output(compiler, *options, source, "-o", program, *wanted.split(), cwd=here)
            programs.append(program)
            flags = output("pkg-config", "--cflags", "cvmcount", cwd=here, **found).split()
            program = here / f"{source}.static"
            objects = (library / "libcvmcount.a", "-lstdc++", "-lm", "-pthread")
            output(compiler, *options, *flags, source, "-o", program, *objects, cwd=here)
            programs.append(program)
        lines = {output(program, cwd=here, **found).splitlines()[0] for program in programs}
    if len(lines) != 1 or "visitors, or" not in next(iter(lines)):
        sys.exit(f"the examples differ: {sorted(lines)}")
    print(f"{len(programs)} programs: {lines.pop()}")


NAMES = ("visitors", "visitors_c")

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
