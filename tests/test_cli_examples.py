"""A red run means that an example in docs/command_line.md does not do what it shows."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from program import COMMAND

PAGE = Path(__file__).parents[1] / "docs" / "command_line.md"


def examples(page):
    """Yield each command and what it prints, "…" standing for anything."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            yield example.split("\n", 1)


@pytest.mark.skipif(os.name == "nt" or not shutil.which("seq"), reason="needs seq")
def test_examples(tmp_path):
    program = tmp_path / "bin" / "cvmcount"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    count = 0
    for command, shown in examples(PAGE.read_text(encoding="utf-8")):
        done = subprocess.run(
            ["sh", "-c", f"{command} 2>messages; cat messages 1>&2"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        pattern = ".*".join(map(re.escape, shown.split("…")))
        assert re.fullmatch(pattern, done.stderr + done.stdout), command
        count += 1
    assert count > 12
