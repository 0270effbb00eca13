"""A red run means that a notebook shows a sketch wrongly, or a page that breaks around it."""

from xml.etree import ElementTree

import pytest

from cvmcount import CVMSketch

STATES = {
    "empty": (0, {}),
    "exact": (120, {}),
    "one more than fits": (6, {"capacity": 5}),
    "no more than seen": (1_000_000, {}),
    "fresh": (50_000, {"coins": "fresh"}),
    "large epsilon": (100, {"capacity": 3}),
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_notebook_shows(state):
    items, arguments = STATES[state]
    sketch = CVMSketch(**arguments)
    sketch.update(range(items))
    html = sketch._repr_html_()
    page = ElementTree.fromstring(html)  # well-formed
    shown = " ".join(page.itertext())
    assert f"{items:,}" in shown
    assert f"{sketch.capacity:,} elements" in shown
    assert sketch.coins in shown
    assert ("exact" in shown) == sketch.is_exact
    drawn = page.find("svg")
    low, high = sketch.interval(0.95)
    assert (drawn is None) == (low == high)
    if drawn is not None:
        labels = [label.text for label in drawn.iter("text")]
        assert labels[1:] == [f"{low:,}", f"{high:,}"]
        assert all(-5 <= float(label.get("x")) <= 425 for label in drawn.iter("text"))
    assert "<script" not in html
    assert "http" not in html


@pytest.mark.parametrize("items", [101, 103, 110, 150, 100_000])
def test_every_form_shows_the_count(items):
    # Without a history the estimate may be fewer than the elements retained, near the capacity, or
    # more than the items seen, none of which is a repeat here.
    clamped = 0
    for seed in range(20):
        sketch = CVMSketch(capacity=100, seed=seed)
        sketch.update(range(items))
        sketch.forget_history()
        low, high = sketch.interval()
        clamped += not low <= round(sketch.estimate()) <= high
        assert low <= sketch.count() <= high
        for shown in (repr(sketch), sketch._repr_html_()):
            assert f"about {sketch.count():,} distinct" in shown
    assert clamped > 0
