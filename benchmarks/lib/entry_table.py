"""Shows readers what a comparison found."""

from lib import markdown

LEGEND = {
    "seconds": "median of the rounds; ≈ marks ten times the time of a tenth of the items",
    "fastest": "seconds of the fastest round",
    "error": "relative error of the round furthest off",
    "÷": "seconds as a multiple of that contestant's",
}
PEAK_LEGEND = {
    "peak MiB": "rise of resident memory in a fresh process: less than a sketch where free memory "
    "was at hand",
}


def note(entry):
    notes = [entry.contestant.note] if entry.contestant.note else []
    if entry.is_slow:
        notes.append("one turn")
    if entry.is_off:
        notes.append("**off by more than its stated error allows**")
    return ", ".join(notes)


def cells(entry, baselines):
    yield "contestant", entry.contestant.name
    yield "group", entry.contestant.group
    yield "seconds", ("≈ " if entry.share > 1 else "") + f"{entry.seconds:.4f}"
    yield "fastest", f"{entry.fastest:.4f}"
    yield "error", "" if entry.relative_error is None else f"{entry.relative_error:+.2%}"
    for baseline in baselines:
        yield f"÷ {baseline.contestant.name}", f"{entry.seconds / baseline.seconds:.2f}"
    yield "peak MiB", "" if entry.peak is None else f"{entry.peak / 2**20:.1f}"
    yield "note", note(entry)


def show(table, entries, left_out=()):
    """The table under its heading, and who could not take part."""
    by_name = {entry.contestant.name: entry for entry in entries}
    baselines = [by_name[name] for name in table.baselines if name in by_name]
    rows = [dict(cells(entry, baselines)) for entry in entries]
    if not any(row["peak MiB"] for row in rows):
        for row in rows:
            del row["peak MiB"]
    blocks = [markdown.table(rows[0], (row.values() for row in rows))] if rows else []
    if left_out:
        blocks += ["Left out:", "\n".join(f"- {one}" for one in left_out)]
    return markdown.section(table.name, *blocks)
