"""A red run means that an installation lacks a file, or that a number stands in two places."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import cvmcount

ROOT = Path(__file__).parents[1]
INSTALLED = Path(cvmcount.__file__).parent


def test_every_source_is_installed():
    tree = ROOT / "cvmcount"
    files = (path for suffix in ("py", "pyi") for path in tree.rglob(f"*.{suffix}"))
    wanted = {str(path.relative_to(tree)) for path in files} | {"py.typed", "_version.py"}
    assert wanted <= {str(path.relative_to(INSTALLED)) for path in INSTALLED.rglob("*")}
    modules = {path.relative_to(tree).with_suffix("") for path in tree.rglob("*.pyx")}
    built = {path.relative_to(INSTALLED) for path in INSTALLED.rglob("*.so")}
    assert modules == {path.with_name(path.name.split(".")[0]) for path in built}
    assert len(modules) <= 8


def test_the_source_tree_says_that_it_is_not_the_package():
    command = [sys.executable, "-S", "-c", "import cvmcount"]  # -S: without an editable one
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "start Python in another folder or as python -P" in done.stderr


def test_the_version_stands_once():
    build = (ROOT / "meson.build").read_text()
    assert re.search(r"version: '(.*?)'", build)[1] == cvmcount.__version__


def test_every_c_declaration_says_whether_it_throws():
    """A C++ exception through a declaration that does not say `except +` ends the process."""
    for path in (ROOT / "cvmcount" / "_core").glob("*.pxd"):
        text = re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)
        for line in text.splitlines():
            declares_a_type = line.lstrip().startswith(("cdef extern", "cdef cppclass", "#"))
            if re.search(r"\w\(.*\)", line) and not declares_a_type:
                assert re.search(r" (noexcept|except \+\w*|except \*)$", line), line


@pytest.mark.parametrize("name", ["CHANGELOG.md", "pyproject.toml"])
def test_nothing_else_names_the_build_version_as_its_own(name):
    assert f'version = "{cvmcount.__version__}"' not in (ROOT / name).read_text()
