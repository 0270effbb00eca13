"""A red run means that a notebook no longer does what its text says, or was committed half run.

The notebooks run in small here, in a copy of `benchmarks/`: what they claim their own cells assert.
Of the rivals only those need be installed whose columns the tour counts.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sanitizers import without_sanitizers

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
NOTEBOOKS = sorted((BENCHMARKS / "notebooks").glob("*.ipynb"))
NEEDED = ("ipykernel", "IPython", "matplotlib", "nbclient", "numpy")
NEEDED += ("duckdb", "pandas", "polars", "pyarrow")  # of the tour
MISSING = [name for name in NEEDED if find_spec(name) is None]

# In a process of its own, because pytest turns the warnings of whatever Jupyter imports to errors.
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def errors_in(path):
    outputs = [output for cell in code_cells(path) for output in cell["outputs"]]
    # Whatever a cell writes to stderr is a warning that nobody wanted to show.
    unwanted = [output for output in outputs if output.get("name") == "stderr"]
    return unwanted + [output for output in outputs if output["output_type"] == "error"]


@each_notebook
def test_cells_are_short(path):
    assert all(len(cell["source"]) <= 15 for cell in code_cells(path))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 5


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@without_sanitizers
@each_notebook
def test_runs(path, tmp_path):
    copy = tmp_path / "benchmarks"
    ignored = shutil.ignore_patterns("results", "rust", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(BENCHMARKS, copy, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)  # where benchmarks/ finds the rivals' names
    notebook = copy / "notebooks" / path.name
    environment = {
        **os.environ,
        "CVMCOUNT_NOTEBOOK_SCALE": "0.001",
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "MPLBACKEND": "agg",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-P", "-c", EXECUTE, notebook.name]
    done = subprocess.run(
        command, cwd=notebook.parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not errors_in(notebook)
    assert all(cell["execution_count"] for cell in code_cells(notebook))


@each_notebook
def test_is_committed_as_it_ran(path):
    cells = code_cells(path)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell["outputs"] for cell in cells)
    assert not errors_in(path)
    assert path.stat().st_size < 300_000


@each_notebook
def test_tells_nothing_about_whose_machine_it_ran_on(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in code_cells(path):
        assert "execution" not in cell["metadata"]  # when it ran
        texts = [
            "".join(text)
            for output in cell["outputs"]
            for text in ([output["text"]] if "text" in output else output["data"].values())
            if isinstance(text, (str, list))
        ]
        texts = [text for text in texts if not text.startswith("iVBOR")]  # a picture
        found = re.search(r"(?<![\w<.])/(home|root|tmp|work|Users|usr|private)/", "\n".join(texts))
        assert not found, found
