"""Counts the distinct lines of files: what the program does unless told otherwise."""

import os
import time
import warnings
from functools import partial

from cvmcount import CVMSketch, __version__
from cvmcount._sketch import _update_both

from .arguments import accuracy_of, make_parser
from .bar import Bar
from .choice import is_number
from .files import Files
from .messages import for_people, printable, say, valid_text, write_result

MOST_FIELDS = 64  # that the core takes


class Count:
    """The count of one file, or of all."""

    def __init__(self, options, keep=None):
        self.sketch = new_sketch(options, keep)
        self.exact = None
        if options.exact:
            from .exact import ExactCount

            self.exact = ExactCount(options)
        self.bytes = 0

    def watchers(self):
        return [] if self.exact is None else [self.exact]

    def numbers(self, confidence):
        """Return what is known at the end, by the names of --json."""
        low, high = self.sketch.interval(confidence)
        result = {
            "estimate": self.sketch.count(),
            "low": low,
            "high": high,
            "exact": self.sketch.is_exact,
            "items": self.sketch.items_seen,
            "bytes": self.bytes,
        }
        if self.exact is not None:
            result["exact_count"] = self.exact.count()
        return result


def new_sketch(options, keep=None):
    return CVMSketch(coins=options.coins, keep=keep, **accuracy_of(options))


def usage_problem(options):
    """Return what does not go together, or None."""
    given = {
        "-t": options.delimiter is not None,
        "--csv": options.csv,
        "--jsonl": options.jsonl,
        "--whitespace": options.whitespace,
    }
    for option, is_given in given.items():
        if is_given and not options.fields:
            return f"{option} needs -f"
    if options.csv and (options.zero_terminated or options.keep_cr):
        return "--csv knows where rows end: neither -z nor --keep-cr goes with it"
    if (
        options.csv
        and options.delimiter
        and (len(options.delimiter) > 1 or options.delimiter == b'"')
    ):
        return "with --csv, -t must be one ASCII character and no quote"
    if options.jsonl and (options.header or options.zero_terminated or options.comment):
        return "--jsonl has neither headers nor comments, and -z does not go with it"
    if given["--whitespace"] + given["--jsonl"] + (given["--csv"] or given["-t"]) > 1:
        return "of -t (or --csv), --whitespace and --jsonl only one says where fields are"
    if len(options.fields) > MOST_FIELDS:
        return f"-f must be given at most {MOST_FIELDS} fields, not {len(options.fields)}"
    first = options.files[0] if options.files else ""
    if first and not os.path.exists(first):
        if first in ("sample", "merge", "info", "compare"):
            return f"a command comes first: cvmcount {first} ..."
        if first in ("count", "help", "union"):
            return f"there is no command {first!r}, and no such file"
    return None


def check_reading(parser, options, keep=None):
    """Check what says how lines are read and counted, and fill in what follows from it, or exit."""
    problem = usage_problem(options)
    if problem is not None:
        parser.error(problem)
    options.num_keys = len(getattr(options, "by", ()))
    if options.num_keys > 0:  # the fields of a line are the key, and then what is counted
        options.fields = [*options.by, *options.fields]
    options.header = options.header or not all(map(is_number, options.fields))
    try:
        sketch = new_sketch(options, keep)
        options.seed = sketch.seed
        sketch.update((), workers=1 if options.workers is None else options.workers)
    except (TypeError, ValueError) as error:
        parser.error(str(error))
    options.files = options.files or ["-"]


def parse(arguments):
    """Return the options, all of them checked, or exit."""
    parser = make_parser()
    options = parser.parse(arguments)
    if options.version:
        raise SystemExit(0 if write_result(f"cvmcount {__version__}\n") else 1)
    if options.seed is None and options.save is not None:
        parser.error(
            "--save needs a --seed that is given: under a random one sketches do not merge"
        )
    if options.keep is not None and options.save is None:
        parser.error("--keep needs --save")
    if options.by or options.top is not None:
        from . import by_key

        problem = by_key.usage_problem(options)
        if problem is not None:
            parser.error(problem)
    check_reading(parser, options, options.keep)
    try:
        CVMSketch().interval(options.confidence)
    except ValueError as error:
        parser.error(str(error))
    if options.save is not None:  # before anything is read, so that nothing is counted in vain
        from .saving import refuse_to_replace

        try:
            refuse_to_replace(options.save, options.files)
        except OSError as error:
            parser.error(f"--save: {options.save} {error.strerror}")
    return options


def count_files(options, files, total, bar):
    """Count all files as one stream. Return the numbers of each, if they are asked for."""
    each = []  # not the sketches: there may be many files
    for name in options.files:
        count = Count(options) if options.per_file else None
        watchers = [*total.watchers(), *(count.watchers() if count else ())]
        bytes_before, items_before = files.text_bytes, total.sketch.items_seen
        workers = files.workers_for(name)
        opened = files.read(name, partial(update, total, count, workers, bar), watchers)
        if options.fields and total.sketch.items_seen == items_before:
            files.note_nothing(name)
        if count is not None and opened:  # even if something in it could not be counted
            count.bytes = files.text_bytes - bytes_before
            with warnings.catch_warnings():  # said of the total
                warnings.simplefilter("ignore")
                each.append({"name": name, **count.numbers(options.confidence)})
    return each


def update(total, count, workers, bar, items):
    """Count items in all files and, where `count` is not None, in the one that holds them."""
    if count is None:
        total.sketch.update(items, workers=workers, progress=bar)
    else:
        _update_both(total.sketch, count.sketch, items, workers=workers, progress=bar)


def columns_of(numbers):
    shown = [numbers["estimate"]]
    if "exact_count" in numbers:
        shown.append(numbers["exact_count"])
    return "\t".join(map(str, shown))


def text_of(options, total, each):
    if not options.per_file:
        return f"{columns_of(total)}\n"
    rows = [f"{columns_of(numbers)}\t{printable(numbers['name'])}\n" for numbers in each]
    return "".join(rows) + f"{columns_of(total)}\ttotal\n"


def json_of(options, sketch, total, each, complete, seconds):
    import json

    result = {
        **total,
        "complete": complete,
        "confidence": options.confidence,
        "seconds": round(seconds, 6),
        "seed": sketch.seed,
        "capacity": sketch.capacity,
        "coins": sketch.coins,
        "version": __version__,
    }
    if options.per_file:
        result["files"] = [{**numbers, "name": valid_text(numbers["name"])} for numbers in each]
    return json.dumps(result) + "\n"


def sentence_of(numbers, confidence):
    text = f"{for_people(numbers, confidence)} distinct of {numbers['items']:,} lines"
    text += f", {numbers['bytes']:,} bytes"
    if "exact_count" in numbers and not numbers["exact"]:
        off = numbers["estimate"] / numbers["exact_count"] - 1
        text += f"; exactly {numbers['exact_count']:,}, off by {off:+.2%}"
    return text


def main(arguments):
    options = parse(arguments)
    if options.by:
        from . import by_key

        return by_key.count_by_key(options)
    start = time.perf_counter()
    files = Files(options)
    bar = Bar(files, options.files, options.progress)
    count = Count(options, options.keep)
    try:
        each = count_files(options, files, count, bar)
    finally:
        bar.close()
    count.bytes = files.text_bytes
    seconds = time.perf_counter() - start
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        total = count.numbers(options.confidence)
    for text in {str(warning.message) for warning in caught}:
        say(text.replace("seed=None", "--seed random"))
    failed = files.failed
    if options.save is not None:  # first: who reads the result may be gone
        from .saving import save

        failed = not save(count.sketch, options.save) or failed
    if options.json:
        text = json_of(options, count.sketch, total, each, not files.failed, seconds)
    else:
        text = text_of(options, total, each)
    failed = not write_result(text) or failed
    if options.verbose:
        for numbers in each:
            sentence = sentence_of(numbers, options.confidence)
            say(f"{printable(numbers['name'])}: {sentence}")
        say(f"{sentence_of(total, options.confidence)} in {seconds:.3f} seconds")
    return 1 if failed else 0
