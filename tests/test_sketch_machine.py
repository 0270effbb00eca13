"""A red run means that some sequence of operations leaves a sketch in a state it should not be in.

Hypothesis mixes all operations; each runs on sketches and on models in plain Python.
"""

import copy
import pickle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule

from cvmcount import CVMSketch
from oracle import ReferenceSketch

items = st.one_of(st.integers(0, 30), st.sampled_from(["a", "b", b"a", 0.5, None, float("nan")]))


class Pair:
    """A sketch and what it should be."""

    def __init__(self, sketch, model):
        self.sketch, self.model = sketch, model

    def check(self):
        sketch, model = self.sketch, self.model
        assert sketch.capacity == model.capacity
        assert sketch.items_seen == model.items_seen
        assert sketch.num_retained == len(model.retained)
        assert sketch.is_exact == model.is_exact
        assert sketch.sampling_rate == model.sampling_rate
        assert sketch.estimate() == model.estimate
        low, high = sketch.interval()
        assert len(model.retained) + (not model.is_exact) <= low <= high <= model.items_seen


class Sketches(RuleBasedStateMachine):
    """All operations on sketches of several capacities and one seed."""

    pairs = Bundle("pairs")

    @rule(target=pairs, capacity=st.integers(3, 12), stream=st.lists(items, max_size=40))
    def make(self, capacity, stream):
        pair = Pair(CVMSketch(capacity=capacity), ReferenceSketch(capacity))
        self.update(pair, stream)
        return pair

    @rule(pair=pairs, stream=st.lists(items, max_size=20))
    def update(self, pair, stream):
        pair.sketch.update(stream)
        for item in stream:
            pair.model.add(item)
        pair.check()

    @rule(pair=pairs, item=items)
    def add(self, pair, item):
        pair.sketch.add(item)
        pair.model.add(item)
        pair.check()

    @rule(pair=pairs, others=st.lists(pairs, max_size=4))
    def merge(self, pair, others):
        models = [other.model for other in others]
        pair.sketch.merge(*(other.sketch for other in others))
        for model in models:
            pair.model = pair.model.union(model)
        pair.check()

    @rule(pair=pairs, other=pairs)
    def merge_in_place(self, pair, other):
        same = sketch = pair.sketch
        sketch |= other.sketch
        assert sketch is same
        pair.model = pair.model.union(other.model)
        pair.check()

    @rule(target=pairs, a=pairs, b=pairs)
    def merge_two(self, a, b):
        union = Pair(a.sketch | b.sketch, a.model.union(b.model))
        for pair in (union, a, b):
            pair.check()
        assert union.sketch == b.sketch | a.sketch
        return union

    @rule(a=pairs, b=pairs)
    def compare(self, a, b):
        both, first, second, threshold = a.model.overlap(b.model)
        for count, expected in (
            (a.sketch & b.sketch, both),
            (a.sketch - b.sketch, first),
            (a.sketch ^ b.sketch, first + second),
        ):
            assert count.num_retained == expected
            assert count.sampling_rate == threshold
            assert count.estimate() == float(count) == expected / threshold
        share = a.sketch.jaccard(b.sketch)
        assert share.num_retained == both + first + second
        assert share.estimate() == (both / share.num_retained if share.num_retained else 1.0)
        equal = a.sketch == b.sketch
        assert equal == (a.sketch.to_bytes() == b.sketch.to_bytes())

    @rule(pair=pairs, how=st.sampled_from(["bytes", "pickle", "copy", "deepcopy"]))
    def replace_by_its_copy(self, pair, how):
        original = pair.sketch
        if how == "bytes":
            pair.sketch = CVMSketch.from_bytes(original.to_bytes())
        elif how == "pickle":
            pair.sketch = pickle.loads(pickle.dumps(original))
        else:
            pair.sketch = getattr(copy, how)(original)
        assert pair.sketch == original
        original.add("not in the copy")
        pair.check()

    @rule(pair=pairs)
    def forget_history(self, pair):
        pair.sketch.forget_history()
        pair.model.is_merged = not pair.model.is_exact
        pair.check()

    @rule(pair=pairs)
    def clear(self, pair):
        pair.sketch.clear()
        pair.model = ReferenceSketch(pair.model.capacity)
        pair.check()

    @rule(target=pairs, parts=st.lists(consumes(pairs), min_size=2, max_size=5), data=st.data())
    def merge_by_some_tree(self, parts, data):
        """Every tree over the same parts gives the same bytes."""
        at_once, *others = [part.sketch.copy() for part in parts]
        at_once.merge(*others)
        left = [part.sketch.copy() for part in parts]
        while len(left) > 1:
            first = left.pop(data.draw(st.integers(0, len(left) - 1)))
            second = left.pop(data.draw(st.integers(0, len(left) - 1)))
            left.append(first | second)
        assert left[0].to_bytes() == at_once.to_bytes()
        return multiple(*parts)


TestSketches = Sketches.TestCase
TestSketches.settings = settings(max_examples=150, stateful_step_count=30)
