"""A red run means that the program `cvmcount` meets trouble with a traceback, silence or a wrong
exit status, or that it does not go on with what can be read."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from program import COMMAND, counted, on_terminal, run
from sanitizers import without_sanitizers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good"
    path.write_bytes(b"a\nb\n")
    return str(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "No such file or directory"),
        (".", "Is a directory"),
        ("", "No such file or directory"),
        ("good/file", "Not a directory"),
        ("two\nlines", "No such file or directory"),
        ("/proc/self/mem", "Input/output error"),  # opens, and cannot be read
        ("x" * 300, "File name too long"),
    ],
)
def test_what_cannot_be_read(good, name, message):
    if name == "/proc/self/mem" and not os.path.exists(name):
        pytest.skip("needs /proc")
    done = run(name, good, cwd=os.path.dirname(good))
    assert (done.returncode, done.stdout) == (1, b"2\n")
    shown = name.replace("\n", "\\n") or "''"
    assert done.stderr.decode() == f"cvmcount: {shown}: {message}\n"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(good):
    os.chmod(good, 0)
    done = run(good, "-", input=b"x\n")
    assert (done.returncode, done.stdout) == (1, b"1\n")
    assert done.stderr.endswith(b"Permission denied\n")


def test_an_error_in_mid_file_keeps_what_came_before(tmp_path, good):
    broken = tmp_path / "broken.gz"
    broken.write_bytes(b"\x1f\x8b\x08\0" + b"nothing" * 9)
    done = run("--per-file", good, str(broken), "-", input=b"c\n")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [f"2\t{good}", f"0\t{broken}", "1\t-", "3\ttotal"]
    assert done.stderr.startswith(os.fsencode(f"cvmcount: {broken}: damaged gzip data"))


def test_names_that_are_not_text(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9"
    with open(name, "wb") as file:
        file.write(b"a\n")
    assert run("--per-file", name).stdout == b"1\t" + name + b"\n1\ttotal\n"
    done = run("--json", "--per-file", name, name + b"s")
    assert done.returncode == 1
    assert rb"caf\xe9s" in done.stderr or rb"caf\udce9s" in done.stderr
    assert "caf\\xe9" in json.loads(done.stdout)["files"][0]["name"]


def test_binary_data():
    data = bytes(range(256)) * 1000
    assert counted("--keep-cr", input=data) == len(set(data.split(b"\n")))


def test_an_error_right_behind_the_first_bytes(tmp_path):
    code = (
        "import sys\n"
        "from cvmcount.cli import files, count\n"
        "class Broken(files.RawFile):\n"
        "    def readinto(self, buffer):\n"
        "        if self.tell() > 0:\n"
        "            raise OSError(5, 'Input/output error')\n"
        "        return super().readinto(buffer[:6])\n"
        "files.RawFile = Broken\n"
        "sys.exit(count.main(sys.argv[1:]))\n"
    )
    path = tmp_path / "lines"
    path.write_bytes(b"a\nb\nc\nd\n")
    command = [sys.executable, "-P", "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True)
    assert (done.returncode, done.stdout) == (1, b"3\n")
    assert done.stderr.endswith(b"Input/output error\n")


def test_names_of_columns_in_any_locale(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"é": [1, 2], "b": [1, 1]}), tmp_path / "p")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert counted("-f", "é".encode(), str(tmp_path / "p"), env=environment) == 2
    data = "é,b\n1,2\n".encode()
    assert counted("--csv", "-f", "é".encode(), input=data, env=environment) == 1


def peak_kilobytes(arguments, pieces):
    code = (
        "import sys\n"
        "from cvmcount.cli import count\n"
        "count.main(sys.argv[1:])\n"
        "lines = open('/proc/self/status').read().splitlines()\n"
        "print(next(line.split()[1] for line in lines if line.startswith('VmHWM')))\n"
    )
    command = [sys.executable, "-P", "-c", code, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:

        def feed():
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        *result, peak = process.stdout.read().split()
        feeder.join()
        assert process.stderr.read() == b""
    return result, int(peak)


@without_sanitizers
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize("arguments", [[], ["-i", "--workers=2"], ["-f1"], ["-f2", "-tx"]])
def test_memory_does_not_grow_with_lines(arguments):
    line = [b"x" * 1_000_000] * 200
    count, peak = peak_kilobytes(arguments, [*line, b"y\n", *line, b"\n", *line, b"y\n"])
    assert count == ([b"1"] if "-tx" in arguments else [b"2"])
    assert peak < 40_000


@without_sanitizers
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_memory_does_not_grow_with_files(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"".join(b"%d\n" % i for i in range(5000)))
    result, peak = peak_kilobytes(["--per-file", *[str(path)] * 300], [])
    assert len(result) == 602
    assert peak < 40_000


@without_sanitizers
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs ulimit")
@pytest.mark.parametrize("option", ["--exact", "--capacity=2000000000"])
def test_too_little_memory(option):
    limited = ["sh", "-c", 'ulimit -v 300000; exec "$@"', "sh", *COMMAND, option]
    lines = b"".join(b"%d\n" % i for i in range(10_000_000))
    done = subprocess.run(limited, input=lines, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert int(done.stdout.split()[0]) > 0  # what came before
    assert done.stderr == b"cvmcount: standard input: there is not enough memory to read it\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [[], ["--json"], ["--per-file"], ["--help"], ["--version"]])
def test_a_full_disk(arguments):
    with open("/dev/full", "wb") as full:
        done = run(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == b"cvmcount: standard output: No space left on device\n"


def run_in_shell(redirection):
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND]
    return subprocess.run(command, capture_output=True, timeout=60)


def test_closed_files():
    done = run_in_shell(">&-")
    assert done.returncode == 1
    assert done.stderr.startswith(b"cvmcount: standard output: ")
    done = run_in_shell("<&-")
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert done.stderr == b"cvmcount: standard input: Bad file descriptor\n"
    done = run_in_shell("/missing 2>&-")
    assert (done.returncode, done.stdout) == (1, b"0\n")  # and no message in it
    done = run_in_shell("--progress 2>&-")
    assert (done.returncode, done.stdout) == (0, b"0\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["--progress", "-v", "/missing"])
def test_messages_that_cannot_be_written(good, arguments):
    done = run_in_shell(f"{arguments} '{good}' 2>/dev/full")
    assert (done.returncode, done.stdout) == (1 if "missing" in arguments else 0, b"2\n")


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--help"]])
def test_nobody_reads_the_result(arguments):
    ours, theirs = os.pipe()
    os.close(ours)
    done = run(*arguments, capture_output=False, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


def test_the_sketch_is_saved_though_nobody_reads_the_result(tmp_path):
    for name, arguments in ("a", []), ("b", ["merge", str(tmp_path / "a")]):
        ours, theirs = os.pipe()
        os.close(ours)
        done = run(*arguments, "--save", str(tmp_path / name), capture_output=False, stdout=theirs)
        os.close(theirs)
        assert done.returncode == -signal.SIGPIPE
        assert b"exactly" in run("info", str(tmp_path / name)).stdout


@pytest.mark.parametrize("busy", [False, True])
def test_ctrl_c(busy):
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        for _ in range(2000 if busy else 0):
            process.stdin.write(b"line\n" * 10_000)
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(1.0) == -signal.SIGINT
        assert process.stdout.read() == process.stderr.read() == b""


def test_ctrl_c_is_ignored_where_the_caller_ignores_it():
    """As of a program that a shell runs in the background."""
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *COMMAND]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.communicate(b"a\n", timeout=60)[0] == b"1\n"


def test_input_that_does_not_wait():
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    done = run(stdin=ours)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 1
    assert done.stderr == b"cvmcount: standard input: no data yet, and reading does not wait\n"


SLOW = [b"line\n"] * 16  # with pauses of 0.1 seconds


def test_a_bar_for_work_that_lasts():
    shown = on_terminal(pieces=SLOW, pause=0.1)
    assert b"B/s" in shown
    assert b"80.0B" in shown or b"75.0B" in shown
    assert on_terminal("--no-progress", pieces=SLOW, pause=0.1) == b""


def test_no_bar_for_what_is_over_soon_or_where_nobody_looks(good):
    assert on_terminal(good) == b""
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        for _ in range(15):
            process.stdin.write(b"line\n")
            process.stdin.flush()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.communicate() == (b"1\n", b"")


def test_a_bar_that_is_asked_for(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a\n" * 50_000)
    done = run("--progress", str(path))
    assert (done.returncode, done.stdout) == (0, b"1\n")
    assert b"100%" in done.stderr
    assert b"100k/100k" in done.stderr


def test_a_bar_without_tqdm(tmp_path, good):
    (tmp_path / "tqdm.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run("--progress", good, env=environment)
    assert (done.returncode, done.stdout) == (0, b"2\n")
    assert b"pip install tqdm" in done.stderr
