"""Draws distinct lines, each with the same chance, however often it came: the command sample."""

import time
from functools import partial

from . import arguments as options_of
from .bar import Bar
from .count import check_reading, new_sketch
from .files import UNREADABLE, Files
from .messages import complain, for_people, say, write_result
from .rows import DEFAULT_NUMBER, KEEPS_NOTHING, as_json, write_rows
from .saving import MAGIC, begins_with
from .sketches import as_dict, load

DESCRIPTION = (
    "Print distinct lines, drawn uniformly in one pass: each has the same chance, however often"
    " it came."
)

EXAMPLES = """examples:
  cvmcount sample access.log                ten distinct lines, instead of sort -u | shuf -n 10
  cvmcount sample -n 3 --count names.txt    three, each behind the number of times it came
  cvmcount sample -n all monday.cvm         what --save --keep items kept

The counts are exact. The same lines are drawn each time, unless --seed says else.
"""


def number(text):
    """Return the number of lines that -n means; None for all that there are."""
    if text == "all":
        return None
    if text.isascii() and text.isdecimal() and 0 < int(text) < 1 << 31:
        return int(text)
    raise options_of.argparse.ArgumentTypeError(f"must be a number from 1, or all, not {text!r}")


def make_parser():
    parser = options_of.new_parser("cvmcount sample", DESCRIPTION, EXAMPLES)
    output = parser.add_argument_group("what is written")
    output.add_argument(
        "-n",
        "--number",
        type=number,
        default=DEFAULT_NUMBER,
        metavar="N",
        help=f"draw N lines ({DEFAULT_NUMBER}), or all that are held; --capacity grows with it",
    )
    output.add_argument(
        "-c", "--count", action="store_true", help="write each behind the number of times it came"
    )
    output.add_argument("--json", action="store_true", help="write them as JSON")
    output.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also of how many they are a sample, on standard error",
    )
    options_of.add_progress(output)
    output.add_argument("-h", "--help", action="help", help="write this text")
    options_of.add_lines(parser)
    options_of.add_sketch(parser)
    return parser


def parse(arguments):
    parser = make_parser()
    options = parser.parse(arguments)
    options.keep = "summaries" if options.count else "items"
    check_reading(parser, options, options.keep)
    if options.number is not None:
        # A sketch that has turned elements away knows of all but one that they are a sample.
        options.capacity = max(new_sketch(options).capacity, options.number + 1)
    return options


# ---- reading -------------------------------------------------------------------------------------


def add_saved(sketch, name, options):
    """Return the sketch with what a saved one has seen; None, and a complaint, where that fails."""
    saved = load(name)
    if saved is None:
        return None
    try:
        if saved.keep is None:
            raise ValueError(KEEPS_NOTHING)
        if options.count and saved.keep != "summaries":
            raise ValueError("has no counts: save it with --keep summaries")
        if sketch is None:
            return saved
        sketch.merge(saved)
    except ValueError as error:
        complain(name, error)
        return None
    return sketch


def read(options, files, bar):
    """Return a sketch of all files and whether some could not be read.

    Saved sketches bring their own settings, so nothing else is made where there are no lines.
    """
    failed = False
    saved = [name for name in options.files if name != "-" and begins_with(name, MAGIC)]
    sketch = None
    for name in saved:
        merged = add_saved(sketch, name, options)
        failed = failed or merged is None
        sketch = merged or sketch
    others = [name for name in options.files if name not in saved]
    if sketch is None:
        sketch = new_sketch(options, options.keep)
    files.read_into(sketch, others, partial(sketch.update, progress=bar))
    return sketch, failed or files.failed


def main(arguments):
    options = parse(arguments)
    start = time.perf_counter()
    files = Files(options)
    bar = Bar(files, options.files, options.progress)
    try:
        sketch, failed = read(options, files, bar)
        sample = sketch.sample()
    except UNREADABLE as error:
        complain("sample", error)
        return 1
    finally:
        bar.close()
    rows = sample[: options.number]
    keep = "summaries" if options.count else "items"
    numbers = as_dict(sketch, 0.95)
    if options.json:
        import json

        result = {"sample": as_json(rows, keep), **numbers, "seed": sketch.seed}
        failed = not write_result(json.dumps(result) + "\n") or failed
    else:
        failed = not write_rows(rows, keep, options) or failed
    if options.verbose:
        seconds = time.perf_counter() - start
        distinct = for_people(numbers, 0.95)
        say(f"{len(rows):,} of {distinct} distinct lines in {seconds:.3f} seconds")
    return 1 if failed else 0
