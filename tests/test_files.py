"""A red run means that an open file counts otherwise than the program counts that file."""

import gzip
import io
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import program
from cvmcount import CVMSketch, count_approx
from cvmcount._readers.readers import Lines

CONTENT = "café\nb\r\n\nb\ncafé".encode() + b"\n\xff\n\xff"
LINES = ["café", "b", "", "b", "café", b"\xff", b"\xff"]


def fed(items, **arguments):
    sketch = CVMSketch()
    sketch.update(items, **arguments)
    return sketch


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "some.log"
    path.write_bytes(CONTENT)
    return path


def test_binary_files(path):
    expected = fed(LINES)
    for buffering in (-1, 0):
        with path.open("rb", buffering) as file:
            assert fed(file) == expected
    with path.open("rb") as file:
        assert fed(file, workers=3) == expected
    assert fed(io.BytesIO(CONTENT)) == expected
    with gzip.open(io.BytesIO(gzip.compress(CONTENT))) as file:
        assert fed(file) == expected


@pytest.fixture(scope="module")
def large_path(tmp_path_factory):
    """A file that fills the buffers of several workers more than once, with lines across them."""
    path = tmp_path_factory.mktemp("files") / "large.log"
    path.write_bytes(b"".join(b"%d %s\n" % (i, b"x" * (i % 97)) for i in range(100_000)))
    return path


@pytest.mark.threads
@pytest.mark.parametrize("buffering", [-1, 0])
@pytest.mark.parametrize("coins", ["hashed", "fresh"])
@pytest.mark.parametrize("keep", [None, "items"])
def test_workers_read_a_file_at_once(large_path, buffering, coins, keep):
    begin = large_path.read_bytes().index(b"\n") + 1
    sketches = []
    for workers in 1, 2, 3:
        sketch = CVMSketch(coins=coins, keep=keep)
        with large_path.open("rb", buffering) as file:
            assert file.readline() == b"0 \n"
            assert file.tell() == begin
            sketch.update(file, workers=workers)
            assert file.tell() == large_path.stat().st_size
            assert file.read() == b""
        sketches.append(sketch)
    assert sketches[0].items_seen == 99_999
    assert sketches[0] == sketches[1] == sketches[2]


@pytest.mark.threads
def test_a_file_that_cannot_be_read_at_once(large_path):
    class NotAtOnce(io.FileIO):
        def fileno(self):
            return 1 << 20  # no open file

    with NotAtOnce(large_path) as file, large_path.open("rb") as same:
        assert fed(Lines(file, regular=True), workers=2) == fed(same)

    error = pytest.raises(OSError, match="not open for reading")
    with large_path.open("ab") as written, error:
        fed(Lines(written.raw, regular=True), workers=2)


def test_text_files(path):
    lines = [line if isinstance(line, str) else "\udcff" for line in LINES]
    for newline in (None, "", "\n"):
        with path.open(encoding="utf-8", errors="surrogateescape", newline=newline) as file:
            assert fed(file) == fed(lines)
    assert count_approx(io.StringIO("a\nb\na")) == 2


def test_temporary_files():
    for mode in ("w+", "w+b"):
        with tempfile.NamedTemporaryFile(mode) as file:
            file.write("a\nb\na" if mode == "w+" else b"a\nb\na")
            file.seek(0)
            assert fed(file) == fed("aba"[i] for i in range(3))


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))), st.booleans())
def test_both_modes_count_the_lines(lines, ends):
    text = "\n".join(lines) + ("\n" if ends and lines else "")
    expected = lines if ends or not lines or lines[-1] else lines[:-1]
    assert fed(io.StringIO(text)) == fed(io.BytesIO(text.encode())) == fed(expected)


def test_the_program_agrees(path, tmp_path):
    saved = tmp_path / "saved.cvm"
    assert program.counted("--save", saved, path) == 4
    with path.open("rb") as file:
        sketch = fed(file)
    assert sketch == CVMSketch.from_bytes(saved.read_bytes())
    assert (sketch | CVMSketch.from_bytes(saved.read_bytes())).count() == 4


def test_a_file_is_read_from_where_it_stands_and_is_not_closed(path):
    with path.open("rb") as file:
        assert file.readline() == "café\n".encode()
        assert fed(file) == fed(LINES[1:])
        assert fed(file) == CVMSketch()
        assert not file.closed


def test_files_that_cannot_be_read(path):
    with path.open("rb") as file:
        pass
    with pytest.raises(ValueError, match="closed file"):
        count_approx(file)
    with (tmp := path.with_name("new")).open("wb") as file, pytest.raises(io.UnsupportedOperation):
        count_approx(file)
    tmp.unlink()
    with path.open(encoding="utf-8") as file, pytest.raises(UnicodeDecodeError):
        count_approx(file)


def test_progress(path):
    reports = []
    with path.open("rb") as file:
        fed(file, progress=lambda done, total: reports.append((done, total)))
    assert reports[-1] == (len(CONTENT), None)
    reports.clear()
    with path.open(encoding="latin-1") as file:
        fed(file, progress=lambda done, total: reports.append((done, total)))
    assert reports[-1] == (7, None)
