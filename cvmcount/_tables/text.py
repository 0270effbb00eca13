"""Tables as print() shows them."""

WIDEST = 40


def table_text(title, names, rows, num_rows):
    """The first rows of a table, of which there are so many."""
    lines = [[_shortened(cell) for cell in line] for line in (names, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    more = [f"... and {num_rows - len(rows):,} more"] if num_rows > len(rows) else []
    return "\n".join([title, *texts, *more])


def _shortened(value):
    text = str(value)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."
