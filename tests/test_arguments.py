"""A red run means that a mistake passes silently, or that its message does not help."""

import math
import weakref
from decimal import Decimal

import pytest

from cvmcount import CVMGroups, CVMSketch, count_approx


class Recorder:
    """Notes whether anybody has asked for its items."""

    asked = False

    def __iter__(self):
        self.asked = True
        return iter(())


WRONG = [
    ({"epsilon": 0}, ValueError, "epsilon"),
    ({"epsilon": 1}, ValueError, "epsilon"),
    ({"epsilon": -0.1}, ValueError, "epsilon"),
    ({"epsilon": math.nan}, ValueError, "epsilon"),
    ({"epsilon": math.inf}, ValueError, "epsilon"),
    ({"epsilon": "0.1"}, TypeError, "epsilon"),
    ({"epsilon": None}, TypeError, "epsilon"),
    ({"epsilon": 1j}, TypeError, "epsilon"),
    ({"epsilon": 1e-9}, ValueError, "epsilon"),
    ({"epsilon": 10**400}, ValueError, "epsilon"),
    ({"epsilon": Decimal("sNaN")}, TypeError, "epsilon"),
    ({"epsilon": bytearray(b"0.1")}, TypeError, "epsilon"),
    ({"delta": 0.0}, ValueError, "delta"),
    ({"delta": 1.0}, ValueError, "delta"),
    ({"delta": math.nan}, ValueError, "delta"),
    ({"delta": [0.1]}, TypeError, "delta"),
    ({"capacity": 2}, ValueError, "capacity"),
    ({"capacity": 0}, ValueError, "capacity"),
    ({"capacity": -1}, ValueError, "capacity"),
    ({"capacity": 2**31 + 1}, ValueError, "capacity"),
    ({"capacity": 2**64 + 5}, ValueError, "capacity"),
    ({"capacity": 10**5000}, ValueError, "capacity"),
    ({"capacity": 100.0}, TypeError, "capacity"),
    ({"capacity": "100"}, TypeError, "capacity"),
    ({"seed": -1}, ValueError, "seed"),
    ({"seed": 2**64}, ValueError, "seed"),
    ({"seed": 1.5}, TypeError, "seed"),
    ({"seed": "abc"}, TypeError, "seed"),
    ({"coins": "Hashed"}, ValueError, "coins"),
    ({"coins": ""}, ValueError, "coins"),
    ({"coins": None}, TypeError, "coins"),
    ({"coins": b"fresh"}, TypeError, "coins"),
    ({"epsilon": 1e-9, "coins": "fresh"}, ValueError, "epsilon"),
    ({"dropna": 1}, TypeError, "dropna"),
    ({"dropna": "no"}, TypeError, "dropna"),
]


@pytest.mark.parametrize(("arguments", "error", "name"), WRONG)
def test_wrong_arguments(arguments, error, name):
    with pytest.raises(error, match=name):
        CVMSketch(**arguments)
    items = Recorder()
    if arguments == {"epsilon": None}:  # there it is the default
        return
    with pytest.raises(error, match=name):
        count_approx(items, **arguments)
    assert not items.asked


@pytest.mark.parametrize(
    ("workers", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (257, ValueError),
        (2**70, ValueError),
        (1.0, TypeError),
        ("2", ValueError),
        ("ALL", ValueError),
        (None, TypeError),
    ],
)
def test_wrong_workers(workers, error):
    items = Recorder()
    with pytest.raises(error, match="workers"):
        CVMSketch().update(items, workers=workers)
    with pytest.raises(error, match="workers"):
        count_approx(items, workers=workers)
    assert not items.asked


@pytest.mark.parametrize("kind", [CVMSketch, CVMGroups])
def test_what_newcomers_write_first(kind):
    for items in [1, 2], {"a": 1}, range(3):
        with pytest.raises(TypeError, match=r"make the sketch first, .* by update\(\)"):
            kind(items)
    with pytest.raises(TypeError, match=f"^{kind.__name__} has no argument 'error' .*epsilon"):
        kind(error=0.01)
    with pytest.raises(TypeError, match="has no argument 'size'; it has epsilon, delta"):
        kind(size=100)


def test_capacity_and_seed_by_keyword_only():
    with pytest.raises(TypeError):
        CVMSketch(0.05, 0.001, 1024)
    with pytest.raises(TypeError):
        count_approx([], 0.05, 0.001, 1024)


@pytest.mark.parametrize("one", ["a word", b"bytes", bytearray(b"bytes")])
def test_one_string_is_no_stream(one):
    sketch = CVMSketch()
    for count in (sketch.update, count_approx):
        with pytest.raises(TypeError, match=r"items.*add\(item\)"):
            count(one)


def test_a_dict_is_no_stream():
    with pytest.raises(TypeError, match=r"values\(\)"):
        count_approx({"a": 1})


def test_other_mappings_and_strings_are_no_streams():
    import collections
    import types

    with pytest.raises(TypeError, match=r"values\(\)"):
        count_approx(types.MappingProxyType({"a": 1}))
    with pytest.raises(TypeError, match=r"add\(item\)"):
        count_approx(collections.UserString("hello"))


def test_several_columns_or_dimensions_are_no_stream():
    import numpy as np
    import pandas as pd

    with pytest.raises(TypeError, match="pass one of them"):
        count_approx(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    with pytest.raises(TypeError, match="one column, not none"):
        count_approx(pd.DataFrame())
    with pytest.raises(TypeError, match=r"update\(\) of its own"):
        count_approx([np.arange(3), np.arange(3)])
    with pytest.raises(TypeError, match="ravel"):
        count_approx(np.zeros((3, 3)))
    assert count_approx(np.arange(9)) == 9
    assert count_approx(np.ma.array([1, 2, 3], mask=[0, 1, 0])) == 2


def test_tensors_are_passed_as_arrays():
    """Their items are tensors again, which several libraries hash by their address."""
    import numpy as np

    class Tensor:
        def __init__(self, values):
            self.values = np.array(values)

        def __iter__(self):
            return map(Tensor, self.values)

        def __array__(self, dtype=None, copy=None):
            return self.values

        def __dlpack__(self):
            raise NotImplementedError

        def __hash__(self):
            return id(self)

    class OfADevice(Tensor):
        __cuda_array_interface__ = None

    with pytest.raises(TypeError, match=r"pass numpy\.asarray\(items\)"):
        count_approx(Tensor([1, 2, 2]))
    assert count_approx(np.asarray(Tensor([1, 2, 2]))) == 2
    with pytest.raises(TypeError, match="another device"):
        count_approx(OfADevice([1, 2, 2]))


@pytest.mark.parametrize("items", [None, 5, 1.5, object(), len])
def test_what_is_not_iterable(items):
    with pytest.raises(TypeError, match="items must be an iterable"):
        count_approx(items)


class BrokenIterable:
    def __iter__(self):
        raise TypeError("my own trouble")


def test_an_iterables_own_error_passes_through():
    with pytest.raises(TypeError, match="my own trouble"):
        count_approx(BrokenIterable())


class Gone(list):
    pass


def test_an_error_of_the_type_check_passes_through():
    gone = weakref.proxy(Gone())
    with pytest.raises(ReferenceError):
        count_approx(gone)


@pytest.mark.parametrize("item", [object(), [], {}, set(), len])
def test_items_that_cannot_be_counted(item):
    sketch = CVMSketch()
    sketch.add("before")
    same = sketch.copy()
    with pytest.raises(TypeError, match=type(item).__name__):
        sketch.add(item)
    assert sketch == same


@pytest.mark.parametrize("confidence", [0, 1, -1, 2, math.nan])
def test_confidence_out_of_range(confidence):
    with pytest.raises(ValueError, match="confidence"):
        CVMSketch().interval(confidence)
    with pytest.raises(TypeError, match="confidence"):
        CVMSketch().interval("95%")


def test_numbers_of_other_types_are_taken():
    from fractions import Fraction

    class Index:
        def __index__(self):
            return 2048

    sketch = CVMSketch(Fraction(1, 20), capacity=Index(), seed=Index())
    assert sketch.capacity == sketch.seed == 2048
