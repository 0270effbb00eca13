"""A red run means that the program counts a column of a Parquet, Arrow or CSV file wrongly."""

import gzip
import os
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
        (["-f", "a", "--exact"], b"--exact"),
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
    done = run(str(tmp_path / "short"))
    assert done.returncode == 1
    assert done.stderr.startswith(b"cvmcount: ")
    assert done.stderr.count(b"\n") == 1


def test_arrow_streams_come_through_pipes_but_not_files(tmp_path):
    from pyarrow import ipc, parquet

    table = pyarrow.table({"a": range(3000)})
    with ipc.new_stream(tmp_path / "stream", table.schema) as file:
        file.write_table(table)
    assert counted(input=(tmp_path / "stream").read_bytes()) == 3000
    parquet.write_table(table, tmp_path / "parquet")
    done = run(input=(tmp_path / "parquet").read_bytes())
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"pipe" in done.stderr


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
    for data in (b"a,b\n1,2\n3\n", b"a,b\n1,\xff\n", b""):
        done = run("--csv", "-f", "b", input=data)
        assert done.returncode == 1
        assert done.stderr.startswith(b"cvmcount: standard input: ")
        assert done.stderr.count(b"\n") == 1
    assert run("--csv", input=PEOPLE).returncode == 2


def test_without_pyarrow(tmp_path):
    program = "import sys; sys.modules['pyarrow'] = None; from cvmcount.cli import run; run()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "--csv", "-f", "name"],
        input=PEOPLE,
        capture_output=True,
    )
    assert done.returncode == 1
    assert b"pip install pyarrow" in done.stderr
