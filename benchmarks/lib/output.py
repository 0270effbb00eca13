"""Writes results to files in results/, and into marked blocks of the project's pages."""

import datetime as dt
import re

from lib import machine, markdown


def describe(facts, others):
    """Make a table of what made the results; its first row is its head."""
    rows = {
        "commit": machine.commit(),
        "date": str(dt.date.today()),
        "machine": machine.machine(),
        "level of vector code": machine.vector_levels()[0],
        "versions": ", ".join(machine.versions(others)),
        **facts,
    }
    return markdown.table(["made by", f"`{machine.command()}`"], rows.items())


def write_results(name, sections, *, facts, sentence, legend, others=None):
    """Write results/NAME.md.

    Facts are those of this run, as text by their names. The sentence and the legend, which explains
    the words of the tables, are the same for every run.
    """
    title = "# " + name.replace("_", " ").capitalize()
    meanings = markdown.table(["word", "meaning"], legend.items())
    blocks = [title, describe(facts, others), sentence, meanings, *sections]
    path = machine.BENCHMARKS / "results" / f"{name}.md"
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def replace_block(page, name, content):
    """Put the content between the two marks of this name that a page of the project has."""
    begin, end = f"<!-- {name}: {machine.script()} -->", f"<!-- end of {name} -->"
    text = (machine.ROOT / page).read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    replaced, number = pattern.subn(lambda _: f"{begin}\n{content}\n{end}", text)
    if number != 1:
        raise SystemExit(f"{page} must have one block {begin} … {end}")
    (machine.ROOT / page).write_text(replaced, encoding="utf-8")
