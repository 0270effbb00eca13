"""A red run means that the program draws other lines than Python would, draws them with unequal
chances, or counts them wrongly."""

import collections
import csv
import json
import os

import pytest

from cvmcount import CVMSketch
from program import counted, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")

WORDS = [f"wört {number * number % 5003}" for number in range(20_000)]
TEXT = "".join(f"{word}\n" for word in WORDS).encode()


def drawn(*arguments, **options):
    """Return the lines of a call that succeeds and complains about nothing."""
    done = run("sample", *arguments, **options)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.splitlines()


def test_the_lines_are_the_first_of_the_sample_in_python():
    sketch = CVMSketch(keep="items")
    sketch.update(WORDS)
    everything = [item.encode() for item in sketch.sample().items()]
    assert drawn("-n", "all", input=TEXT) == everything
    assert drawn(input=TEXT) == everything[:10]
    assert drawn("-n", "3", input=TEXT) == everything[:3]
    assert drawn("-n", "3", "--seed", "1", input=TEXT) != everything[:3]
    assert drawn("-n", "3", "--workers", "2", input=TEXT) == everything[:3]


def test_counts_are_exact_and_look_like_those_of_uniq():
    counts = collections.Counter(WORDS)
    found = drawn("--count", "-n", "1000", "--capacity", "50", input=TEXT)
    assert len(found) == 1000  # the capacity grows with the number
    for line in found:
        count, word = line.decode().split(maxsplit=1)
        assert line == f"{count:>7} {word}".encode()
        assert counts[word] == int(count)


def test_each_distinct_line_has_the_same_chance():
    """Twenty of 100 lines under 400 seeds, one of which is half of the file: each is drawn 80 times
    with a standard deviation of 8, and 45 below 4.5 of those is missed once in 3,000."""
    text = "".join(f"{number}\n" for number in [*range(100), *[7] * 100])
    times = collections.Counter()
    sketch = CVMSketch(capacity=21, keep="items")
    for seed in range(400):
        sketch = CVMSketch(capacity=21, keep="items", seed=seed)
        sketch.update(text.splitlines())
        times.update(sketch.sample().items())
    assert drawn("-n", "20", "--capacity", "21", "--seed", "399", input=text.encode()) == [
        item.encode() for item in sketch.sample().items()
    ]
    assert all(abs(times[str(number)] - 80) < 36 for number in range(100))


def test_bytes_come_out_as_they_were():
    lines = [b"\xff", b"", b"a\tb", "é".encode()]
    assert sorted(drawn(input=b"\n".join([*lines, b""]))) == sorted(lines)
    done = run("sample", "-z", input=b"a\nb\0c\0")
    assert sorted(done.stdout.split(b"\0")) == [b"", b"a\nb", b"c"]


def test_fields(tmp_path):
    path = tmp_path / "people.csv"
    rows = [["name", "city"], ["Ada", "London, UK"], ['say "hi"', "New\nYork"]]
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([*rows, rows[1]])
    done = run("sample", "--csv", "-f", "city", "-f", "name", str(path))
    found = list(csv.reader(done.stdout.decode().splitlines(keepends=True)))
    assert sorted(found) == sorted([city, name] for name, city in rows[1:])
    assert sorted(drawn("-t", ",", "-f", "2,1", input=b"a,b\na,b\nc,d\n")) == [b"b,a", b"d,c"]
    assert sorted(drawn("-c", "-f", "2", input=b"a\tb\nc\tb\n")) == [b"      2 b"]
    assert drawn("-i", input=b"Word\nWORD\n") == [b"word"]


def test_a_line_longer_than_any_buffer():
    line = b"x" * 3_000_000
    assert sorted(drawn(input=line + b"\nshort\n")) == [b"short", line]


def test_columns_and_json_lines(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = str(tmp_path / "a.parquet")
    parquet.write_table(pa.table({"n": [1, 2, 2], "t": ["a", "b", None]}), path)
    assert sorted(drawn("-f", "n", path)) == [b"1", b"2"]
    assert sorted(drawn("-c", "-f", "n", "-f", "t", path)) == [
        b"      1 1\ta", b"      1 2\t", b"      1 2\tb",
    ]  # fmt: skip
    assert sorted(drawn("--jsonl", "-f", "a", input=b'{"a": 1.5}\n{"a": "x"}\n')) == [b"1.5", b"x"]


def test_json():
    told = json.loads(run("sample", "--json", "-c", input=b"a\na\n\xff\n").stdout)
    assert sorted((row["item"], row["count"]) for row in told["sample"]) == [("\\xff", 1), ("a", 2)]
    assert (told["estimate"], told["exact"]) == (2, True)
    assert json.loads(run("sample", "--json", input=b"").stdout)["sample"] == []


def test_saved_sketches(tmp_path):
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    half = len(TEXT.splitlines()) // 2
    lines = TEXT.splitlines(keepends=True)
    for path, part in ((first, lines[:half]), (second, lines[half:])):
        counted("--save", path, "--keep", "summaries", input=b"".join(part))
    whole = drawn("--count", input=TEXT)
    assert drawn("--count", first, second) == whole
    merged = str(tmp_path / "all")
    assert run("merge", "--save", merged, first, second).returncode == 0
    assert drawn("--count", merged) == whole
    with open(tmp_path / "rest", "wb") as file:
        file.write(b"".join(lines[half:]))
    assert drawn("--count", first, str(tmp_path / "rest")) == whole
    shown = run("info", "--sample", merged).stdout
    assert shown.endswith(b"\n".join([b"", *whole, b""]))
    told = json.loads(run("info", "--sample", "--json", merged).stdout)
    assert told["keep"] == "summaries"
    assert len(told["sample"]) == 10


@pytest.mark.parametrize("keep", ["items", "summaries"])
def test_a_count_of_each_file_keeps_the_same(keep, tmp_path):
    names = [str(tmp_path / name) for name in ("a", "b")]
    lines = TEXT.splitlines(keepends=True)
    for name, part in zip(names, (lines[:900], lines[700:]), strict=True):
        (tmp_path / name).write_bytes(b"".join(part))
    saved = [str(tmp_path / name) for name in ("each", "all")]
    for path, options in zip(saved, (["--per-file"], []), strict=True):
        done = run("--capacity", "50", "--save", path, "--keep", keep, *options, *names)
        assert done.returncode == 0
    each, together = (
        CVMSketch.from_bytes((tmp_path / name).read_bytes()) for name in ("each", "all")
    )
    assert each == together
    assert each.sample().to_pylist() == together.sample().to_pylist()
    assert None not in each.sample().items()


def test_values_longer_than_what_may_follow_a_sample(tmp_path):
    path = str(tmp_path / "long")
    lines = [b"%d" % number + b"x" * 700_000 for number in range(4)]
    counted("--save", path, "--keep", "items", input=b"\n".join([*lines, b""]))
    assert sorted(drawn("-n", "all", path)) == sorted(lines)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-n", "0"], b"must be a number from 1"),
        (["-n", "many"], b"must be a number from 1"),
        (["--count", "--coins", "fresh"], b"needs coins='hashed'"),
        (["--csv"], b"--csv needs -f"),
        (["--exact"], b"--exact"),
    ],
)
def test_wrong_usage(arguments, reason):
    done = run("sample", *arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert done.stdout == b""


def test_sketches_without_values_are_refused(tmp_path):
    path = str(tmp_path / "plain")
    counted("--save", path, input=b"a\n")
    for arguments in (("sample", path), ("info", "--sample", path)):
        done = run(*arguments)
        assert done.returncode == 1
        assert b"save it with --keep items" in done.stderr
    counted("--save", path, "--keep", "items", input=b"a\n")
    done = run("sample", "--count", path)
    assert done.returncode == 1
    assert b"save it with --keep summaries" in done.stderr
    assert run("--keep", "items", input=b"").returncode == 2


def test_a_file_of_that_name(tmp_path):
    (tmp_path / "sample").write_bytes(b"a\n")
    assert counted("./sample", cwd=tmp_path) == 1
    assert drawn("sample", cwd=tmp_path) == [b"a"]


def test_what_cannot_be_read_is_reported(tmp_path):
    done = run("sample", "missing", "-", input=b"a\n", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"a\n")
    assert b"missing" in done.stderr
