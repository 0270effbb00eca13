"""A red run means that an example in the README or in a docstring does not do what it shows."""

import doctest
from pathlib import Path

import cvmcount
import cvmcount._identity
import cvmcount._sketch

ROOT = Path(__file__).parents[1]


def test_docstrings():
    examples = 0
    for module in (cvmcount, cvmcount._sketch, cvmcount._identity):
        result = doctest.testmod(module)
        assert result.failed == 0
        examples += result.attempted
    assert examples > 15


def test_readme():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 5
