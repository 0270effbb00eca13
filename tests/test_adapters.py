"""A red run means that an engine which is not there is in the way, or missed without a word.

What the adapters count is tested on the engines themselves, in tests/engines.
"""

import subprocess
import sys

import pytest


def output_of(code):
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_package_imports_no_engine():
    code = "import sys, cvmcount; print({'pyspark', 'dask', 'ray', 'pyarrow'} & set(sys.modules))"
    assert output_of(code) == "set()"


@pytest.mark.parametrize(
    ("adapter", "missing"),
    [("spark", "pyspark"), ("spark", "pyarrow"), ("dask", "dask"), ("ray", "ray")],
)
def test_a_missing_engine_says_what_to_install(adapter, missing):
    code = f"""
import sys
sys.modules[{missing!r}] = None
try:
    import cvmcount.{adapter}
except ImportError as error:
    print(error)
"""
    wanted = {"spark": "'pyspark[sql]'", "dask": "'dask[dataframe]'", "ray": "'ray[data]'"}
    assert f"pip install {wanted[adapter]}" in output_of(code)
