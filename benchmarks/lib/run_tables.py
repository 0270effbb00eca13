"""Runs tables of contestants as a command."""

import os
import sys

from lib import entry_table, output
from lib.comparison import compare, our_results_off
from lib.options import is_meant, make_parser
from lib.peak_memory import measure_peaks, print_peak

SENTENCE = "Only the times of one table can be compared: its contestants took turns in one process."


def parse_arguments(name, document):
    written = f"benchmarks/results/{name}.md"
    parser = make_parser(document, items=10_000_000, rounds=5, write=written)
    parser.add_argument("--threads", type=int, default=1, help="of Polars and Arrow")
    parser.add_argument("--memory", action="store_true", help="peaks too, in fresh processes")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants named like this")
    parser.add_argument("--tables", nargs="+", metavar="NAME", help="tables named like this")
    parser.add_argument("--peak-of", nargs=2, help="(used by --memory)")
    arguments = parser.parse_args()
    if arguments.items < 1000:
        parser.error("at least 1000 items")
    if arguments.memory and sys.platform != "linux":
        parser.error("--memory needs Linux")
    return arguments


def run(tables, arguments):
    """Yield each table that is meant, as text, and how many results of ours are off."""
    for table in tables:
        chosen = [one for one in table.contestants if is_meant(one.name, arguments.only)]
        if not chosen or not is_meant(table.name, arguments.tables):
            continue
        entries, left_out = compare(table, chosen, arguments.items, arguments.rounds)
        if arguments.memory:
            measure_peaks(table, entries, arguments)
        yield entry_table.show(table, entries, left_out), our_results_off(entries)


def main(name, tables, document):
    """Run the tables by the arguments of the command line; fail if a result of ours is off."""
    arguments = parse_arguments(name, document)
    # Before the first import of either, which is why contestants import when they are called.
    os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    if arguments.peak_of:
        table = next(table for table in tables if table.name == arguments.peak_of[0])
        chosen = [one for one in table.contestants if one.name == arguments.peak_of[1]]
        return print_peak(table, chosen[0], arguments.items)
    sections, off = [], 0
    for section, number in run(tables, arguments):
        print(f"\n{section}", flush=True)
        sections.append(section)
        off += number
    if not sections:
        sys.exit("no table has such a contestant")
    if arguments.write:
        facts = {
            "items": f"{arguments.items:,}",
            "rounds": str(arguments.rounds),
            "threads of Polars and Arrow": str(arguments.threads),
        }
        output.write_results(
            name if arguments.threads == 1 else f"{name}_{arguments.threads}_threads",
            sections,
            facts=facts,
            sentence=SENTENCE,
            legend={**entry_table.LEGEND, **(entry_table.PEAK_LEGEND if arguments.memory else {})},
        )
    sys.exit(1 if off else 0)
