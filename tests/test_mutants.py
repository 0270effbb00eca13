"""A red run means that cpp/tests/mutants.toml names a bug or a test that the core no longer has.

Whether the tests catch the bugs, `python3 dev.py mutants` says.
"""

import re
import tomllib
from pathlib import Path

import pytest

CPP = Path(__file__).parents[1] / "cpp"
MUTANTS = tomllib.loads((CPP / "tests" / "mutants.toml").read_text())["mutant"]
TEST_CASES = {
    name
    for path in (CPP / "tests").rglob("*.cpp")
    for name in re.findall(r'^TEST_CASE\("(.*)"\)', path.read_text(), re.MULTILINE)
}


def test_each_bug_has_a_name_of_its_own():
    names = [mutant["name"] for mutant in MUTANTS]
    assert len(names) == len(set(names)) > 25


def test_every_room_of_the_core_has_some():
    rooms = {path.name for path in (CPP / "src").iterdir()}
    assert {mutant["file"].split("/")[0] for mutant in MUTANTS} == rooms


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["name"])
def test_its_text_stands_once_in_its_file_and_its_test_is_there(mutant):
    assert set(mutant) == {"name", "file", "before", "after", "test"}
    assert mutant["before"] != mutant["after"]
    text = (CPP / "src" / mutant["file"]).read_text()
    assert text.count(mutant["before"]) == 1
    assert mutant["test"] in TEST_CASES
