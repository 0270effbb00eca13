"""A red run means that the program counts a column of a Parquet, Arrow or CSV file wrongly."""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from cvmcount import CVMSketch
from program import counted, counted_as_json, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")
pyarrow = pytest.importorskip("pyarrow")

PEOPLE = b'name,city\nAda,London\nAlan,"London"\nGrace,"New York, NY"\nada,"a ""b""\nc"\nEve,\n'


@pytest.fixture(params=["parquet", "arrow", "stream"])
def table_file(request, tmp_path):
    """Write a table to a file, and return its path."""
    from pyarrow import ipc, parquet

    def write(table):
        path = str(tmp_path / "table")
        if request.param == "parquet":
            parquet.write_table(table, path, row_group_size=1000)
        else:
            opened = ipc.new_file if request.param == "arrow" else ipc.new_stream
            with opened(path, table.schema) as file:
                file.write_table(table, max_chunksize=1000)
        return path

    return write


@pytest.mark.parametrize("text", [b"PAR1", b"PAR1\n", b"PAR1234\n", b"ARROW1\n", b"ARROW1"])
def test_text_is_not_taken_for_columns(text):
    assert counted(input=text) == 1
    assert counted(input=gzip.compress(text)) == 1


def test_columns_by_name_and_number(table_file):
    words = [None if i % 10 == 0 else f"word {i % 7000}" for i in range(20_000)]
    table = pyarrow.table({"number": range(20_000), "word": words})
    path = table_file(table)
    twin = CVMSketch()
    twin.update(words)
    for field in ("word", "2"):
        told = counted_as_json("-f", field, path)
        assert (told["estimate"], told["items"]) == (round(twin.estimate()), twin.items_seen)
    assert counted("-f", "number", "--capacity", "30000", path) == 20_000


def test_names_that_mean_several_columns(table_file):
    nested = pyarrow.array([{"b": 1}, {"b": 2}, {"b": 3}])
    columns = [nested, [1, 2, 2], ["x", "x", "x"], ["y", "y", "z"]]
    arrays = [pyarrow.array(column) for column in columns]
    path = table_file(pyarrow.table(arrays, names=["a", "a.b", "k", "k"]))
    assert [counted("-f", field, path) for field in ("1", "2", "3", "4")] == [3, 2, 1, 2]
    assert [counted("-f", field, path) for field in ("a", "a.b")] == [3, 2]
    assert b"more than one field 'k'" in run("-f", "k", path).stderr


def test_a_column_and_lines_are_one_stream(table_file, tmp_path):
    path = table_file(pyarrow.table({"word": ["a", "b", "B", ""]}))
    assert counted(path, "-", input=b"b\nc\n") == 5
    assert counted("-i", "--skip-empty", path) == 2


def test_what_cannot_be_chosen(table_file):
    path = table_file(pyarrow.table({"a": [1], "b": [2]}))
    for options, words in (
        ([], b"-f"),
        (["-f", "c"], b"no field 'c' among: a, b"),
        (["-f", "3"], b"no field 3"),
    ):
        done = run(*options, path)
        assert done.returncode == 1
        assert words in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_values_that_cannot_be_counted(table_file):
    intervals = pyarrow.array([(1, 2, 3)], pyarrow.month_day_nano_interval())
    try:
        path = table_file(pyarrow.table({"a": intervals}))
    except pyarrow.ArrowNotImplementedError:  # Parquet has none
        return
    done = run(path)
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"intervals" in done.stderr


def test_a_damaged_file(table_file, tmp_path):
    path = table_file(pyarrow.table({"a": range(20_000)}))
    data = Path(path).read_bytes()
    (tmp_path / "short").write_bytes(data[: len(data) // 2])
    done = run("--capacity=20000", str(tmp_path / "short"))
    assert done.returncode == 1
    assert done.stderr.startswith(b"cvmcount: ")
    assert done.stderr.count(b"\n") == 1
    if data.startswith(b"PAR1"):  # what it holds is only told at its end
        assert done.stdout == b"0\n"
    else:
        assert 8_000 < int(done.stdout) < 12_000


def test_pipes_and_compression(table_file):
    path = table_file(pyarrow.table({"a": range(3000), "word": ["a", "b", "c"] * 1000}))
    data = Path(path).read_bytes()
    for each in data, gzip.compress(data):
        done = run("-f", "word", input=each)
        if data.startswith(b"PAR1"):
            assert (done.returncode, done.stdout) == (1, b"0\n")
            assert b"Parquet files come neither compressed nor through a pipe" in done.stderr
        else:
            assert (done.returncode, done.stdout, done.stderr) == (0, b"3\n", b"")
    if not data.startswith(b"PAR1"):  # the good part of what was compressed
        done = run("-f", "a", input=gzip.compress(data)[:-2000])
        assert 1000 <= int(done.stdout) <= 3000
        assert done.stderr == b"cvmcount: standard input: the gzip data end too early\n"


def test_text_in_every_layout_is_folded(table_file):
    words = ["A", "a", "", None, "B", "é", "É"]
    table = {"plain": pyarrow.array(words), "large": pyarrow.array(words, pyarrow.large_string())}
    table["view"] = pyarrow.array(words, pyarrow.string_view())
    table["dictionary"] = pyarrow.array(words).dictionary_encode()
    path = table_file(pyarrow.table(table))
    for name in table:
        assert counted("-f", name, path) == 6
        assert counted("-f", name, "-i", "--skip-empty", path) == 4


def test_exact_beside_the_estimate(table_file):
    nan = float("nan")
    columns = {
        "int": pyarrow.array([1, 1, 2, None]),
        "float": pyarrow.array([1.0, nan, nan, -0.0, 0.0, None]),
        "word": pyarrow.array(["a", "é", "a", None]),
        "bytes": pyarrow.array([b"a", b"\xff", b"a", None]),
        "time": pyarrow.array([1, 2, 1], pyarrow.timestamp("us")),
        "struct": pyarrow.array([{"x": 1, "y": nan}, {"x": 1, "y": None}, {"x": 2, "y": nan}]),
        "list": pyarrow.array([[1], [1], [], None, [nan], [None]]),
        "map": pyarrow.array([[("a", 1)], [], []], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        "dictionary": pyarrow.array(["a", "b", "a"]).dictionary_encode(),
        "bool": pyarrow.array([True, False, None]),
        "missing": pyarrow.nulls(3),
    }
    for column in columns.values():
        done = run("--exact", table_file(pyarrow.table({"a": column})))
        assert done.returncode == 0
        estimate, exact = done.stdout.split()
        assert estimate == exact, column.type


def test_exact_over_lines_and_columns(table_file):
    text = table_file(pyarrow.table({"a": ["a", "b"]}))
    assert run("--exact", text, "-", input=b"b\nc\n").stdout == b"3\t3\n"
    path = table_file(pyarrow.table({"a": [b"a", b"\xff"]}))  # b"a" is no text
    assert run("--exact", path, "-", input=b"a\n\xff\n").stdout == b"3\t3\n"


def test_times_that_python_has_not(table_file):
    for times in (
        pyarrow.array([1, 2], pyarrow.time64("ns")),
        pyarrow.array([10**18, 2], pyarrow.timestamp("us")),
        pyarrow.array([10**9, 2], pyarrow.date32()),
    ):
        path = table_file(pyarrow.table({"a": times}))
        done = run("--exact", path)
        assert done.returncode == 1
        assert done.stderr.count(b"\n") == 1
        assert b"Traceback" not in done.stderr
        assert counted(path) == 2


def test_exact_knows_the_hour_that_comes_twice(table_file):
    hours = [1730611800, 1730615400, 1730615400]  # 1:30 in New York, twice on that day
    times = pyarrow.array(hours, pyarrow.timestamp("s", "America/New_York"))
    path = table_file(pyarrow.table({"a": times, "b": [[time] for time in times]}))
    assert run("--exact", "-f", "a", path).stdout == b"2\t2\n"
    assert run("--exact", "-f", "b", path).stdout == b"2\t2\n"


@pytest.mark.parametrize("option", ["--exact", "-i", "--skip-empty", "--per-file"])
def test_hostile_offsets(tmp_path, option):
    from pyarrow import ipc

    table = pyarrow.table({"a": ["ab"] * 1000})
    with ipc.new_stream(tmp_path / "good", table.schema) as file:
        file.write_table(table)
    data = (tmp_path / "good").read_bytes()
    for offset in (2**31 - 1, -5):
        bad = data.replace(struct.pack("<i", 1002), struct.pack("<i", offset), 1)
        (tmp_path / "bad").write_bytes(bad)
        done = run(option, str(tmp_path / "bad"))
        assert done.returncode == 1
        assert done.stderr.startswith(os.fsencode(f"cvmcount: {tmp_path}/bad: "))
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("options", "distinct"),
    [
        (["-f", "city"], 4),  # an empty field is an element
        (["-f", "city", "--skip-empty"], 3),
        (["-H", "-f", "2"], 4),
        (["-f", "2"], 5),
        (["-f", "name", "-i"], 4),
    ],
)
def test_csv(options, distinct):
    assert counted("--csv", *options, input=PEOPLE) == distinct
    assert counted("--csv", *options, input=gzip.compress(PEOPLE)) == distinct


def test_csv_is_text():
    assert counted("--csv", "-f", "1", input=b"1\n01\n1.0\nNA\n\n") == 4  # no empty line is a row
    assert counted("--csv", "-f", "1", "-t", ";", input=b'1;"a;b"\n1;2\n') == 1


def test_csv_that_is_not():
    for data, message in (
        (b"a,c\n1,2\n", b"no field 'b' among: a, c"),
        (b"a,b,b\n1,2,3\n", b"more than one field 'b' among: a, b, b"),
        (b'a,"b\n1,2\n', b"row 1: a quote is not closed"),
    ):
        done = run("--csv", "-f", "b", input=data)
        assert (done.returncode, done.stdout) == (1, b"0\n")
        assert done.stderr == b"cvmcount: standard input: " + message + b"\n"
    assert counted("--csv", "-f1", input=b"") == 0
    assert run("--csv", input=PEOPLE).returncode == 2


def test_rows_of_csv_that_lack_the_field():
    rows = b"".join(b"%d,x\n" % i for i in range(1000))
    data = b"a,b\n" + rows + b"short\n" + rows + b"y,z,z\nlast,x\n"
    assert counted("--csv", "-f1", "-H", input=data) == 1003
    assert counted("--csv", "-f2", "-H", input=data) == 2


def test_csv_that_ends_too_early():
    rows = b"".join(b"%d,x\n" % (i * 7919 % 1_000_003) for i in range(40_000))
    done = run("--csv", "-f1", "--exact", input=gzip.compress(rows)[:-20])
    assert done.returncode == 1
    assert done.stderr == b"cvmcount: standard input: the gzip data end too early\n"
    assert int(done.stdout.split()[1]) > 39_000


@pytest.mark.parametrize("options", [[], ["--exact", "-i"]])
def test_no_warnings(table_file, options):
    path = table_file(pyarrow.table({"a": ["x", "y"]}))
    environment = {**os.environ, "PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"}
    counted_or_both = b"2\t2\n" if options else b"2\n"
    done = run(*options, path, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, counted_or_both, b"")


def test_without_pyarrow(tmp_path):
    program = "import sys; sys.modules['pyarrow'] = None; from cvmcount.cli import run; run()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "--csv", "-f", "name"],
        input=PEOPLE,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (0, b"5\n")  # of CSV it is not needed
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        input=b"ARROW1\0\0",
        capture_output=True,
    )
    assert done.returncode == 1
    assert b"pip install pyarrow" in done.stderr
