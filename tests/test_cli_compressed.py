"""A red run means that a compressed file counts other lines than the file it was made from, or that
what comes before damage is lost."""

import bz2
import gzip
import io
import lzma
import os
import random
import sys
import zlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvmcount.cli.compressed import CHUNK, DamagedError, DecompressedFile, format_of
from program import counted, run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    zstd = pytest.importorskip("backports.zstd")

COMPRESS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": partial(lzma.compress, preset=0),
    "zstd": zstd.compress,
}
formats = pytest.mark.parametrize("compress", COMPRESS.values(), ids=COMPRESS)


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def gzip_library(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)


class SlowFile(io.BytesIO):
    """Gives fewer bytes than it is asked for, as pipes do."""

    def readinto(self, buffer):
        return super().readinto(buffer[: 1 + len(buffer) // 7])


def opened(file, memory=1 << 28):
    """Return what decompresses a file, and the notes that it will make."""
    notes = []
    head = file.getvalue()[:13]
    return DecompressedFile(file, format_of(head), memory, notes.append), notes


def decompressed(data, most=1 << 16):
    """Return all that comes before an error, and the error or None."""
    file, _ = opened(SlowFile(data))
    room = bytearray(most)
    result = b""
    try:
        while size := file.readinto(memoryview(room)):
            result += room[:size]
    except DamagedError as error:
        return result, error
    return result, None


def numbers(n, seed=1):
    source = random.Random(seed)
    return b"".join(b"%d\n" % source.randrange(10**9) for _ in range(n))


@formats
@pytest.mark.parametrize("most", [1, 1000, 1 << 18])
def test_content(compress, most):
    for data in (b"", b"x", numbers(3000), bytes(100_000), random.Random(1).randbytes(70_000)):
        if most > 1 or len(data) < 10:
            assert decompressed(compress(data), most) == (data, None)


@formats
def test_a_long_file(compress):
    data = numbers(200_000)
    assert len(compress(data)) > 10 * CHUNK
    assert decompressed(compress(data)) == (data, None)


@formats
@pytest.mark.parametrize("between", [b"", bytes(4), bytes(200_000)])
def test_several_members(compress, between):
    parts = [numbers(n) for n in (30_000, 0, 1, 20_000)]
    data = between.join(compress(part) for part in parts) + between
    assert decompressed(data) == (b"".join(parts), None)


@formats
def test_an_end_that_is_too_early(compress):
    data = numbers(40_000)
    whole = compress(data)
    for size in [10, 11, 12, 13, *range(14, len(whole), len(whole) // 50), len(whole) - 1]:
        before, error = decompressed(whole[:size])
        assert data.startswith(before)
        assert "end too early" in str(error)
    assert len(before) > 0 or compress is bz2.compress  # whose blocks are larger


@formats
def test_damage(compress):
    data = numbers(200_000)
    whole = bytearray(compress(data))
    whole[len(whole) // 2] ^= 0x55
    before, error = decompressed(bytes(whole))
    assert error is not None
    assert before.startswith(data[:800_000])


@formats
def test_what_follows_is_something_else(compress):
    data = numbers(1000)
    file, notes = opened(SlowFile(compress(data) + b"something else, long enough"))
    room = bytearray(len(data) + 1)
    before = b""
    while size := file.readinto(memoryview(room)):
        before += room[:size]
    assert before == data
    assert len(notes) == 1
    assert "27 bytes after" in notes[0]


def test_a_wrong_checksum_at_the_end():
    data = numbers(1000)
    whole = bytearray(gzip.compress(data))
    whole[-8] ^= 1
    before, error = decompressed(bytes(whole))
    assert len(before) > len(data) - 100
    assert "damaged gzip data" in str(error)


@given(st.binary(max_size=100), st.sampled_from([*COMPRESS.values()]), st.data())
def test_hostile_bytes(data, compress, choices):
    whole = bytearray(compress(data))
    for _ in range(3):
        whole[choices.draw(st.integers(0, len(whole) - 1))] = choices.draw(st.integers(0, 255))
    if format_of(bytes(whole[:10])) is not None:
        decompressed(bytes(whole), most=100)  # neither hangs nor raises anything else


def test_a_small_file_that_becomes_large_comes_in_pieces():
    data = zlib.compress(bytes(10_000_000), wbits=31)
    file, _ = opened(io.BytesIO(data))
    room = bytearray(1 << 20)
    sizes = []
    while size := file.readinto(memoryview(room)):
        sizes.append(size)
    assert sum(sizes) == 10_000_000
    assert max(sizes) <= 1 << 16


@pytest.mark.parametrize("text", [b"BZh9 is not bzip2\n", b"BZh", b"PK\n", b"\x1f\x8b", b"(\xb5/"])
def test_text_is_not_taken_for_compressed(text):
    assert format_of(text[:10]) is None
    assert counted(input=text) == 1


@formats
def test_through_files_and_pipes(compress, tmp_path):
    data = numbers(5000, seed=2) + numbers(1000)
    path = tmp_path / "without a telling name"
    path.write_bytes(compress(data))
    distinct = len(set(data.split()))
    assert counted("--capacity=10000", str(path)) == distinct
    assert counted("--capacity=10000", input=compress(data)) == distinct
    assert counted("-H", "--capacity=10000", input=compress(b"header\n" + data)) == distinct


@formats
def test_the_good_part_is_counted(compress, tmp_path):
    data = numbers(200_000)
    path = tmp_path / "truncated"
    path.write_bytes(compress(data)[:-10])
    done = run("--exact", str(path), "-", input=b"x\n")
    assert done.returncode == 1
    assert done.stderr.startswith(os.fsencode(f"cvmcount: {path}: "))
    assert done.stderr.count(b"\n") == 1
    assert int(done.stdout.split()[1]) > 50_000


def test_without_a_library_for_zstd(tmp_path):
    (tmp_path / "backports.py").write_text("raise ImportError")
    (tmp_path / "compression.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run(input=zstd.compress(b"a\n"), env=environment)
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"pip install backports.zstd" in done.stderr
