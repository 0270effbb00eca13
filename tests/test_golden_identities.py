"""A red run means that saved sketches would be silently wrong: see golden_identities.tsv."""

import pytest

import golden
import oracle
import rapid_hash
from cvmcount import CVMSketch
from cvmcount._identity.objects import identity


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("size", [16, 30, 112, 300])
def test_a_seed_hides_the_words_that_make_products_zero(place, size):
    """Under the published secret some of these words make all that follows them the same."""
    word = rapid_hash.SECRET[place].to_bytes(8, "little")
    for seed, collide in (0, place in (1, 2) or size == 300), (12345, False):
        found = False
        for at in range(0, size - 15):
            items = [bytes(at) + word + bytes([i]) + bytes(size - at - 9) for i in range(50)]
            sketch = CVMSketch(seed=seed)
            sketch.update(items)
            found = found or sketch.count() < 50
        assert found <= collide


@pytest.mark.parametrize("row", golden.ROWS, ids=lambda row: f"{row.seed}-{row.expression}")
def test_golden_identity(row):
    value = golden.evaluate(row.expression)
    assert identity(value, row.seed, dropna=False) == row.identity
    assert oracle.identity(value, row.seed, dropna=False) == row.identity
