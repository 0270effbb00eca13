"""Whether a sketch that reads a container agrees with the slow twins."""

from cvmcount import CVMSketch
from oracle import ReferenceSketch


def fed(items, workers=1, **arguments):
    """A sketch that has counted these items."""
    sketch = CVMSketch(**arguments)
    sketch.update(items, workers=workers)
    return sketch


def agrees_with_the_reference(items, scalars, *, capacity, dropna, workers=1):
    """`items` count as the reference sketch of oracle.py counts `scalars`."""
    sketch = fed(items, workers, capacity=capacity, seed=3, dropna=dropna)
    reference = ReferenceSketch(capacity, 3, dropna=dropna)
    for item in scalars:
        reference.add(item)
    assert sketch.estimate() == reference.estimate
    assert sketch.items_seen == reference.items_seen
    assert sketch.num_retained == len(reference.retained)
    assert sketch.sampling_rate == reference.sampling_rate
    assert sketch.is_exact == reference.is_exact
