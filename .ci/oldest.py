"""Run the Python tests with the oldest libraries and build tools that pyproject.toml allows.

    python3 dev.py oldest [PYTEST ARGUMENT]...

Whoever runs `dev.py test` in a fresh clone has the newest ones.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build" / "oldest"


def oldest(requirement: str) -> str:
    """The requirement for the last bug-fix release of the lowest version that it allows."""

    def pin(found: re.Match[str]) -> str:
        return f"=={found[1]}.*" if "." in found[1] else f"=={found[1]}.0.*"

    return re.sub(r">=([\d.]+)", pin, requirement)


def run(*command: str | Path) -> None:
    print("$", *command, flush=True)
    path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"  # for ninja
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path})
    if done.returncode != 0:
        sys.exit(done.returncode)


def main(arguments: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    wanted = dict.fromkeys(oldest(each) for extra in ("build", "test") for each in extras[extra])
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    pip_install = (ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet")
    run(*pip_install, *wanted)
    run(*pip_install, "--no-build-isolation", "--no-deps", ".")
    run(ENVIRONMENT / "bin" / "python", "-P", "-m", "pytest", "-n", "auto", *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
