"""The pictures of the notebooks, a function each."""

from collections import defaultdict
from math import sqrt

import matplotlib.pyplot as plt
import numpy as np
import plots

from lib.theory import hashed_error


def draw_history(history, capacity):
    """Draw how a count went on: rows of items, exact count, estimate, low and high."""
    items, exact_counts, estimates, lows, highs = zip(*history, strict=True)
    figure, axes = plt.subplots(figsize=(7, 3.6))
    axes.fill_between(items, lows, highs, color=plots.OURS, alpha=0.25, lw=0, label="95% interval")
    axes.plot(items, estimates, color=plots.OURS, label="estimate")
    axes.plot(items, exact_counts, "--", color="#30353a", label="exact")
    axes.axhline(capacity, color=plots.LIMIT, lw=1, ls=":", label="capacity: exact up to here")
    axes.set(
        xlabel="names read", ylabel="different names", title="Names in Python's standard library"
    )
    axes.locator_params(axis="x", nbins=6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
    axes.legend(loc="upper left")
    plots.show(figure)


def draw_steps(stream, fresh, hashed):
    """Draw what both kinds of coins do with a stream: buffer, p and estimate after each item."""
    figure, grid = plt.subplots(
        3, 2, figsize=(10, 6.4), sharex=True, sharey="row", height_ratios=(3, 1, 1.3)
    )
    titles = ("fresh coins: bars show who is in the buffer", "hashed coins: dots are the items")
    for column, steps, title, colour in zip(
        grid.T, (fresh, hashed), titles, (plots.FRESH, plots.OURS), strict=True
    ):
        _draw_steps(column, stream, steps, colour)
        column[0].set(title=title)
    figure.tight_layout()
    plots.show(figure)


def _draw_steps(column, stream, steps, colour):
    times = range(len(stream))
    truth = [len(set(stream[: i + 1])) for i in times]
    for time, (kept, _, _) in enumerate(steps):
        for item in kept:
            column[0].fill_between([time, time + 1], item - 0.36, item + 0.36, color=colour, lw=0)
    column[0].plot(np.add(times, 0.5), stream, ".", color="#30353a", markersize=3)
    column[0].set(ylabel="element", yticks=range(0, max(stream) + 1, 5))
    column[1].step(times, [p for _, p, _ in steps], where="post", color=colour)
    column[1].set(ylabel="p", ylim=(0, 1.08))
    column[2].step(times, truth, where="post", color=plots.LIMIT, ls="--", label="distinct")
    estimates = [estimate for _, _, estimate in steps]
    column[2].step(times, estimates, where="post", color=colour, label="estimate")
    column[2].set(ylabel="elements", xlabel="items", ylim=(0, 2 * truth[-1]))
    column[2].legend(loc="upper left")


def draw_published(error_of, epsilon, epsilons, sizes_of):
    """Draw errors beside the promise, and the buffers that promises take."""
    colours = {"published buffer": plots.FRESH, "CVMSketch": plots.OURS}
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.7))
    for name, errors in error_of.items():
        left.hist(errors * 100, bins=np.linspace(-6, 6, 97), color=colours[name], alpha=0.8)
    for side in (-1, 1):
        left.axvline(side * epsilon * 100, color=plots.LIMIT, ls="--", lw=1)
    title = f"Errors; dashed: the promise, {epsilon:.0%}"
    left.set(xlabel="error in %", ylabel="streams", title=title)
    for name, x, y in (("published buffer", 0.7, 0.8), ("CVMSketch", 1.9, 0.25)):
        place = left.get_xaxis_transform()  # y as a share of the height
        left.text(x, y, name, color=colours[name], fontweight="bold", transform=place)
    for name, sizes in sizes_of.items():
        right.loglog(epsilons * 100, sizes, "o-", markersize=4, color=colours[name], label=name)
    right.axhline(min(sizes_of["CVMSketch"]), color=plots.LIMIT, ls=":", lw=1)
    title = "Buffer for a promise"
    right.set(xlabel="epsilon in %", ylabel="elements in the buffer", title=title)
    right.set_xticks([1, 3, 10, 30], [1, 3, 10, 30])
    right.legend()
    figure.tight_layout()
    plots.show(figure)


def draw_growth(errors_at, k):
    """Draw the error against the number of elements, and its distribution at the largest."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.7))
    sizes = np.array(list(errors_at))
    smooth = np.geomspace(sizes[0], sizes[-1], 200)
    theory = [hashed_error(k, n) for n in smooth]
    left.plot(smooth / k, theory, "--", color=plots.LIMIT, label="theory")
    spread = np.array([errors.std() * sqrt(k) for errors in errors_at.values()])
    noise = spread / np.sqrt([2 * len(errors) for errors in errors_at.values()])
    dots = {"fmt": "o", "color": plots.OURS, "capsize": 3, "label": "measured"}
    left.errorbar(sizes / k, spread, noise, **dots)
    left.set(xscale="log", xlabel="distinct elements / k", ylabel="relative error · √k")
    left.set_ylim(-0.03, 0.8)
    left.set_xticks([1, 3, 10, 30, 100], [1, 3, 10, 30, 100])
    left.minorticks_off()
    left.legend(loc="lower right")
    left.set_title(f"Error as the stream grows, k = {k:,}")

    n = int(sizes[-1])
    errors = errors_at[n] / (hashed_error(k, n) / sqrt(k))
    bins = np.linspace(-4, 4, 41)
    right.hist(errors, bins, density=True, color=plots.OURS, alpha=0.6, label="measured")
    bell = np.linspace(-4, 4, 200)
    density = np.exp(-(bell**2) / 2) / sqrt(2 * np.pi)
    right.plot(bell, density, "--", color=plots.LIMIT, label="normal")
    right.set(xlabel="error / standard error by theory", ylabel="density")
    right.set_title(f"{n:,} distinct elements")
    right.legend()
    figure.tight_layout()
    plots.show(figure)


def draw_coverage(coverage, levels, noise, intervals, truth):
    """Draw how often intervals hold the truth, less how often they should, and some of them."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.9), width_ratios=(1.1, 1))
    place = np.arange(len(levels))
    left.fill_between(place, -200 * noise, 200 * noise, color="#e4e6e8", label="chance, 95%", lw=0)
    for coins, colour in (("hashed", plots.OURS), ("fresh", plots.FRESH)):
        off = 100 * (coverage[coins] - levels)
        left.plot(place, off, "o-", color=colour, label=f"{coins} coins")
    left.axhline(0, color=plots.LIMIT, ls="--", lw=1)
    left.set(xlabel="confidence asked for", ylabel="measured less asked, in points")
    left.set_xticks(place, [f"{level:.1%}".replace(".0%", "%") for level in levels])
    left.set_title("Coverage of intervals")
    left.legend()

    for row, (low, high) in enumerate(intervals):
        colour = plots.OURS if low <= truth <= high else plots.WRONG
        right.plot([low, high], [row, row], color=colour, lw=2)
    right.axvline(truth, color=plots.LIMIT, ls="--", lw=1)
    right.set(xlabel="distinct elements", ylabel="seed")
    right.set_title(f"95% intervals of {len(intervals)} sketches; dashed: the truth")
    figure.tight_layout()
    plots.show(figure)


def draw_fields(results, xlabel, title):
    """Draw seconds against a number, a picture for each field of contestants."""
    figure, all_axes = plt.subplots(len(results), figsize=(7, 3.8 * len(results)))
    for axes, (field, runs) in zip(all_axes, results.items(), strict=True):
        lines = defaultdict(list)
        for x, (_, entries, _) in runs.items():
            for entry in entries:
                lines[entry.contestant].append((x, entry.seconds))
        for contestant, points in lines.items():
            axes.loglog(*zip(*points, strict=True), **plots.style_of(contestant))
        axes.set(xlabel=xlabel, ylabel="seconds", title=f"{field}: {title}")
        named = filter(plots.has_name, lines)
        plots.label_ends(axes, [(contestant, *lines[contestant][-1]) for contestant in named])
    figure.tight_layout(h_pad=2.5)
    plots.show(figure)


def draw_errors(errors, failed, title):
    """Draw error against time, a picture for each field. Those that failed have a cross."""
    figure, all_axes = plt.subplots(len(errors), figsize=(8, 4 * len(errors)))
    for axes, (field, points) in zip(all_axes, errors.items(), strict=True):
        _draw_errors(axes, points, failed)
        axes.set(title=f"{field}: {title}")
    figure.tight_layout(h_pad=2)
    plots.show(figure)


def _draw_errors(axes, points, failed):
    exact, most = 1e-3, 0.2  # where those stand that are exact, and those that are far off
    places = []
    for contestant, (nanoseconds, error) in points.items():
        y = min(max(error, exact), most)
        wrong = contestant.name in failed
        colour = plots.WRONG if wrong else plots.colour_of(contestant)
        axes.loglog(nanoseconds, y, "X" if wrong else "o", color=colour, markersize=7)
        places.append((contestant, nanoseconds, y))
    times = [place[1] for place in places]
    axes.set(xlim=(min(times) / 2, max(times) * 6), ylim=(exact / 3.5, most * 1.6))
    axes.set(xlabel="nanoseconds an item", ylabel="relative error (root mean square)")
    ticks = [exact, 0.003, 0.01, 0.03, 0.1, most]
    axes.set_yticks(ticks, ["exact", "0.3%", "1%", "3%", "10%", "more"])
    axes.minorticks_off()
    plots.label_points(axes, [place for place in places if plots.has_name(place[0])])
