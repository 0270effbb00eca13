"""Engines as users run them: in processes of their own, on this machine.

They take minutes, so `python3 dev.py engines` runs these tests, and nothing else does.
"""

import os
import sys

import pytest


def pytest_collection_modifyitems(items):
    for item in items:  # the engines warn of each other's versions
        item.add_marker(pytest.mark.filterwarnings("default"))


@pytest.fixture(scope="session", autouse=True)
def workers_directory(tmp_path_factory):
    """Away from the source tree, which workers would import instead of the package."""
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("workers"))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    yield
    os.chdir(before)


@pytest.fixture
def once(tmp_path):
    """A function that is true the first time that any process calls it."""
    path = tmp_path / "done"

    def first():
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return first
