"""How sketches and results show themselves in notebooks: as HTML without scripts or style sheets.

Text and lines take the colour that the page gives to text, so they can be read on light and on dark
ones; the one colour of its own is readable on both.
"""

from math import isfinite

ACCENT = "#2a8f9e"
FRAME = '<div style="font-family:system-ui,sans-serif;font-size:13px;line-height:1.4">'
TABLE = '<table style="font-size:13px;border-collapse:collapse;margin:2px 0 0 0">'
CELL = "text-align:left;padding:2px 14px 2px 0;border:0;background:none"
WIDTH, HEIGHT, MARGIN = 420, 58, 60


def with_commas(number):
    return f"{number:,}"


def number_line(count, low, high, shown=with_commas):
    """The interval as a bar on a line, the count as a dot, with their numbers."""
    if low == high or not isfinite(high - low):
        return ""

    def x(value):
        return MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / (high - low)

    dot, middle = f"{x(count):.1f}", HEIGHT / 2
    line = 'stroke="currentColor" stroke-opacity="0.35"'
    text = 'fill="currentColor" font-size="11" text-anchor="middle"'
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{shown(count)} between {shown(low)} and {shown(high)}">'
        f'<line x1="4" x2="{WIDTH - 4}" y1="{middle}" y2="{middle}" {line}/>'
        f'<line x1="{x(low)}" x2="{x(high)}" y1="{middle}" y2="{middle}" stroke="{ACCENT}" '
        'stroke-width="8" stroke-linecap="round" stroke-opacity="0.45"/>'
        f'<circle cx="{dot}" cy="{middle}" r="6" fill="{ACCENT}"/>'
        f'<text x="{dot}" y="{middle - 13}" {text} font-weight="600">{shown(count)}</text>'
        f'<text x="{x(low)}" y="{middle + 22}" {text}>{shown(low)}</text>'
        f'<text x="{x(high)}" y="{middle + 22}" {text}>{shown(high)}</text>'
        "</svg>"
    )


def meter(share):
    """A bar of which this share is full."""
    return (
        '<span style="display:inline-block;vertical-align:middle;width:110px;height:9px;'
        'border-radius:5px;background:rgba(128,128,128,0.28);margin-right:8px;overflow:hidden">'
        f'<span style="display:block;width:{100 * share:.1f}%;height:100%;background:{ACCENT}">'
        "</span></span>"
    )


def row(name, value):
    return (
        f'<tr style="background:none"><td style="{CELL};opacity:0.7">{name}</td>'
        f'<td style="{CELL}">{value}</td></tr>'
    )


def sketch_html(sketch):
    low, high = sketch.interval(0.95)
    count = sketch.count()
    retained, capacity = sketch.num_retained, sketch.capacity
    rows = [
        row("items seen", f"{sketch.items_seen:,}"),
        row("buffer", f"{meter(retained / capacity)}{retained:,} of {capacity:,} elements"),
        row("sampling rate", f"{sketch.sampling_rate:.4g}"),
        row("coins", sketch.coins),
        row(
            "accuracy target",
            f"within {sketch.epsilon:.3g}, but for {sketch.delta:.3g} of the cases",
        ),
        row("memory", f"{sketch.nbytes:,} bytes"),
    ]
    head = headline(sketch, f"{count:,} distinct")
    line = number_line(count, low, high)
    return f"{FRAME}{head}{line}{TABLE}{''.join(rows)}</table></div>"


def headline(result, what):
    about, unit = ("", "exact") if result.is_exact else ("about ", "95% interval")
    return (
        f'<div><b style="font-size:15px">{about}{what}</b> '
        f'<span style="opacity:0.7">{unit} · {type(result).__name__}</span></div>'
    )


def estimate_html(result, value, shown, unit="", notes=()):
    """An estimate from a sample, as an interval on a line and with what it rests on."""
    low, high = result.interval(0.95)
    rows = [row("retained", f"{result.num_retained:,} elements"), *(row(*note) for note in notes)]
    head = headline(result, f"{shown(value)} {unit}".strip())
    line = number_line(value, low, high, shown)
    if not line and not result.is_exact:
        rows.insert(0, row("95% interval", f"{shown(low)} … {shown(high)}"))
    return f"{FRAME}{head}{line}{TABLE}{''.join(rows)}</table></div>"


def table_html(title, names, rows, num_rows):
    """The first rows of a table, of which there are so many."""
    from html import escape  # which imports much

    heads = "".join(f'<th style="{CELL};opacity:0.7">{escape(name)}</th>' for name in names)
    lines = "".join(
        '<tr style="background:none">'
        + "".join(f'<td style="{CELL}">{escape(shortened(value))}</td>' for value in values)
        + "</tr>"
        for values in rows
    )
    more = f"<div>… and {num_rows - len(rows):,} more</div>" if num_rows > len(rows) else ""
    return (
        f"{FRAME}<div><b>{escape(title)}</b></div>"
        f"{TABLE}<tr>{heads}</tr>{lines}</table>{more}</div>"
    )


def shortened(value):
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
