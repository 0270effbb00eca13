"""A red run means that values are counted as one that are not, or one value as several."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
import strategies
from cvmcount import CVMSketch, count_approx
from cvmcount._identity.objects import identity

seeds = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1))


@given(strategies.values, seeds, st.booleans())
@settings(max_examples=3000)
def test_identity_agrees_with_the_oracle(value, seed, dropna):
    assert identity(value, seed, dropna=dropna) == oracle.identity(value, seed, dropna=dropna)


real_numbers = strategies.numbers.filter(strategies.is_number)


@given(real_numbers, real_numbers)
@settings(max_examples=1000)
def test_numbers_are_one_element_exactly_if_they_are_equal(a, b):
    assert (identity(a) == identity(b)) == (a == b)


@given(strategies.texts | strategies.byte_strings, strategies.texts | strategies.byte_strings)
def test_text_and_bytes_are_one_element_exactly_if_they_are_equal(a, b):
    assert (identity(a) == identity(b)) == (type(a) is type(b) and a == b)


times = st.one_of(
    strategies.instants, strategies.days, strategies.times_of_day, strategies.durations
)


@given(times, times)
@settings(max_examples=500)
def test_times_are_one_element_exactly_if_they_are_equal(a, b):
    assert (identity(a) == identity(b)) == (a == b)


@given(strategies.streams)
def test_counts_of_plain_values_are_those_of_a_set(stream):
    distinct = {item for item in stream if item is not None and item == item}
    assert count_approx(stream) == len(distinct)
    has_missing = any(item is None or item != item for item in stream)
    assert count_approx(stream, dropna=False) == len(distinct) + has_missing


@given(st.lists(strategies.values, max_size=30), st.booleans())
@settings(max_examples=300)
def test_every_way_in_agrees_with_the_oracle(stream, dropna):
    distinct = {oracle.identity(item, dropna=False) for item in stream}
    if dropna:
        distinct -= {oracle.identity(None, dropna=False)}
    sketch = CVMSketch(dropna=dropna)
    sketch.update(stream)
    one_by_one = CVMSketch(dropna=dropna)
    for item in stream:
        one_by_one.add(item)
    assert sketch == one_by_one
    assert sketch.estimate() == count_approx(iter(stream), dropna=dropna) == len(distinct)


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


PROGRAM = """
import sys
sys.path[:0] = {paths!r}
import golden
from cvmcount._identity.objects import identity
print([identity(golden.evaluate(row.expression), row.seed, dropna=False) for row in golden.ROWS])
"""


@pytest.mark.parametrize("salt", ["0", "1", "random"])
def test_every_process_gives_the_same_identities(salt):
    """Python's own hash of text changes with PYTHONHASHSEED."""
    import golden

    program = PROGRAM.format(paths=[os.path.dirname(golden.__file__)])
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONHASHSEED": salt},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([row.identity for row in golden.ROWS])


def test_a_program_without_numpy_does_not_come_to_import_it():
    program = (
        "import sys, cvmcount;"
        "cvmcount.count_approx([1, 'a', (1, 2), frozenset(), 1j, 2**70, range(3)]);"
        "heavy = {'numpy', 'pandas', 'decimal', 'fractions', 'uuid'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)


@pytest.mark.parametrize(
    "absurd",
    [
        "1E+999999999",
        "1E-999999999",
        "-7E+999999999999",
        "1" + "0" * 5000,
        "7" * 200_000,
        "1E-5000",
    ],
)
def test_absurd_decimals_cost_neither_memory_nor_time(absurd):
    value = Decimal(absurd)
    sign, digits, exponent = value.as_tuple()
    assert identity(Decimal((sign, (*digits, 0, 0), exponent - 2))) == identity(value)
    assert identity(Decimal((1 - sign, digits, exponent))) != identity(value)


def test_long_decimals_agree_with_integers():
    for digits in (700, 767, 768, 1000, 3000):
        assert identity(Decimal("7" * digits)) == identity(int("7" * digits))
        assert identity(Decimal(f"7e{digits}")) == identity(7 * 10**digits)
        assert identity(Decimal("7" * digits + "0.000")) == identity(int("7" * digits) * 10)


def test_subclasses_that_misreport_themselves():
    """None of this may read memory that is not there, or tell equal values apart."""
    import datetime as dt
    import enum
    import uuid

    class Odd(uuid.UUID):
        bytes = property(lambda self: 3.5)

    assert identity(Odd(int=5)) == identity(uuid.UUID(int=5))

    class Clock(dt.datetime):
        def utcoffset(self):
            return [object()]

    with pytest.raises(TypeError, match="timedelta"):
        identity(Clock(2024, 1, 1, tzinfo=dt.UTC))

    class Nameless(enum.Enum):
        A = 1
        B = 2

        @property
        def name(self):
            return "same"

    assert count_approx(Nameless) == 2


def test_nesting_is_bounded():
    item = frozenset()
    for _ in range(90):
        item = (item,)
    assert count_approx([item, (item,)]) == 2
    for _ in range(100_000):
        item = (item,)
    with pytest.raises(ValueError, match="nested"):
        count_approx([item])


def test_differences_from_a_set():
    """Where the rule is not that of Python's ==, on purpose."""
    import numpy as np

    nan = float("nan")
    assert len({None, nan, float("nan")}) == 3
    assert count_approx([None, nan, float("nan")], dropna=False) == 1
    assert count_approx([(nan,), (float("nan"),), (None,)]) == 1
    assert np.float32(0.1) == 0.1
    assert (
        count_approx([np.float32(0.1), 0.1]) == 2
    )  # by exact value, or == would not be transitive
    assert hash(-1) == hash(-2)
    assert count_approx([-1, -2, 2**61 - 1, 0]) == 4
