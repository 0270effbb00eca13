"""A red run means that a room includes or imports one that lies above it: see ARCHITECTURE.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each room of the core, and the rooms that it may use beside itself.
CORE = {
    "base": set(),
    "identity": {"base"},
    "reading": {"base", "identity"},
    "items": {"base"},
    "simd": {"base", "identity", "reading"},
    "columns": {"base", "identity", "reading", "items", "simd"},
    "arrow": {"base", "identity", "reading", "items", "simd", "columns"},
    "lines": {"base", "identity", "reading", "items"},
    "sampler": {"base"},
    "sketch": {
        "base", "identity", "reading", "items", "simd", "columns", "arrow", "lines", "sampler"
    },
    "groups": {"base", "identity", "items", "sampler", "sketch"},
}  # fmt: skip

# The headers that a C++ program includes hold plain types, but for the sketch itself. The rooms
# that may use one are those that make what it describes, and all above.
PUBLIC = {
    "api.h": {"columns", "sampler", "sketch"},
    "cvmcount.h": {"sketch"},
    "column_view.hpp": {"columns", "arrow", "sketch"},
    "results.hpp": {"sampler", "sketch", "groups"},
    "settings.hpp": {"sampler", "sketch", "groups"},
    "sketch.hpp": {"sketch", "groups"},
}

# The same for the package: each part of it and the parts that it may use. Whatever is not named
# here stands above all of these.
PACKAGE = {
    "_core": set(),
    "_identity": {"_core"},
    "_readers": {"_core", "_identity", "_items"},
    "_checks": {"_core"},
    "_items": set(),
    "_html": set(),
    "_estimates": {"_html", "_results"},
    "_sample": {"_estimates", "_html", "_results", "_tables"},
    "_tables": {"_core", "_items"},
    "_progress": set(),
    "_results": {"_core", "_checks", "_html"},
    "_group_counts": {"_html", "_tables"},
    "_groups": {
        "_core", "_checks", "_group_counts", "_identity", "_items", "_progress", "_readers",
        "_sketch",
    },
    "_sketch": {
        "_core", "_identity", "_readers", "_checks", "_html", "_items", "_progress", "_results",
        "_sample",
    },
}  # fmt: skip

INCLUDE = re.compile(r'#include ["<](\w+)/([\w./]+)[">]')
IMPORT = re.compile(r"^\s*(?:from|import|cimport) cvmcount\.(\w+)|^\s*from \.(\w+)", re.MULTILINE)


def included(path):
    return set(INCLUDE.findall(path.read_text()))


@pytest.mark.parametrize("room", CORE)
def test_a_room_of_the_core_knows_only_those_below(room):
    files = [
        path for suffix in ("hpp", "cpp") for path in (ROOT / f"cpp/src/{room}").glob(f"*.{suffix}")
    ]
    assert files
    for path in files:
        for where, header in included(path):
            if where == "cvmcount":
                assert room in PUBLIC[header], f"{path.name} includes {where}/{header}"
            elif where in CORE:
                assert where == room or where in CORE[room], (
                    f"{path.name} includes {where}/{header}"
                )


def test_every_folder_of_the_core_is_a_room_with_tests():
    for part in ("src", "tests"):
        folders = {path.name for path in (ROOT / "cpp" / part).iterdir() if path.is_dir()}
        assert folders - {"support"} == set(CORE)


def test_public_headers_include_no_room():
    headers = list((ROOT / "cpp/include/cvmcount").iterdir())
    assert {path.name for path in headers} == set(PUBLIC)
    for path in headers:
        assert {where for where, _ in included(path)} <= {"cvmcount"}, path.name


@pytest.mark.parametrize("part", PACKAGE)
def test_a_part_of_the_package_knows_only_those_below(part):
    tree = ROOT / "cvmcount"
    files = [path for path in [*tree.glob(f"{part}.*"), *tree.glob(f"{part}/*")] if path.is_file()]
    assert files
    for path in files:
        for names in IMPORT.findall(path.read_text()):
            used = names[0] or names[1]
            below = {part} | PACKAGE[part]
            inside = path.parent.name == part and names[1]  # a module of the same folder
            assert used in below or inside, f"{path.name} imports {used}"


def test_a_checker_that_sees_nothing_would_pass():
    assert ("base", "bytes.hpp") in included(ROOT / "cpp/src/identity/identity.cpp")
    assert ("cvmcount", "sketch.hpp") in included(ROOT / "cpp/src/sketch/sketch.cpp")
    text = (ROOT / "cvmcount/_sketch.pyx").read_text()
    assert {"_core", "_readers"} <= {first or second for first, second in IMPORT.findall(text)}
