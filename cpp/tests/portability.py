"""Run the C++ tests, with their golden identities, where they might come out otherwise.

    python cpp/tests/portability.py [MACHINE]...    all of them by default

That is at other levels of optimization, with another compiler and standard library, and on other
machines, which are emulated: of 32 bits, big-endian, Windows, WebAssembly. It needs the packages
that `dev.py portability` installs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "portability"
ZIG = (sys.executable, "-m", "ziglang")
I686 = "/usr/i686-linux-gnu/lib"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion")


@dataclass(frozen=True)
class Machine:
    """A compiler, what it compiles for, and what runs that here."""

    name: str
    compiler: str | tuple[str, ...]  # for C++; that for C has the same name with gcc, clang or cc
    flags: tuple[str, ...] = ("-O2",)
    link: tuple[str, ...] = ()
    runner: tuple[str, ...] = ()
    archiver: str | tuple[str, ...] = "ar"
    cpu: str = ""  # empty on the machine that this runs on
    system: str = "linux"
    endian: str = "little"


def for_gcc(name: str, prefix: str, cpu: str, emulator: str, **others) -> Machine:
    """Debian's cross compiler of Linux, and what runs its programs with its libraries."""
    runner = (emulator, "-L", f"/usr/{prefix}")
    return Machine(name, f"{prefix}-g++", runner=runner, archiver=f"{prefix}-ar", cpu=cpu, **others)


MACHINES = [
    *(
        Machine(f"{compiler.strip('+')}-{name}", compiler, flags)
        for compiler in ("g++", "clang++")
        for name, flags in (
            ("O0", ("-O0",)),
            ("O3", ("-O3",)),
            ("native", ("-O3", "-march=native")),
        )
    ),
    # x87 has registers of 80 bits, in which sums come out otherwise.
    Machine(
        "i686",
        "i686-linux-gnu-g++",
        flags=("-O2", "-msse2", "-mfpmath=sse"),
        runner=(f"{I686}/ld-linux.so.2", "--library-path", I686),
        archiver="i686-linux-gnu-ar",
        cpu="x86",
    ),
    for_gcc("arm", "arm-linux-gnueabihf", "arm", "qemu-arm-static"),
    for_gcc("aarch64", "aarch64-linux-gnu", "aarch64", "qemu-aarch64-static"),
    for_gcc("s390x", "s390x-linux-gnu", "s390x", "qemu-s390x-static", endian="big"),
    Machine(
        "musl",
        (*ZIG, "c++", "-target", "x86_64-linux-musl"),
        archiver=(*ZIG, "ar"),
        cpu="x86_64",
    ),
    Machine(
        "mingw",
        "x86_64-w64-mingw32-g++",
        link=("-static",),
        runner=("wine",),
        archiver="x86_64-w64-mingw32-ar",
        cpu="x86_64",
        system="windows",
    ),
    Machine(
        "wasm",
        "em++",
        flags=("-O2", "-fexceptions", "-pthread", "-Wno-pthreads-mem-growth"),
        link=(
            "-fexceptions",
            "-pthread",
            "-sPROXY_TO_PTHREAD",
            "-sALLOW_MEMORY_GROWTH",
            "-sNODERAWFS",
            "-sEXIT_RUNTIME",
        ),
        # This Emscripten takes fetch() for that of browsers, which do not read files.
        runner=("node", "--no-experimental-fetch"),
        archiver="emar",
        cpu="wasm32",
        system="emscripten",
    ),
]


def c_compiler(compiler: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(compiler, tuple):
        return tuple("cc" if word == "c++" else word for word in compiler)
    return {"em++": "emcc"}.get(
        compiler, compiler.replace("clang++", "clang").replace("g++", "gcc")
    )


def listed(words: str | tuple[str, ...]) -> str:
    return repr([words] if isinstance(words, str) else list(words))


def machine_file(machine: Machine) -> str:
    """What Meson has to know."""
    # Where sizes have 32 bits, every size made of 64 is a conversion.
    warnings = WARNINGS[:2] if machine.cpu else WARNINGS
    flags = (*warnings, *machine.flags)
    lines = [
        "[binaries]",
        f"cpp = {listed(machine.compiler)}",
        f"c = {listed(c_compiler(machine.compiler))}",
        f"ar = {listed(machine.archiver)}",
        *([f"exe_wrapper = {listed(machine.runner)}"] if machine.runner else []),
        "[built-in options]",
        f"c_args = {listed(flags)}",
        f"cpp_args = {listed((*flags, '-isystem' + str(header_alone('doctest/doctest.h'))))}",
        *(f"{language}_link_args = {listed(machine.link)}" for language in ("c", "cpp")),
    ]
    if machine.cpu:
        lines += [
            "[host_machine]",
            f"system = '{machine.system}'",
            f"cpu_family = '{machine.cpu}'",
            f"cpu = '{machine.cpu}'",
            f"endian = '{machine.endian}'",
        ]
    return "\n".join(lines) + "\n"


def header_alone(header: str) -> Path:
    """A folder with this header of the system and no other, which may be of another machine."""
    folder = BUILD / "headers"
    (folder / header).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path("/usr/include") / header, folder / header)
    return folder


def test(machine: Machine) -> bool:
    print(f"---- {machine.name}", flush=True)
    start = time.monotonic()
    folder = BUILD / machine.name
    BUILD.mkdir(parents=True, exist_ok=True)
    settings = BUILD / f"{machine.name}.ini"
    settings.write_text(machine_file(machine))
    kind = "--cross-file" if machine.cpu else "--native-file"
    again = ("--wipe",) if (folder / "build.ninja").exists() else ()
    options = ("-Dpython=false", "-Dtests=true", "-Dbuildtype=plain", "-Dwerror=true")
    # Emscripten finds Debian's modules by that.
    environment = {"NODE_PATH": "/usr/share/nodejs", **os.environ}
    for command in (
        ("meson", "setup", *again, str(folder), kind, str(settings), *options),
        ("meson", "test", "-C", str(folder), "--print-errorlogs", "--timeout-multiplier=4"),
    ):
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            return False
    print(f"{machine.name}: {time.monotonic() - start:.0f} s", flush=True)
    return True


def main(names: list[str]) -> None:
    known = {machine.name: machine for machine in MACHINES}
    if unknown := set(names) - set(known):
        sys.exit(f"no machine {', '.join(unknown)}; there are {', '.join(known)}")
    failed = [name for name in names or known if not test(known[name])]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
    print("The tests pass on all of them.")


if __name__ == "__main__":
    main(sys.argv[1:])
