"""A red run means that sketches saved by the program are lost, wrong or not what Python reads."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from cvmcount import CVMSketch, union
from program import COMMAND, counted, run
from sanitizers import without_sanitizers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")


def lines(*numbers):
    return "".join(f"{number}\n" for number in numbers).encode()


@pytest.fixture
def saved(tmp_path):
    """Save the sketch of some lines, and return its path."""

    def save(name, *numbers, options=()):
        path = tmp_path / name
        counted("--save", str(path), *options, input=lines(*numbers))
        return str(path)

    return save


def test_python_reads_what_is_saved(saved):
    twin = CVMSketch()
    twin.update(str(i) for i in range(20_000))
    assert CVMSketch.from_bytes(Path(saved("a", *range(20_000))).read_bytes()) == twin


def test_merge_is_the_union(saved, tmp_path):
    parts = [saved(f"{i}", *range(5_000 * i, 5_000 * i + 8_000)) for i in range(3)]
    out = tmp_path / "all"
    sketches = [CVMSketch.from_bytes(Path(part).read_bytes()) for part in parts]
    merged = CVMSketch()
    merged.merge(*sketches)
    for order in (parts, parts[::-1]):
        assert counted("merge", *order, "--save", str(out)) == union(*sketches).count()
        assert out.read_bytes() == merged.to_bytes()
    assert counted("merge", "-", input=out.read_bytes()) == merged.count()
    told = json.loads(run("merge", "--json", "--confidence", "0.99", *parts).stdout)
    assert (told["low"], told["high"]) == union(*sketches).interval(0.99)
    assert told["merged"]["estimate"] == merged.count()
    assert str(told["estimate"]) == str(counted("merge", *parts))  # no float


def test_a_checksum_is_not_taken_for_a_section(tmp_path):
    """One in 256 begins as the head of the section of values does."""
    for number in range(10_000):
        sketch = CVMSketch()
        sketch.add(number)
        if sketch.to_bytes()[-8] == 5:
            break
    (tmp_path / "a").write_bytes(sketch.to_bytes())
    assert sketch.to_bytes()[-8] == 5
    assert counted("merge", str(tmp_path / "a")) == 1


def test_info(saved):
    path = saved("a", *range(20_000), options=["--capacity", "100", "--seed", "7"])
    shown = run("info", path).stdout.decode()
    assert "capacity  100" in shown
    assert "about" in shown
    told = json.loads(run("info", "--json", path).stdout)
    assert (told["items"], told["seed"], told["exact"]) == (20_000, 7, False)
    assert run("info", saved("b", 1, 2)).stdout.startswith(b"distinct  exactly 2\n")


def test_compare(saved):
    a, b = saved("a", 1, 2, 3), saved("b", 3, 4)
    told = json.loads(run("compare", "--json", a, b).stdout)
    counts = {name: part["estimate"] for name, part in told.items()}
    assert counts == {
        "a": 3,
        "b": 2,
        "a or b": 4,
        "a and b": 1,
        "only a": 2,
        "only b": 1,
        "jaccard": 0.25,
    }
    assert b"jaccard  0.250 (0.250 ... 0.250)\n" in run("compare", a, b).stdout


@pytest.mark.parametrize("command", ["merge", "info", "compare"])
@pytest.mark.parametrize("content", [b"", b"CVM", b"a\nb\n", None, "truncated", "a directory"])
def test_what_is_no_sketch(saved, tmp_path, command, content):
    bad = tmp_path / "bad"
    if content == "truncated":
        bad.write_bytes(Path(saved("whole", 1, 2)).read_bytes()[:-1])
    elif content == "a directory":
        bad.mkdir()
    elif content is not None:
        bad.write_bytes(content)
    names = [str(bad)] if command != "compare" else [saved("good", 1), str(bad)]
    done = run(command, *names)
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.startswith(f"cvmcount: {bad}: ".encode())
    assert done.stderr.count(b"\n") == 1


def test_what_is_not_merged_is_no_number(saved, tmp_path):
    other_seed = saved("b", 3, options=["--seed", "1"])
    names = [saved("a", 1, 2), other_seed, str(tmp_path / "none"), saved("c", 2, 3)]
    done = run("merge", "--save", str(tmp_path / "all"), *names)
    assert (done.returncode, done.stdout) == (1, b"")
    assert not (tmp_path / "all").exists()
    assert b"seed" in done.stderr
    assert done.stderr.count(b"\n") == 2


def test_sketches_that_cannot_be_compared(saved):
    done = run("compare", saved("a", 1), saved("b", 1, options=["--coins", "fresh"]))
    assert done.returncode == 1
    assert b"fresh" in done.stderr


def test_never_half_a_file(tmp_path):
    target = tmp_path / "target"
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path, tmp_path / "pipe", "/dev/null"):
        done = run("--save", str(name), input=b"a\n")
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 1
    done = run("--save", str(tmp_path / "none" / "file"), input=b"a\n")
    assert (done.returncode, done.stdout) == (1, b"1\n")
    assert done.stderr.count(b"\n") == 1
    (tmp_path / "pipe").unlink()
    link = tmp_path / "link"
    link.symlink_to(target)
    target.touch(0o600)
    counted("--save", str(link), input=b"a\n")
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert CVMSketch.from_bytes(target.read_bytes()).estimate() == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_what_is_no_sketch_is_not_replaced(tmp_path):
    log = tmp_path / "access.log"
    log.write_bytes(b"a\nb\n")
    for arguments in ([], [str(log)]):
        done = run(*arguments, "--save", str(log), input=b"")
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"--save" in done.stderr
    assert log.read_bytes() == b"a\nb\n"
    done = run("merge", "--save", str(log), "-", input=CVMSketch().to_bytes())
    assert done.returncode == 1
    assert log.read_bytes() == b"a\nb\n"


def test_an_option_among_the_names_of_files(tmp_path):
    (tmp_path / "a.log").write_bytes(b"a\nb\n")
    (tmp_path / "--save=a.log").touch()
    done = run("--save=a.log", "a.log", cwd=tmp_path)  # as a pattern of the shell gives them
    assert done.returncode == 2
    assert (tmp_path / "a.log").read_bytes() == b"a\nb\n"


def test_an_input_that_is_a_sketch_is_not_replaced(tmp_path):
    path = tmp_path / "day.cvm"
    counted("--save", str(path), input=b"a\n")
    before = path.read_bytes()
    assert run("--save", str(path), str(path)).returncode == 2
    assert path.read_bytes() == before
    counted("--save", str(path), input=b"a\nb\n")  # a sketch by itself is
    assert counted("merge", str(path)) == 2


def test_a_link_that_leads_to_itself(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    done = run("--save", str(loop), input=b"a\n")
    assert (done.returncode, done.stdout) == (1, b"1\n")
    assert loop.is_symlink()


def test_two_saves_at_once(tmp_path):
    path = tmp_path / ("x" * 250)  # a name that leaves no room for an ending
    processes = [
        subprocess.Popen([*COMMAND, "--save", str(path)], stdin=subprocess.PIPE) for _ in range(4)
    ]
    for process in processes:
        process.communicate(b"a\n")
        assert process.returncode == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@without_sanitizers
@pytest.mark.parametrize("head", [b"CVMS", CVMSketch().to_bytes()[:48] + b"\1" + b"\xff" * 7])
def test_what_only_begins_as_a_sketch_is_not_read(head, tmp_path):
    path = tmp_path / "sparse"
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(3 << 30)
    limited = ["sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh", *COMMAND, "info", str(path)]
    done = subprocess.run(limited, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.count(b"\n") == 1


def test_usage():
    for arguments, number in (
        (["merge"], b"1 or more, not 0"),
        (["info"], b"1, not 0"),
        (["info", "a", "b"], b"1, not 2"),
        (["compare", "a"], b"2, not 1"),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert number in done.stderr
        assert done.stderr.count(b"\n") == 1
    assert run("merge", "--confidence", "2", "a").returncode == 2
    assert run("compare", "--help").returncode == 0
