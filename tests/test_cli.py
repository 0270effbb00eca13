"""A red run means that the program `cvmcount` does not count, say or return what it promises."""

import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from cvmcount import CVMSketch, __version__, count_approx
from program import counted, counted_as_json, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="tested with tools of Unix")


@pytest.fixture
def file(tmp_path):
    """Write a file, and return its path as text."""

    def write(data, name="file"):
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return write


def numbers(n, of=10**9, seed=1):
    source = random.Random(seed)
    return [str(source.randrange(of)) for _ in range(n)]


def joined(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def test_one_integer(file):
    assert run(file(b"a\nb\na\n")).stdout == b"2\n"


@pytest.mark.parametrize("names", [[], ["-"]])
def test_standard_input(names):
    assert counted(*names, input=b"a\nb\na\n") == 2


def test_several_files_are_one_stream(file):
    # The first has no line end at its end, but its last line is not that of the next file.
    paths = [file(b"a\nb", "1"), file(b"b\nc\n", "2"), file(b"", "3"), "-"]
    assert counted(*paths, input=b"c\nd") == 4


@pytest.mark.parametrize(
    ("data", "options", "distinct"),
    [
        (b"", [], 0),
        (b"\n", [], 1),
        (b"\n\n\na\n", [], 2),
        (b"\n\n\na\n", ["--skip-empty"], 1),
        (b"a\r\na\n\r\n\na", [], 2),
        (b"a\r\na\n\r\n\na", ["--keep-cr"], 4),
        (b"a\r\n\r\n", ["--skip-empty"], 1),
        (b"a\nA\nb\n", ["-i"], 2),
        ("é\nÉ\n".encode(), ["--ignore-case"], 2),
        (b"a\0b\nc\0a\0", ["-z"], 2),
        (b"a\r\0a\0", ["--zero-terminated"], 2),
        (b"\xff\n\xff\n\xc3\n", [], 2),
        (b"x\ta\ny\ta\nz\n", ["-f2"], 1),
        (b"x\ta\ny\ta\nz\n", ["-f", "1"], 3),
        (b"x,a,1\ny,,2\n\n", ["-f2", "-t,"], 2),
        (b"x,a,1\ny,,2\n\n", ["-f2", "-t,", "--skip-empty"], 1),
        (b"k,name\n1,a\n2,a\n3,b\n", ["-f", "name", "-t", ","], 2),
        (b"\xef\xbb\xbfk,name\r\n1,a\r\n2,a\r\n", ["-f", "k", "-t", ","], 2),
        (b"k,name\r\n1,a\r\n2,b\r\n", ["-H", "-f", "name", "-t", ","], 2),
        (b"k\n1\n2\n", ["-H"], 2),
        (b"k\tv\n1\t1\n2\t1\n", ["-H", "-f2"], 1),
        (b"k\tv\n1\t1\n2\t1\n", ["-f", "v", "-t", "\\t"], 1),
        (b"only,header", ["-f", "header", "-t,"], 0),
    ],
)
def test_what_a_line_is(file, data, options, distinct):
    assert counted(*options, file(data)) == distinct
    assert counted(*options, input=data) == distinct
    done = run("--exact", *options, input=data)
    assert done.stdout == b"%d\t%d\n" % (distinct, distinct)


def test_a_header_has_bytes_and_is_no_line(file):
    for data, items in ((b"", 0), (b"h", 0), (b"h\n", 0), (b"h\nx\ny", 2)):
        result = counted_as_json("-H", file(data))
        assert (result["items"], result["bytes"]) == (items, len(data))


def test_each_file_has_its_header(file):
    paths = [file(b"a,b\n1,2\n", "1"), file(b"b,a\n2,1\n3,1\n", "2")]
    assert counted("-f", "b", "-t,", *paths) == 2


def test_a_field_that_one_file_does_not_have(file):
    good, bad = file(b"a,b\n1,2\n", "good"), file(b"a,c\n9,9\n", "bad")
    done = run("-f", "b", "-t,", bad, good)
    assert (done.returncode, done.stdout) == (1, b"1\n")
    assert done.stderr.decode() == f"cvmcount: {bad}: no field 'b' among: a, c\n"


def test_a_header_without_end(file):
    done = run("-f", "b", file(b"x" * 3_000_000))
    assert (done.returncode, done.stdout) == (1, b"0\n")
    assert b"header is longer" in done.stderr


def test_the_same_state_as_of_python_values(file):
    lines = numbers(200_000)
    result = counted_as_json(file(joined(lines)))
    sketch = CVMSketch()
    sketch.update(lines)
    assert result["estimate"] == count_approx(lines)
    assert (result["low"], result["high"]) == sketch.interval()
    assert result["items"] == sketch.items_seen == 200_000


def test_json(file):
    data = joined(numbers(50_000))
    result = counted_as_json("-e.1", "-d.01", "--seed", "0x10", "--confidence", ".9", file(data))
    sketch = CVMSketch(0.1, 0.01, seed=16)
    sketch.update(data.decode().split())
    estimate = count_approx(data.decode().split(), 0.1, 0.01, seed=16)
    seconds = result.pop("seconds")
    assert 0 < seconds < 60
    low, high = sketch.interval(0.9)
    assert result == {
        "estimate": estimate,
        "low": low,
        "high": high,
        "confidence": 0.9,
        "exact": False,
        "items": 50_000,
        "bytes": len(data),
        "complete": True,
        "seed": 16,
        "capacity": sketch.capacity,
        "coins": "hashed",
        "version": __version__,
    }


def test_json_of_what_is_exact():
    result = counted_as_json("--coins=fresh", "--capacity", "3", "--exact", input=b"a\nb\n")
    assert (result["exact"], result["low"], result["estimate"], result["high"]) == (True, 2, 2, 2)
    assert (result["capacity"], result["coins"], result["exact_count"]) == (3, "fresh", 2)


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_workers_do_not_matter(file, coins):
    path = file(joined(numbers(300_000)) + b"\xff\n" + b"long" * 500_000)
    results = []
    for workers in "1", "2", "5":
        results.append(counted_as_json("--workers", workers, "--coins", coins, path))
        del results[-1]["seconds"]
    assert results[0] == results[1] == results[2]
    piped = subprocess.run(["cat", path], capture_output=True).stdout
    result = counted_as_json("--workers", "2", "--coins", coins, input=piped)
    del result["seconds"]
    assert result == results[0]


def test_exact_beside_the_estimate(file):
    lines = numbers(50_000, of=40_000)
    done = run("--exact", "-v", file(joined(lines)))
    estimate, exact = map(int, done.stdout.split(b"\t"))
    assert exact == len(set(lines))
    assert estimate == count_approx(lines) != exact
    assert f"exactly {exact:,}, off by ".encode() in done.stderr


def test_per_file(file):
    first, second = numbers(30_000), numbers(30_000, seed=2)
    paths = [file(joined(first), "1"), file(joined(second), "a\nb"), "-"]
    done = run("--per-file", *paths, "/missing", input=b"x\n")
    assert done.returncode == 1
    assert done.stderr == b"cvmcount: /missing: No such file or directory\n"
    assert done.stdout.decode().split("\n") == [
        f"{count_approx(first)}\t{paths[0]}",
        f"{count_approx(second)}\t" + paths[1].replace("\n", "\\n"),
        "1\t-",
        # The same as without --per-file: not a sum of estimates, nor a merge.
        f"{count_approx([*first, *second, 'x'])}\ttotal",
        "",
    ]


@pytest.mark.parametrize("coins", ["hashed", "fresh"])
def test_per_file_as_json(file, coins):
    data = [joined(numbers(10_000, seed=seed)) for seed in range(3)]
    paths = [file(part, str(i)) for i, part in enumerate(data)]
    together = counted_as_json("--coins", coins, *paths)
    result = counted_as_json("--coins", coins, "--per-file", "--exact", *paths)
    del together["seconds"], result["seconds"]
    each = result.pop("files")
    assert result.pop("exact_count") == len(set(b"".join(data).split()))
    assert result == together
    assert [one["name"] for one in each] == paths
    assert [one["bytes"] for one in each] == [len(part) for part in data]
    for one, part in zip(each, data, strict=True):
        assert one["exact_count"] == len(set(part.split()))
        assert one["estimate"] == count_approx(part.decode().split(), coins=coins)


def test_for_people(file):
    done = run("-v", input=joined(numbers(100_000)))
    assert done.stdout.strip().isdigit()
    assert done.stderr.startswith(b"cvmcount: about ")
    assert b"(95%: " in done.stderr
    assert b" of 100,000 lines" in done.stderr
    assert b"exactly 1 distinct of 2 lines, 4 bytes" in run("-v", input=b"a\na\n").stderr
    done = run("-v", "--per-file", file(b"a\n"))
    assert done.stderr.count(b"\n") == 2


def test_a_secret_seed(tmp_path):
    path = tmp_path / "numbers"
    path.write_bytes(b"".join(b"%d\n" % i for i in range(20_000)))
    both = [counted_as_json("--seed=random", "--per-file", str(path)) for _ in range(2)]
    assert both[0]["seed"] != both[1]["seed"]
    for told in both:
        assert told["estimate"] == told["files"][0]["estimate"]
        assert told["estimate"] == counted(f"--seed={told['seed']}", str(path))


def test_help_and_version():
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode()
    assert shown.count("\n  cvmcount ") == 4
    assert len(shown.splitlines()) < 60
    assert max(map(len, shown.splitlines())) <= 96
    assert run("--version").stdout.decode() == f"cvmcount {__version__}\n"


def test_the_manual_page_has_all_that_help_has():
    page = (Path(__file__).parents[1] / "docs" / "cvmcount.1").read_text(encoding="utf-8")
    page = re.sub(r"\\f.|\\,|\\/", "", page).replace("\\-", "-")
    shown = " ".join(run("--help").stdout.decode().split())
    for option in re.findall(r"(?<= )--?[a-z][a-z-]*", shown):
        assert option in page, f"run `python3 dev.py man`: {option} is missing"
    for paragraph in page.partition(".SH COMMENTS")[0].split(".TP\n")[1:]:
        words = paragraph.partition("\n")[2].partition(".SH")[0].split()
        assert " ".join(words) in shown, "run `python3 dev.py man`: --help says it otherwise"
    assert f"cvmcount {__version__}" in page


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-e", "0"], "epsilon"),
        (["-e", "many"], "epsilon"),
        (["-e", "1e-9"], "epsilon"),
        (["-d", "1"], "delta"),
        (["--capacity", "2"], "capacity"),
        (["--capacity", "1.5"], "capacity"),
        (["--coins", "gold"], "coins"),
        (["--seed", "-1"], "seed"),
        (["--confidence", "1"], "confidence"),
        (["--workers", "0"], "workers"),
        (["--workers", "257"], "workers"),
        (["-f", "0"], "field"),
        (["-t", ","], "-f"),
        (["-f1", "-t", "a\n"], "delimiter"),
        (["--csv", "-f1", "-t", "ab"], "-t"),
        (["--csv", "-f1", "-t", "é"], "-t"),
        (["--csv", "-f1", "-t", '"'], "-t"),
        (["--jsonl"], "-f"),
        (["--whitespace", "-t,", "-f1"], "--whitespace"),
        (["--jsonl", "-H", "-f1"], "--jsonl"),
        (["--skip-lines", "-1"], "skip-lines"),
        (["--comment", "//"], "comment"),
        (["--encoding", "klingon"], "encoding"),
        (["--encoding", "zip"], "encoding"),
        (["--memory", "0M"], "memory"),
        (["--memory", "1000"], "memory"),
        (["-f", ",".join(map(str, range(1, 66)))], "64"),
        (["-v", "info", "sketch"], "command"),
        (["--seed=random", "--save=day.cvm"], "--seed"),
        (["-f1", "-t", ""], "delimiter"),
        (["--unknown"], "--unknown"),
        (["--two\nlines"], "--two\\nlines"),
        (["--epsil", "0.1"], "--epsil"),
        (["--csv", "-f1", "-z"], "--csv"),
        (["--csv", "-f1", "--keep-cr"], "--csv"),
        (["--save", ""], "--save"),
        (["--save", "-"], "--save"),
    ],
)
def test_wrong_usage(arguments, word):
    done = run(*arguments, "/missing")
    assert (done.returncode, done.stdout) == (2, b"")
    message = done.stderr.decode()
    assert message.startswith("cvmcount: ")
    assert message.count("\n") == 1
    assert word in message


def test_options_behind_files(file):
    assert counted(file(b"a\tb\n"), "-f", "2", file(b"a\tc\n", "2")) == 2


def test_what_somebody_may_have_meant():
    for arguments, text, advice in (
        (
            ["-f", "1"],
            b"a b\na c\n",
            b"no tab separates fields, so field 1 is the whole line: see -t",
        ),
        (["-f", "2"], b"a b\na c\n", b"no line has a field 2 (a tab separates them)"),
        (["-d", " "], b"a b\n", b"what separates fields is -t, or --whitespace"),
        (["-f", "a,b"], b"a\tb\n1\t2\n", b"(several are -f a -f b)"),
        (["--csv", "-f", "b"], b"a;b\n1;2\n", b"(if ';' separates fields, -t says so)"),
    ):
        assert advice in run(*arguments, input=text).stderr
    for arguments in (["-f", "a"], ["-H", "-f", "1"], ["-f", "1", "--whitespace"]):
        assert run(*arguments, input=b"a\nb\nc\n").stderr == b""


@pytest.mark.parametrize("command", ["count", "help", "union"])
def test_what_is_no_command(command, tmp_path):
    done = run(command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"there is no command '%s', and no such file" % command.encode() in done.stderr
    (tmp_path / command).write_bytes(b"a\nb\n")
    assert counted(command, cwd=tmp_path) == 2


def test_a_number_of_what_could_be_read_says_so(tmp_path):
    done = run("--json", str(tmp_path / "none"))
    assert json.loads(done.stdout)["complete"] is False
    assert done.returncode == 1


def test_files_behind_two_dashes(tmp_path):
    (tmp_path / "-f2").write_bytes(b"a\tb\nc\tb\n")
    (tmp_path / "merge").write_bytes(b"d\te\n")
    assert counted("--", "-f2", cwd=tmp_path) == 2
    assert counted("-f1", "--", "-f2", "merge", cwd=tmp_path) == 3
    assert counted("--", "merge", cwd=tmp_path) == 1


def test_only_what_is_needed_is_imported(file):
    """Start-up is half of the time of a short call."""
    code = "import sys\nfrom cvmcount.cli import count\nassert count.main(sys.argv[1:]) == 0\n"
    code += "print(*sys.modules)"
    command = [os.sys.executable, "-P", "-c", code, file(b"a\n")]
    loaded = set(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())
    unwanted = {"bz2", "lzma", "gzip", "json", "tqdm", "numpy", "importlib.metadata", "threading"}
    assert not loaded & (unwanted | {"subprocess", "typing", "inspect", "dataclasses", "pathlib"})


def test_json_is_one_line(file):
    done = run("--json", "--per-file", os.fsencode(file(b"a\n")) + b"", file(b"b\n", "2"))
    assert done.stdout.count(b"\n") == 1
    assert json.loads(done.stdout)["estimate"] == 2
