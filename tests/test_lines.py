"""A red run means that lines of a file are other elements than the same lines in Python, or that
the program counts other lines than `sort -u | wc -l`.

The slow twin here splits and decodes by Python; the C++ tests have reference_lines.hpp.
"""

import csv
import io
import os
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cvmcount import CVMSketch, count_approx
from cvmcount._readers.readers import Lines
from cvmcount._sketch import _update_both
from program import counted

# Everything that is special to some rule, often side by side.
PARTS = [
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b",",
    b"\t",
    b"a",
    b"A",
    b"word",
    "é日".encode(),
    b"\xff",
    b"\xc3",
]
texts = st.lists(st.sampled_from(PARTS) | st.binary(max_size=40), max_size=60).map(b"".join)


class File(io.BytesIO):
    """A file that gives few bytes at a time."""

    def __init__(self, data, most):
        super().__init__(data)
        self.most = most

    def readinto(self, buffer):
        return super().readinto(buffer[: self.most])


def elements(data, *, end, strip_cr, skip_empty, fold_case, delimiter, fields):
    lines = data.split(end)
    if lines[-1] == b"":
        lines.pop()
    for line in lines:
        if strip_cr:
            line = line.removesuffix(b"\r")
        row = line.split(delimiter) if fields else [line]
        yield from element(row, fields, skip_empty=skip_empty, fold_case=fold_case)


def element(row, fields, *, skip_empty, fold_case):
    """Yield what a row is counted as, or nothing."""
    if len(row) < max(fields, default=1):
        return
    found = [row[number - 1] for number in fields or [1]]
    if fold_case:
        found = [each.lower() for each in found]
    if any(found) or not skip_empty:
        found = tuple(map(text_or_bytes, found))
        yield found[0] if len(found) == 1 else found


def text_or_bytes(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


@given(
    st.lists(texts, max_size=3),
    st.integers(1, 50),
    st.fixed_dictionaries(
        {
            "end": st.sampled_from([b"\n", b"\0"]),
            "strip_cr": st.booleans(),
            "skip_empty": st.booleans(),
            "fold_case": st.booleans(),
            "delimiter": st.sampled_from([b",", b"\t"]),
        }
    ),
    st.lists(st.integers(1, 3), max_size=3),
    st.sampled_from(["hashed", "fresh"]),
)
def test_lines_are_the_elements_of_python(files, most, rules, fields, coins):
    expected, sketch = (CVMSketch(capacity=5, coins=coins) for _ in range(2))
    for data in files:
        expected.update(list(elements(data, fields=fields, **rules)))
        sketch.update(Lines(File(data, most), fields=fields, **rules))
    assert sketch == expected


CSV_PARTS = [b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"a", b"A b", "é".encode(), b"\xff", b"\0"]
csv_texts = st.lists(st.sampled_from(CSV_PARTS), max_size=60).map(b"".join)


def csv_rows(data):
    """Return the rows that Python's csv module reads; None where a quote is not closed."""
    text = data.decode("latin-1")  # every byte is a character
    rows = [[field.encode("latin-1") for field in row] for row in csv.reader(io.StringIO(text, ""))]
    closed = list(csv.reader(io.StringIO(text + "\n#,#", "")))
    return rows if closed and closed[-1] == ["#", "#"] else None


@given(csv_texts, st.integers(1, 50), st.lists(st.integers(1, 3), min_size=1, max_size=2))
@example(b'"a""b"c"",x\r\n"\r\n",y\rz', 3, [1])
def test_csv_is_what_the_csv_module_reads(data, most, fields):
    rows = csv_rows(data)
    sketch, expected = CVMSketch(capacity=1000), CVMSketch(capacity=1000)
    lines = Lines(File(data, most), fields=fields, delimiter=b",", quotes=True)
    if rows is None:
        with pytest.raises(ValueError, match="a quote is not closed"):
            sketch.update(lines)
        return
    sketch.update(lines)
    for row in rows:
        expected.update(list(element(row, fields, skip_empty=False, fold_case=False)))
    assert sketch == expected


@pytest.mark.threads
@pytest.mark.parametrize("workers", [1, 2, 3, 16])
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_workers_do_not_matter(workers, coins):
    lines = [f"{i % 70_001}{'é' * (i % 3)}" for i in range(200_000)]
    lines[77_777] = "long" * 1_000_000
    sketch, expected = CVMSketch(coins=coins), CVMSketch(coins=coins)
    sketch.update(Lines(io.BytesIO("\r\n".join(lines).encode())), workers=workers)
    expected.update(lines)
    assert sketch == expected


@given(st.lists(texts, max_size=3), st.integers(1, 50), st.sampled_from(["hashed", "fresh"]))
def test_two_sketches_from_one_reading(files, most, coins):
    expected_total, total = (CVMSketch(capacity=5, coins=coins) for _ in range(2))
    for data in files:
        sketch, expected = (CVMSketch(capacity=5, coins=coins) for _ in range(2))
        _update_both(sketch, total, Lines(File(data, most)))
        expected.update(Lines(File(data, most)))
        expected_total.update(Lines(File(data, most)))
        assert sketch == expected
        assert total == expected_total


def test_two_sketches_that_differ():
    for other in CVMSketch(seed=1), CVMSketch(coins="fresh"), None:
        with pytest.raises((TypeError, ValueError)):
            _update_both(CVMSketch(), other, Lines(io.BytesIO()))
    with pytest.raises(ValueError, match="the second sketch must keep nothing"):
        _update_both(CVMSketch(), CVMSketch(keep="items"), Lines(io.BytesIO()))


def test_lines_are_read_once():
    lines = Lines(io.BytesIO(b"a\n"))
    assert count_approx(lines) == 1
    assert count_approx(lines) == 0


class BrokenFile(File):
    def __init__(self, error):
        super().__init__(b"a\nb\nunfinished", 100)
        self.error = error

    def readinto(self, buffer):
        size = super().readinto(buffer)
        if size == 0:
            raise self.error
        return size


@pytest.mark.parametrize("error", [OSError("broken"), KeyboardInterrupt()])
def test_an_error_keeps_what_came_before(error):
    sketch = CVMSketch()
    with pytest.raises(type(error)):
        sketch.update(Lines(BrokenFile(error)))
    assert sketch.estimate() == sketch.items_seen == 2


@pytest.mark.parametrize("answer", [-1, 10**9, "1", 2**70])
def test_a_file_that_lies(answer):
    class Liar:
        def readinto(self, buffer):
            return answer

    with pytest.raises((TypeError, ValueError, OverflowError)):
        count_approx(Lines(Liar()))


def test_a_file_that_has_nothing_yet():
    class Empty:
        def readinto(self, buffer):
            return None

    with pytest.raises(BlockingIOError):
        count_approx(Lines(Empty()))


def test_a_file_that_empties_the_sketch():
    class Clearing(File):
        def readinto(self, buffer):
            size = super().readinto(buffer)
            if size == 0:
                sketch.clear()
            return size

    sketch = CVMSketch()
    sketch.update(Lines(Clearing(b"a\nb\nc", 3)))
    assert sketch.items_seen == 1  # what comes after


@pytest.mark.parametrize("name", ["end", "comment"])
def test_one_byte_only(name):
    for value in b"", b"ab":
        with pytest.raises(ValueError, match=name):
            Lines(None, **{name: value})


@pytest.mark.skipif(os.name == "nt" or not shutil.which("sort"), reason="needs sort")
class TestBesideSort:
    @staticmethod
    def distinct(data, *options):
        command = ["sort", "-u", *options]
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, input=data, capture_output=True, env=environment, check=True)
        return done.stdout.count(b"\0" if "-z" in options else b"\n")

    @settings(max_examples=50)
    @given(texts)
    @example(b"")
    @example(b"\n\n")
    @example(b"a\na")
    def test_generated_files(self, data):
        assert counted("--keep-cr", input=data) == self.distinct(data)

    @settings(max_examples=20)
    @given(texts)
    def test_options(self, data):
        assert counted("-z", input=data) == self.distinct(data, "-z")
        assert counted("-i", "--keep-cr", input=data) == self.distinct(data, "-f")

    def test_a_large_file(self):
        data = b"".join(b"%d\n" % (i * i % 100_003) for i in range(300_000))
        assert counted("--capacity=100000", input=data) == self.distinct(data)
