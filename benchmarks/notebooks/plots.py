"""How the notebooks' plots look: ours in strong colours, and names beside what they name."""

import io
import math

import matplotlib.pyplot as plt
from IPython.display import Image, display
from matplotlib.text import Text
from PIL import Image as Bitmap

OURS, FRESH = "#0f7c8c", "#d1672a"
RIVAL, EXACT, LIMIT, WRONG = "#a3a9ae", "#a58fc9", "#5b6166", "#b3261e"
OTHER = "#c9cdd0"
# The five contestants that matter; all others are grey.
COLOUR_OF = {
    "cvmcount": OURS,
    "len(set(x))": "#6a4fa0",
    "Polars approx_n_unique": "#b0367a",
    "DuckDB, 1 thread": "#a87900",
    "datasketches HLL": "#44484c",
}
GAP = 0.046  # between labels, as a share of the axes' height
COLOURS = 96  # in a picture: a quarter of the bytes, and no difference to be seen


def set_style():
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#e8e8e8",
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "font.size": 9.5,
            "legend.frameon": False,
            "lines.linewidth": 1.4,
        }
    )


def show(figure):
    """Show a figure as a small PNG, whatever Matplotlib's backend is."""
    file = io.BytesIO()
    figure.savefig(file, dpi=100, bbox_inches="tight")
    plt.close(figure)
    small = io.BytesIO()
    few = Bitmap.open(file).convert("RGB").quantize(COLOURS, Bitmap.Quantize.MAXCOVERAGE)
    few.save(small, "PNG", optimize=True)
    display(Image(small.getvalue()))


def has_name(contestant):
    return contestant.name in COLOUR_OF


def colour_of(contestant):
    return COLOUR_OF.get(contestant.name, OTHER)


def style_of(contestant):
    """Keyword arguments for `plot`."""
    named = has_name(contestant)
    return {
        "color": colour_of(contestant),
        "linewidth": 2.4 if contestant.group == "ours" and named else 1.6 if named else 0.9,
        "linestyle": "--" if contestant.group == "limit" else "-",
        "marker": "o" if named else None,
        "markersize": 4,
        "zorder": 3 if named else 2,
    }


def text_style(contestant):
    weight = "bold" if contestant.group == "ours" else "normal"
    return {"color": colour_of(contestant), "fontsize": 8, "fontweight": weight}


def label_ends(axes, ends):
    """Write each contestant's name beside the end of its line, none above another.

    `ends` is a list of (contestant, x, y); the vertical axis is logarithmic.
    """
    low, high = (math.log(limit) for limit in axes.get_ylim())
    ends = sorted(ends, key=lambda end: end[2])
    wanted = [(math.log(y) - low) / (high - low) for _, _, y in ends]
    places = apart(wanted)
    for (contestant, x, y), place in zip(ends, places, strict=True):
        axes.annotate(
            contestant.name,
            xy=(x, y),
            xytext=(1.06, place),
            textcoords="axes fraction",
            verticalalignment="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#d5d8da", "linewidth": 0.7, "shrinkB": 3},
            **text_style(contestant),
        )


def apart(wanted):
    """Move sorted places as little as needed until neighbours keep the gap."""
    groups = []  # of neighbours that touch: [centre of the first wanted, how many]
    for place in wanted:
        groups.append([place, 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < GAP * groups[-2][1]:
            (start, count), (other, more) = groups[-2], groups.pop()
            start = (start * count + (other - GAP * count) * more) / (count + more)
            groups[-1] = [start, count + more]
    places = [start + GAP * i for start, count in groups for i in range(count)]
    last = len(places) - 1
    return [min(place, 1.02 - GAP * (last - i)) for i, place in enumerate(places)]


def label_points(axes, points):
    """Write each contestant's name near its point, where nothing else is."""
    figure = axes.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    to_pixels = axes.transData.transform
    taken = [tuple(to_pixels((x, y))) * 2 for _, x, y in points]
    taken = [(x0 - 4, y0 - 4, x1 + 4, y1 + 4) for x0, y0, x1, y1 in taken]
    spots = [(7, 0, "left"), (-7, 0, "right"), (0, 9, "center"), (0, -9, "center")]
    spots += [(6 * side, dy, edge) for dy in (8, -8, 15, -15, 22, -22, 29, -29, 36, -36, 43, -43)
              for side, edge in ((1, "left"), (-1, "right"))]  # fmt: skip
    line = {"arrowstyle": "-", "color": "#c4c8cb", "linewidth": 0.7}
    for contestant, x, y in sorted(points, key=lambda point: point[0].group != "ours"):
        for dx, dy, edge in spots:
            text = axes.annotate(
                contestant.name,
                xy=(x, y),
                xytext=(dx, dy),
                textcoords="offset points",
                horizontalalignment=edge,
                verticalalignment="center",
                arrowprops=line | {"relpos": (edge == "right", 0.5)} if abs(dy) > 9 else None,
                **text_style(contestant),
            )
            text.update_positions(renderer)
            box = Text.get_window_extent(text, renderer)  # without the line to the point
            corners = (box.x0, box.y0, box.x1, box.y1)
            inside = axes.bbox.x0 < box.x0 and box.y0 > axes.bbox.y0
            if inside and not any(overlap(corners, other) for other in taken):
                break
            text.remove()
        else:  # no room: better on top of another than nowhere
            axes.annotate(contestant.name, xy=(x, y), fontsize=7)
        taken.append(corners)


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
