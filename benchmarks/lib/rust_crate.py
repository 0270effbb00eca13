"""Builds the Rust crate beside this file and imports it, without installing anything.

Cargo builds it once into build/rust; later runs find it there.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "article_rust"
CRATE = Path(__file__).resolve().parent / "rust"
BUILD = CRATE.parents[2] / "build"
TARGET = BUILD / "rust"


def find_cargo():
    return shutil.which("cargo") or shutil.which("cargo", path=Path.home() / ".cargo" / "bin")


def build(cargo):
    environment = {
        "CARGO_TARGET_DIR": str(TARGET),
        "PYO3_PYTHON": sys.executable,
        "PYO3_BUILD_EXTENSION_MODULE": "1",  # or it would be linked to some other libpython
    }
    if sys.platform == "darwin":
        environment["RUSTFLAGS"] = "-C link-arg=-undefined -C link-arg=dynamic_lookup"
    command = [cargo, "build", "--release", "--locked", "--quiet"]
    subprocess.run(command, cwd=CRATE, env={**os.environ, **environment}, check=True)
    names = {"win32": f"{NAME}.dll", "darwin": f"lib{NAME}.dylib"}
    return TARGET / "release" / names.get(sys.platform, f"lib{NAME}.so")


@cache
def load():
    """Return the module, or None with a note where it cannot be built."""
    cargo = find_cargo()
    if cargo is None:
        print("The article's Rust needs cargo, which was not found.")
        return None
    try:
        library = build(cargo)
    except subprocess.CalledProcessError:
        print("The article's Rust was not built: see cargo's message.")
        return None
    loader = ExtensionFileLoader(NAME, str(library))
    module = module_from_spec(spec_from_file_location(NAME, loader.path, loader=loader))
    loader.exec_module(module)
    return module


def require():
    module = load()
    if module is None:
        raise ImportError("not built")
    return module
