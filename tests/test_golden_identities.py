"""A red run means that saved sketches would be silently wrong: see golden_identities.tsv."""

import pytest

import golden
import oracle
from cvmcount._identity.objects import identity


@pytest.mark.parametrize("row", golden.ROWS, ids=lambda row: f"{row.seed}-{row.expression}")
def test_golden_identity(row):
    value = golden.evaluate(row.expression)
    assert identity(value, row.seed, dropna=False) == row.identity
    assert oracle.identity(value, row.seed, dropna=False) == row.identity
