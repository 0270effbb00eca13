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


def test_results_show_themselves_as_sketches_do():
    one, other = CVMSketch(keep="summaries"), CVMSketch(keep="summaries")
    one.update(range(20_000), values=[float(i**4) for i in range(20_000)])
    other.update(range(10_000, 40_000))
    for result in (
        one & other,
        one.jaccard(other),
        one.estimate_where(lambda row: row.item % 3 == 0),
        one.sum_where("sum"),
        one.quantile(0.5, "sum"),
        CVMSketch() & CVMSketch(),
        CVMSketch().jaccard(CVMSketch()),
    ):
        page = ElementTree.fromstring(result._repr_html_())
        shown = " ".join(page.itertext())
        assert type(result).__name__ in shown
        assert f"{result.num_retained:,} elements" in shown
        assert ("exact" in shown) == result.is_exact
        assert "nan" not in shown.lower() or result.num_retained == 0
        low, high = result.interval(0.95)
        assert (page.find("svg") is None) == (low == high)


def test_a_sum_over_few_large_numbers_says_so():
    for large, narrow in ((20, True), (2000, False)):
        sketch = CVMSketch(keep="summaries")
        sketch.update(range(20_000), values=[10.0**9 if i < large else 1.0 for i in range(20_000)])
        result = sketch.sum_where("sum")
        assert result.may_be_narrow == narrow
        assert ("may be too narrow" in result._repr_html_()) == narrow


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
