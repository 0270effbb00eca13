"""A red run means that --by counts other lines, or under other keys, than groups in Python do."""

import csv
import gzip
import io
import json
import os
import re

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
    done = run("-t", ",", "--by", "1", "-f", "2", "--top", "2", input=TEXT)
    expected = [b"%s\t%d\n" % (row.key.encode(), row.estimate) for row in PAGES.top(2)]
    assert done.stdout == b"".join(expected)
    assert done.stderr == b"cvmcount: others may be as large as number 2: a smaller -e tells more\n"
    few = b"a,1\na,2\na,3\nb,1\nb,2\nc,1\n"
    for number in "1", "2", "3", "9":  # exact, so certain
        done = run("-t", ",", "--by", "1", "-f", "2", "--top", number, input=few)
        assert done.stdout == b"".join([b"a\t3\n", b"b\t2\n", b"c\t1\n"][: int(number)])
        assert done.stderr == b""
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
    missing = run(
        "--csv", "--by", "page, or site", "-f", "user", "--json", path, str(tmp_path / "x")
    )
    assert json.loads(missing.stdout)["complete"] is False
    told = json.loads(run("--csv", "--by", "page, or site", "-f", "user", "--json", path).stdout)
    assert [(row["key"], row["estimate"]) for row in told["groups"]] == [("a\tb", 2), ('c,"d"', 1)]
    assert told["keys"] == 2
    assert told["complete"] is True


def test_saved_groups_where_something_else_is_wanted(tmp_path):
    groups, sketch = str(tmp_path / "groups"), str(tmp_path / "sketch")
    run("--by", "1", "-f", "2", "--save", groups, input=b"a\tb\n")
    run("--save", sketch, input=b"a\n")
    for arguments, reason in (
        ([groups], b"a file of counts by key: cvmcount info and merge read it"),
        (["sample", groups], b"a file of counts by key"),
        (["compare", groups, sketch], b"holds counts by key"),
        (["merge", groups, sketch], b"holds a sketch, and others hold counts by key"),
        (["merge", sketch, groups], b"holds a sketch, and others hold counts by key"),
    ):
        done = run(*arguments)
        assert done.returncode == 1
        assert reason in done.stderr
        assert done.stdout in (b"", b"0\n")


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
    assert b"holds a sketch" in done.stderr
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


NESTED = [
    {
        "page": None if number % 50 == 0 else f"p{number % 7}",
        "day": number % 3,
        "user": None if number % 11 == 0 else {"id": number * number % 4001, "Name": "A"},
    }
    for number in range(9000)
]


def json_lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture(params=["parquet", "arrow file", "arrow stream", "feather", "json lines"])
def write(request, tmp_path):
    """A function that writes rows to a file of each kind, and returns the arguments for it."""

    def write_rows(rows):
        path = tmp_path / "rows"
        if request.param == "json lines":
            path.write_bytes(json_lines(rows))
            return ["--jsonl", str(path)]
        pa = pytest.importorskip("pyarrow")
        from pyarrow import feather, ipc, parquet

        table = pa.Table.from_pylist(rows)
        if request.param == "parquet":
            parquet.write_table(table, path, row_group_size=1000)
        elif request.param == "feather":
            feather.write_feather(table, path, chunksize=1000)
        else:
            new = ipc.new_file if request.param == "arrow file" else ipc.new_stream
            with new(path, table.schema) as file:
                file.write_table(table, max_chunksize=1000)
        return [str(path)]

    return write_rows


@pytest.mark.parametrize("workers", ["1", "3"])
def test_columns_and_json_are_the_groups_of_python(write, tmp_path, workers):
    file = write(NESTED)
    users = [row["user"] and row["user"]["id"] for row in NESTED]
    pages = [row["page"] for row in NESTED]
    days = [row["day"] for row in NESTED]
    saved = str(tmp_path / "saved")
    for fields, keys, values in (
        (["--by", "page", "-f", "user.id"], pages, users),
        (["--by", "page", "--by", "day", "-f", "user.id"], (pages, days), users),
        (["--by", "user.id", "-f", "day", "-f", "page"], users, [*zip(days, pages, strict=True)]),
    ):
        expected = groups_of(keys, values)
        found = counted(*fields, "--workers", workers, "--save", saved, *file)
        assert [int(row[-1]) for row in found] == [row.estimate for row in expected.estimates()]
        with open(saved, "rb") as opened:
            assert CVMGroups.load(opened) == expected
    told = json.loads(run("--by", "page", "-f", "day", "--json", *file).stdout)
    assert [row["key"] for row in told["groups"][:3]] == [None, "p1", "p2"]
    assert told["items"] == 9000


def test_text_of_columns_is_prepared_as_that_of_lines(write):
    rows = [{"a": a, "b": b} for a, b in ("xY", "Xy", "xz", ("", ""), ("x", ""), ("", "y"))]
    file = write(rows)
    assert counted("--by", "a", "-f", "b", *file) == [
        [b"x", b"3"], [b"X", b"1"], [b"", b"2"]
    ]  # fmt: skip
    assert counted("-i", "--by", "a", "-f", "b", *file) == [[b"x", b"3"], [b"", b"2"]]
    expected = counted("-t", ",", "--skip-empty", "--by", "1", "-f", "2", input=b"x,Y\n,\n,y\n")
    assert expected == [[b"x", b"1"], [b"", b"1"]]
    assert counted("--skip-empty", "--by", "a", "-f", "b", *file)[2] == [b"", b"1"]


def test_a_field_that_is_nowhere(write):
    done = run("--by", "page", "-f", "user.age", *write(NESTED))
    of_rows, of_columns = b"user.age", rb"no field 'age' among: (id, Name|Name, id)\n"
    assert of_rows in done.stderr or re.search(of_columns, done.stderr)
    done = run("--by", "page", "-f", "user", *write(NESTED[:1]))
    assert b"nothing was counted: user is always missing" in done.stderr


def test_what_no_group_can_hold(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import ipc

    path = str(tmp_path / "a.arrow")
    interval = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
    table = pa.table({"a": [1], "b": interval})
    with ipc.new_file(path, table.schema) as file:
        file.write_table(table)
    for key, value in ("ab", "ba"):
        done = run("--by", key, "-f", value, path)
        assert (done.returncode, done.stdout) == (1, b"")
        assert b"intervals" in done.stderr


def test_what_comes_before_damage_is_counted(tmp_path):
    text = json_lines([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) + b"{no json\n"
    done = run("--jsonl", "--by", "a", "-f", "b", input=text)
    assert (done.returncode, done.stdout) == (1, b"1\t2\n")
    assert b"line 3: no valid JSON" in done.stderr
    pa = pytest.importorskip("pyarrow")
    from pyarrow import ipc

    table = pa.table({"a": [1] * 9000, "b": range(9000)})
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as file:
        file.write_table(table, max_chunksize=1000)
    data = sink.getvalue().to_pybytes()
    half = data[: len(data) // 2]
    done = run("--by", "a", "-f", "b", "--capacity", "9000", input=half)
    assert done.returncode == 1
    key, count = done.stdout.split(b"\t")
    assert key == b"1"
    assert int(count) in range(3000, 6000, 1000)
    assert done.stderr.count(b"\n") == 1


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
