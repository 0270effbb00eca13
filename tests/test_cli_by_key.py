"""A red run means that --by counts other lines, or under other keys, than groups in Python do."""

import csv
import gzip
import io
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMGroups
from cvmcount._groups import _update_by_lines
from cvmcount._readers.readers import Lines
from program import run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")

ROWS = [(f"p{number % 7}", f"user {number * number % 4001}", number % 3) for number in range(9000)]
TEXT = "".join(f"{page},{user},{day}\n" for page, user, day in ROWS).encode()


def counted(*arguments, **options):
    """Return the fields of each line of a call that succeeds and complains about nothing."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stderr) == (0, b"")
    return [line.split(b"\t") for line in done.stdout.splitlines()]


def groups_of(keys, values, **arguments):
    groups = CVMGroups(**arguments)
    groups.update(keys, values)
    return groups


PAGES = groups_of([row[0] for row in ROWS], [row[1] for row in ROWS])


def test_each_key_has_the_count_that_groups_have():
    expected = [[row.key.encode(), b"%d" % row.estimate] for row in PAGES.estimates()]
    assert counted("-t", ",", "--by", "1", "-f", "2", input=TEXT) == expected
    assert not PAGES["p0"].is_exact
    assert counted("-t", ",", "--by", "1", "-f", "2", "--workers", "2", input=TEXT) == expected
    done = run("-t", ",", "--by", "1", "-f", "2", "-v", "--confidence", "0.9", input=TEXT)
    rows = [line.split(b"\t") for line in done.stdout.splitlines()]
    assert [tuple(map(int, row[1:])) for row in rows] == [
        (row.estimate, row.low, row.high) for row in PAGES.estimates(0.9)
    ]
    assert b"7 keys of 9,000 lines" in done.stderr


def test_several_keys_and_several_values():
    expected = groups_of([(row[0], str(row[2])) for row in ROWS], [row[1] for row in ROWS])
    found = counted("-t", ",", "--by", "1,3", "-f", "2", input=TEXT)
    assert [row[0] for row in found] == [",".join(key).encode() for key in expected]
    assert [int(row[1]) for row in found] == [row.estimate for row in expected.estimates()]
    pairs = groups_of([row[0] for row in ROWS], [(row[1], str(row[2])) for row in ROWS])
    found = counted("-t", ",", "--by", "1", "-f", "2", "-f", "3", input=TEXT)
    assert [int(row[1]) for row in found] == [row.estimate for row in pairs.estimates()]


def test_settings_and_the_top():
    found = counted("-t", ",", "--by", "1", "-f", "2", "--top", "2", input=TEXT)
    assert found == [[row.key.encode(), b"%d" % row.estimate] for row in PAGES.top(2)]
    for options, arguments in (
        (["--capacity", "64", "--seed", "5"], {"capacity": 64, "seed": 5}),
        (["-e", "0.02"], {"epsilon": 0.02}),
    ):
        expected = groups_of([row[0] for row in ROWS], [row[1] for row in ROWS], **arguments)
        found = counted("-t", ",", "--by", "1", "-f", "2", *options, input=TEXT)
        assert [int(row[1]) for row in found] == [row.estimate for row in expected.estimates()]


def test_names_of_a_header_and_quotes(tmp_path):
    path = tmp_path / "a.csv.gz"
    rows = [["user", "page, or site"], ["ada", "a\tb"], ["bob", "a\tb"], ["ada", 'c,"d"']]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode()))
    done = run("--csv", "--by", "page, or site", "-f", "user", str(path))
    assert done.stdout == b'a\tb\t2\n"c,""d"""\t1\n'
    told = json.loads(run("--csv", "--by", "page, or site", "-f", "user", "--json", path).stdout)
    assert [(row["key"], row["estimate"]) for row in told["groups"]] == [("a\tb", 2), ('c,"d"', 1)]
    assert told["keys"] == 2


def test_saved_groups(tmp_path):
    half = len(TEXT) // 2 + TEXT[len(TEXT) // 2 :].index(b"\n") + 1
    names = [str(tmp_path / name) for name in ("1", "2", "all")]
    for name, part in zip(names, (TEXT[:half], TEXT[half:]), strict=False):
        counted("-t", ",", "--by", "1", "-f", "2", "--save", name, input=part)
    found = counted("merge", names[0], names[1], "--save", names[2])
    parts = []
    for name in names[:2]:
        with open(name, "rb") as file:
            parts.append(CVMGroups.load(file))
    merged = parts[0] | parts[1]
    assert found == [[row.key.encode(), b"%d" % row.estimate] for row in merged.estimates()]
    with open(names[2], "rb") as file:
        assert CVMGroups.load(file) == merged
    told = json.loads(run("info", "--json", names[2]).stdout)
    assert told == {"keys": 7, "items": 9000, "capacity": 1024, "seed": 0}
    plain = run("--save", str(tmp_path / "sketch"), input=b"a\n")
    assert plain.returncode == 0
    done = run("merge", names[0], str(tmp_path / "sketch"))
    assert done.returncode == 1
    assert b"no saved groups" in done.stderr
    done = run("compare", names[0], names[1])
    assert done.returncode == 1
    assert b"counts by key" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--by", "1"], b"--by needs -f"),
        (["--top", "1"], b"--top needs --by"),
        (["--by", "1", "-f", "2", "--top", "0"], b"must be a number from 1"),
        (["--by", "1", "-f", "2", "--exact"], b"--exact does not go with --by"),
        (["--by", "1", "-f", "2", "--coins", "fresh"], b"--coins fresh does not go with --by"),
        (["--by", "1", "-f", "2", "--capacity", "10"], b"capacity"),
        (["--by", "0", "-f", "2"], b"counted from 1"),
    ],
)
def test_wrong_usage(arguments, reason):
    done = run(*arguments)
    assert done.returncode == 2
    assert reason in done.stderr


def test_what_has_no_lines_is_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "a.parquet")
    parquet.write_table(pa.table({"a": [1], "b": [2]}), path)
    done = run("--by", "a", "-f", "b", path)
    assert done.returncode == 1
    assert b"--by reads lines and CSV" in done.stderr


cells = st.text(st.sampled_from('ab,"\n\r é'), max_size=4)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=40), st.integers(1, 3))
def test_any_csv(rows, num_keys):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode()
    fields = (2, 1, 3, 1)[: num_keys + 1]
    keys, values = [], []
    for row in csv.reader(io.StringIO(data.decode(), newline="")):
        if row and len(row) >= max(fields):
            found = [row[field - 1] for field in fields]
            keys.append(found[0] if num_keys == 1 else tuple(found[:num_keys]))
            values.append(found[-1])
    groups = CVMGroups()
    lines = Lines(io.BytesIO(data), fields=fields, num_keys=num_keys, delimiter=b",", quotes=True)
    _update_by_lines(groups, lines)
    assert groups == groups_of(keys, values)


def test_keys_longer_than_any_buffer():
    key = b"k" * 1_000_000
    groups = CVMGroups()
    data = b"".join(b"%b\t%d\nshort\t1\n" % (key, number) for number in range(3))
    _update_by_lines(groups, Lines(io.BytesIO(data), fields=(1, 2), num_keys=1))
    assert groups.estimates().to_dict() == {key.decode(): 3, "short": 1}
