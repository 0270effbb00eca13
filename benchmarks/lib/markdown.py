"""Makes tables in Markdown."""


def line(cells):
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def head(names):
    return line(names) + "\n|" + "---|" * len(names)


def table(names, rows):
    return "\n".join([head(names), *map(line, rows)])


def section(title, *blocks):
    """Put text and tables under a heading."""
    return "\n\n".join([f"## {title}", *blocks])
