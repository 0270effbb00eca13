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


def test_the_plain_form_says_the_same():
    sketch = CVMSketch()
    sketch.update(range(100_000))
    count = repr(sketch).split("about ")[1].split(" distinct")[0]
    assert f"about {count} distinct" in sketch._repr_html_()
