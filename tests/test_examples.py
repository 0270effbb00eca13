"""A red run means that an example in a docstring or on a page does not do what it shows."""

import doctest
from pathlib import Path

import pytest

import cvmcount
import cvmcount._count
import cvmcount._group_counts
import cvmcount._groups
import cvmcount._identity.objects
import cvmcount._results
import cvmcount._sample
import cvmcount._sketch

ROOT = Path(__file__).parents[1]


def test_docstrings():
    examples = 0
    for module in (
        cvmcount,
        cvmcount._count,
        cvmcount._group_counts,
        cvmcount._groups,
        cvmcount._results,
        cvmcount._sample,
        cvmcount._sketch,
        cvmcount._identity.objects,
    ):
        result = doctest.testmod(module)
        assert result.failed == 0
        examples += result.attempted
    assert examples > 15


PAGES = [
    "README.md",
    *(
        f"docs/{name}.md"
        for name in ("accuracy", "columns", "groups", "merging", "sample", "start")
    ),
]


@pytest.mark.parametrize("page", PAGES)
def test_pages(page):
    result = doctest.testfile(str(ROOT / page), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 1


def test_the_api_page_has_the_signatures_of_docstrings():
    page = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    for kind in cvmcount.CVMSketch, cvmcount.CVMGroups:
        signature = " ".join(kind.__doc__.partition("\n\n")[0].split())
        assert f".. autoclass:: {signature}\n" in page
