"""A red run means that values are counted as one that are not, or one value as several."""

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from cvmcount import count_approx
from cvmcount._identity import identity
from strategies import byte_strings, integers, reals, streams, texts, values

seeds = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1))


@given(values, seeds, st.booleans())
@settings(max_examples=1000)
def test_identity_agrees_with_the_oracle(value, seed, dropna):
    assert identity(value, seed, dropna=dropna) == oracle.identity(value, seed, dropna=dropna)


@given(st.one_of(integers, reals.filter(math.isfinite)), st.one_of(integers, reals))
@settings(max_examples=1000)
def test_numbers_are_one_element_exactly_if_they_are_equal(a, b):
    assert (identity(a) == identity(b)) == (a == b)


@given(st.one_of(texts, byte_strings), st.one_of(texts, byte_strings))
def test_text_and_bytes_are_one_element_exactly_if_they_are_equal(a, b):
    assert (identity(a) == identity(b)) == (type(a) is type(b) and a == b)


@given(streams)
def test_counts_of_plain_values_are_those_of_a_set(stream):
    distinct = {item for item in stream if item is not None and item == item}
    assert count_approx(stream) == len(distinct)
    has_missing = any(item is None or item != item for item in stream)
    assert count_approx(stream, dropna=False) == len(distinct) + has_missing


@pytest.mark.parametrize("width", [1, 2, 4])
def test_text_and_bytes_of_every_length(width):
    """All branches of the hash, for every internal form of a str."""
    letters = {1: "aé", 2: "a€", 4: "a𝄞"}[width]
    for length in [*range(0, 300), 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 5000]:
        text = (letters * length)[:length]
        assert identity(text) == oracle.identity(text)
        data = bytes(i % 251 for i in range(length))
        assert identity(data, 5) == oracle.identity(data, 5)


def test_reading_text_leaves_no_copy_in_the_string():
    text = "é" * 1000
    before = sys.getsizeof(text)
    identity(text)
    assert sys.getsizeof(text) == before


def test_every_process_gives_the_same_identities():
    """Python's own hash of text changes with PYTHONHASHSEED."""
    items = ["a", b"a", 1, 2**70, 0.5, None, "é" * 50]
    code = (
        "from cvmcount._identity import identity;"
        f"print([identity(item, dropna=False) for item in {items!r}])"
    )
    for salt in ("0", "1", "random"):
        out = subprocess.run(
            [sys.executable, "-P", "-c", code],
            env={**__import__("os").environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert out.strip() == str([identity(item, dropna=False) for item in items])
