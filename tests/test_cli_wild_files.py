"""A red run means that a file as people have it, made like those of public bug reports, counts
other elements than it has, or is refused without a word that helps.

Each file is small and the right number is known by hand.
"""

import bz2
import gzip
import io
import lzma
import os
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

import pytest

from program import COMMAND, counted, counted_as_json, run
from sanitizers import without_sanitizers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")

LINES = b"a\nb\na\n"
EXTRA, NAME, COMMENT, CHECKSUM = 4, 8, 16, 2


@pytest.fixture(params=["isal", "zlib"])
def gzip_library(request, tmp_path):
    """Return the environment of a program with one of the two libraries."""
    if request.param == "isal":
        pytest.importorskip("isal")
        return {}
    (tmp_path / "isal.py").write_text("raise ImportError")
    return {"env": {**os.environ, "PYTHONPATH": str(tmp_path)}}


def gzip_member(data, flags, extra=b"AB\x04\x00data"):
    """Return a member of a gzip file with such optional parts in its header."""
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6)
    if flags & EXTRA:
        head += struct.pack("<H", len(extra)) + extra
    if flags & NAME:
        head += b"access.log\0"
    if flags & COMMENT:
        head += b"of monday\0"
    if flags & CHECKSUM:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    deflate = zlib.compressobj(wbits=-15)
    body = deflate.compress(data) + deflate.flush()
    return head + body + struct.pack("<II", zlib.crc32(data), len(data))


@pytest.mark.parametrize("flags", range(0, 32, 2))
def test_gzip_of_every_header(flags, gzip_library):
    assert counted(input=gzip_member(LINES, flags), **gzip_library) == 2
    assert counted(input=gzip_member(b"c\n", 0) + gzip_member(LINES, flags), **gzip_library) == 3


def test_gzip_in_blocks(gzip_library):
    """As bgzip writes it: members with the length of each, and an empty one at the end."""
    blocks = [gzip_member(b"%d\n" % i, EXTRA, b"BC\x02\x00\x1b\x00") for i in range(300)]
    data = b"".join(blocks) + gzip_member(b"", EXTRA, b"BC\x02\x00\x1b\x00")
    assert counted(input=data, **gzip_library) == 300


def test_gzip_padded_with_zeros(gzip_library):
    data = gzip.compress(LINES) + bytes(10_000)
    assert counted(input=data, **gzip_library) == 2


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_bytes_behind_compressed_data(compress):
    done = run(input=compress(LINES) + b"-- signature --")
    assert (done.returncode, done.stdout) == (0, b"2\n")
    assert b"15 bytes after the" in done.stderr
    assert b"were ignored" in done.stderr


def test_old_lzma():
    assert counted(input=lzma.compress(LINES, lzma.FORMAT_ALONE)) == 2


def test_memory_of_decompression():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 3 << 29}]
    data = lzma.compress(LINES, lzma.FORMAT_XZ, filters=filters)
    done = run("-", input=data)
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"more than 512 MB of memory: allow it with --memory" in done.stderr
    assert counted("--memory", "2G", input=data) == 2


def test_zstd_with_a_large_window():
    zstd = pytest.importorskip(
        "backports.zstd" if sys.version_info < (3, 14) else "compression.zstd"
    )
    options = {zstd.CompressionParameter.window_log: 31}
    compressor = zstd.ZstdCompressor(options=options)  # of unknown size: it asks for the window
    data = compressor.compress(LINES * 1000) + compressor.flush()
    done = run(input=data)
    assert done.returncode == 1
    assert b"--memory" in done.stderr
    assert counted("--memory", "2G", input=data) == 2


def zip_of(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def test_members_of_zip(tmp_path):
    path = tmp_path / "logs.zip"
    members = [("a.log", LINES), ("empty/", b""), ("b.log.gz", gzip.compress(b"b\nc\n"))]
    path.write_bytes(zip_of(members, compression=zipfile.ZIP_DEFLATED))
    assert counted(str(path)) == 3
    done = run(str(path), "-", input=path.read_bytes())
    assert (done.returncode, done.stdout) == (1, b"3\n")
    assert b"do not come through a pipe" in done.stderr


def test_damage_in_zip(tmp_path):
    data = bytearray(zip_of([("a", LINES), ("b", b"c\nd\n")]))
    data[data.index(LINES)] ^= 1
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)
    done = run(str(path))
    assert done.returncode == 1
    assert b"damaged.zip: a: " in done.stderr
    assert int(done.stdout) >= 2  # the other member


def test_a_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(zip_of([("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<a/>")]))
    done = run(str(path))
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"save it as CSV" in done.stderr


def tar_of(data):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("a.log")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def sqlite_file(tmp_path):
    path = tmp_path / "base.db"
    with sqlite3.connect(path) as base:
        base.execute("create table t(a)")
    base.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("tar", tar_of(LINES), b"tar -xOf"),
        ("tar.gz", gzip.compress(tar_of(LINES)), b"tar -xOf"),
        ("lz4", b"\x04\x22\x4d\x18\x64\x40\xa7", b"lz4 -dc"),
        ("Z", b"\x1f\x9d\x90a", b"gzip -dc"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\4", b"7z archive"),
        ("rar", b"Rar!\x1a\x07\x01\0", b"RAR"),
        ("orc", b"ORC\x11\0\0\x0a", b"ORC"),
        ("feather", b"FEA1\0\0\0\0\x01", b"Feather"),
        ("npy", b"\x93NUMPY\x01\0", b"NumPy"),
        ("h5", b"\x89HDF\r\n\x1a\n", b"HDF5"),
        ("avro", b"Obj\x01\x04", b"Avro"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"CSV"),
    ],
)
def test_known_formats_that_are_not_read(name, data, words):
    done = run("-", input=data)
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert words in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "text", [b"ORC\n", b"CVMS\n", b"PK\n", b"Obj", b"FEA1\n", b"]\n", b"PARE\n"]
)
def test_text_that_begins_as_they_do(text):
    assert counted(input=text) == 1


def test_databases_and_sketches(tmp_path):
    assert b"SQLite" in run("-", input=sqlite_file(tmp_path)).stderr
    saved = tmp_path / "day.cvm"
    assert counted("--save", str(saved), input=LINES) == 2
    done = run(str(saved))
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"cvmcount info" in done.stderr


EXCEL = '\ufeff"Name";"Stadt";"Betrag"\r\n"Müller; Söhne";Köln;"1.234,50"\r\nMüller;Köln;2\r\n'
TICKETS = (
    'id,subject,body\r\n1,"He said ""no""","Hello,\r\n\r\nplease call\r\n"\r\n'
    '2,"He said ""no""","Hello"\r\n3,5" pipe,""\r\n'
)


@pytest.mark.parametrize(
    ("text", "options", "distinct"),
    [
        (EXCEL, ["-t;", "-f", "Name"], 2),  # the name is behind the mark of UTF-8
        (EXCEL, ["-t;", "-f", "Stadt"], 1),
        (EXCEL, ["-t;", "-f", "Stadt", "-f", "Betrag"], 2),
        (EXCEL, ["-t;", "-f1,2", "-H"], 2),
        (TICKETS, ["-f", "subject"], 2),
        (TICKETS, ["-f", "body"], 3),
        (TICKETS, ["-f", "id"], 3),
        ("a,b\rx,1\ry,2\rx,3", ["-f", "a"], 2),  # of old Macs
        ("a,b\n1,2\n3\n\n4,5,6\n", ["-f", "b"], 2),  # ragged, with an empty row
        ("Report of May\n\na,b\n1,2\n", ["--skip-lines=1", "-f", "b"], 1),
        ("# of May\na,b\n#1,2\n1,3\n", ["--comment=#", "-f", "b"], 1),
        ("sep=;\r\na;b\r\n1;2\r\n", ["--skip-lines=1", "-t;", "-f", "b"], 1),
        ('a,b\n"x",1\nx,2\n x,3\n', ["-f", "a"], 2),  # blanks belong to the field
        ('a\n""\n\n', ["-f", "a"], 1),  # an empty field is one, an empty row is not
        ('a,b\n"x"y,1\n', ["-f", "b"], 1),
        ("2023,2024\n1,2\n", ["-f", "2024"], 1),
        ("2023,2024\n1,2\n", ["-f", "2"], 2),  # a number: the first row is data
        ("2023,2024\n1,2\n", ["-H", "-f", "2"], 1),
        ("1,2,3\n7,8,9\n", ["-H", "-f", "3"], 1),
        ('"a\nb",c\n1,2\n1,3\n', ["-f", "a\nb"], 1),
    ],
)
def test_csv_as_people_write_it(text, options, distinct):
    for data in text.encode(), gzip.compress(text.encode()), text.encode("utf-16"):
        done = run("--csv", "--exact", *options, input=data)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == b"%d\t%d\n" % (distinct, distinct)


def test_csv_of_many_rows_with_line_ends_in_them():
    row = b'"Call back\r\nbefore nine"\r\n'
    told = counted_as_json("--csv", "-f", "remark", input=b"remark\n" + row * 400_000)
    assert (told["estimate"], told["items"]) == (1, 400_000)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_quote_that_is_not_closed(workers):
    rows = b"a,b\n" + b"".join(b"%d,x\n" % i for i in range(2000))
    bad = rows.replace(b"\n500,x\n", b'\n500,"x\n')
    done = run("--csv", "-f", "a", "--workers", workers, input=bad)
    assert (done.returncode, done.stdout) == (1, b"500\n")
    assert b"row 502: a quote is not closed" in done.stderr


def test_a_field_that_no_line_has():
    done = run("-f9", "-t,", input=b"a,b\n1,2\n")
    assert (done.returncode, done.stdout) == (0, b"0\n")
    assert done.stderr == b"cvmcount: standard input: nothing was counted: no line has a field 9\n"
    assert counted("-f9", "-t,", input=b"") == 0  # an empty file has nothing to tell


def test_a_number_that_no_line_has_so_many_fields_for():
    for options in ["-t,"], ["--csv"], ["-H", "-t,"]:
        done = run("-f", "9" * 30, *options, input=b"a,b\n1,2\n")
        assert (done.returncode, done.stdout) == (0, b"0\n")
        assert b"no line has a field 999" in done.stderr


def test_lines_of_servers():
    log = b'10.0.0.1 - - [10/Oct] "GET / HTTP/1.1" 200\n10.0.0.2 - - [10/Oct] "GET /" 200\n'
    assert counted("-f1", "-t ", input=log) == 2
    assert counted("-f4", "--whitespace", input=log) == 1
    assert counted("-f1,4", "-t ", input=log) == 2
    ps = b"  PID TTY\n    1 ?\n   22 pts/0\n   22 pts/1\n"
    assert counted("-H", "-f", "PID", "--whitespace", input=ps) == 2
    assert counted("-f2", "-t", "||", input=b"a||b|c||d\ne||b|c||f\n") == 1


def test_lines_that_are_no_text():
    assert counted(input=b"a\0b\n\xff\n\xff\nend\r\nend\n\0\0\n") == 4
    assert counted(input=b"\xef\xbb\xbfa\na\n") == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "gbk"])
def test_encodings(encoding):
    text = "naïve\nnaive\nnaïve\n" if encoding != "gbk" else "中文\n文\n中文\n"
    options = [] if encoding in ("utf-16", "utf-32") else ["--encoding", encoding]
    twin = counted_as_json("--capacity=3", input=text.encode())
    told = counted_as_json("--capacity=3", *options, input=text.encode(encoding))
    assert told | {"seconds": 0, "bytes": 0} == twin | {"seconds": 0, "bytes": 0}


def test_text_that_is_not_in_its_encoding():
    done = run("--encoding", "ascii", input=b"a\nb\nc\xff\nd\n")
    assert (done.returncode, done.stdout) == (1, b"3\n")
    assert b"byte 5 is no ascii" in done.stderr
    done = run(input="a\nb".encode("utf-16") + b"\0")
    assert (done.returncode, done.stdout) == (1, b"2\n")


JSON = b"""{"user": {"id": 1, "tags": ["x", "y"]}, "a.b": true}
{"user": {"id": 1.0}, "a": {"b": 2}}

{"user": {"id": "1", "tags": ["x", "y"]}}
{"user": null}
{"user": {"id": 12345678901234567890123}}
"""


@pytest.mark.parametrize(
    ("fields", "distinct"),
    [("user.id", 3), ("user.tags", 1), ("a.b", 2)],
)
def test_json_lines(fields, distinct):
    done = run("--jsonl", "--exact", "-f", fields, input=JSON)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"%d\t%d\n" % (distinct, distinct)


def test_json_lines_with_trouble():
    done = run("--jsonl", "-f", "user", input=JSON + b"{not json\n" + b"[" * 100_000)
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"lines were left out, the first is line 1: holds an object" in done.stderr
    done = run("--jsonl", "-f", "x", "-f", "y", input=b'{"x":1,"y":"Z"}\n{"x":1}\n{}\nnothing\n')
    assert (done.returncode, done.stdout) == (1, b"2\n")
    assert b"1 lines were left out, the first is line 4: no valid JSON" in done.stderr


def test_nested_columns(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import ipc, parquet

    users = [
        {"id": 1, "home": {"city": "Rome"}},
        {"id": 1, "home": None},
        None,
        {"id": 2, "home": {"city": "rome"}},
    ]
    home = pyarrow.struct({"city": pyarrow.string()})
    user = pyarrow.array(users, pyarrow.struct({"id": pyarrow.int64(), "home": home}))
    table = pyarrow.table({"user": user, "n": [1, 1, 2, 2], "user.n": [0, 0, 0, 0]})
    parquet.write_table(table, tmp_path / "p")
    with ipc.new_stream(tmp_path / "a", table.schema) as file:
        file.write_table(table)
    for path in map(str, (tmp_path / "p", tmp_path / "a")):
        for options, distinct in (
            (["-f", "user.id"], 2),
            (["-f", "user.home.city"], 2),
            (["-f", "user.home.city", "-i"], 1),
            (["-f", "user.n"], 1),
            (["-f", "n", "-f", "user.id"], 3),
            (["-f", "2,3"], 2),
        ):
            done = run("--exact", *options, path)
            assert (done.returncode, done.stdout) == (0, b"%d\t%d\n" % (distinct, distinct)), (
                options
            )
        done = run("-f", "user.name", path)
        assert b"no field 'name' among: id, home" in done.stderr


def test_tuples_of_lines_and_columns_are_the_same(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"a": ["x", "y"], "b": ["1", "2"]}), tmp_path / "p")
    done = run("--exact", "-f1,2", "-t,", str(tmp_path / "p"), "-", input=b"x,1\nz,2\n")
    assert done.stdout == b"3\t3\n"


def test_nothing_reaches_a_terminal_raw(tmp_path):
    for options in ["-f", "town", "-t,"], ["-f", "town", "--csv"]:
        done = run(*options, input=b"a\x1b]0;pwned\x07\xc2\x9b31mred,b\n1,2\n")
        assert done.returncode == 1
        assert not set(done.stderr) & {0x1B, 0x07, 0x9B}


def test_many_small_files_with_workers(tmp_path):
    for i in range(2000):
        (tmp_path / str(i)).write_bytes(b"%d\n" % i)
    names = [str(path) for path in tmp_path.iterdir()]
    done = subprocess.run([*COMMAND, "--workers=16", *names], capture_output=True, timeout=20)
    assert done.stdout == b"2000\n"


@without_sanitizers
def test_one_file_too_large_for_memory_is_not_all(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 3 << 29}]
    (tmp_path / "huge.xz").write_bytes(lzma.compress(b"x\n", lzma.FORMAT_XZ, filters=filters))
    (tmp_path / "good").write_bytes(LINES)
    names = [str(tmp_path / name) for name in ("good", "huge.xz", "good")]
    limited = ["sh", "-c", 'ulimit -v 1000000; exec "$@"', "sh", *COMMAND, "--memory=4G", *names]
    done = subprocess.run(limited, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, b"2\n")
    assert b"huge.xz: " in done.stderr
