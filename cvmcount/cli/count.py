"""Counts the distinct lines of files: what the program does unless told otherwise."""

import time

from cvmcount import CVMSketch, __version__
from cvmcount._sketch import _update_both

from .arguments import make_parser
from .bar import Bar
from .files import Files
from .messages import for_people, printable, say, write_result


class Count:
    """The count of one file, or of all."""

    def __init__(self, options):
        self.sketch = new_sketch(options)
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


def new_sketch(options):
    return CVMSketch(
        options.epsilon,
        options.delta,
        capacity=options.capacity,
        coins=options.coins,
        seed=options.seed,
    )


def parse(arguments):
    """Return the options, all of them checked, or exit."""
    parser = make_parser()
    options = parser.parse(arguments)
    if options.version:
        raise SystemExit(0 if write_result(f"cvmcount {__version__}\n") else 1)
    if isinstance(options.field, str):
        options.header = True
    for option, is_given in (("-t", options.delimiter is not None), ("--csv", options.csv)):
        if is_given and options.field is None:
            parser.error(f"{option} needs -f")
    if options.csv and (options.zero_terminated or options.keep_cr):
        parser.error("--csv knows where rows end: neither -z nor --keep-cr goes with it")
    try:
        sketch = new_sketch(options)
        sketch.update((), workers=options.workers)
        sketch.interval(options.confidence)
    except (TypeError, ValueError) as error:
        parser.error(str(error))
    options.files = options.files or ["-"]
    return options


def count_files(options, files, total, bar):
    """Count all files as one stream. Return the numbers of each, if they are asked for."""
    each = []  # not the sketches: there may be many files
    how = {"workers": options.workers, "progress": bar}
    for name in options.files:
        count = Count(options) if options.per_file else None
        watchers = [*total.watchers(), *(count.watchers() if count else ())]
        bytes_before = files.text_bytes
        with files.open(name, watchers) as items:
            if items is None:
                continue
            if count is None:
                total.sketch.update(items, **how)
            else:
                _update_both(count.sketch, total.sketch, items, **how)
        if count is not None:  # even if something in it could not be counted
            count.bytes = files.text_bytes - bytes_before
            each.append({"name": name, **count.numbers(options.confidence)})
    return each


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


def json_of(options, sketch, total, each, seconds):
    import json

    result = {
        **total,
        "confidence": options.confidence,
        "seconds": round(seconds, 6),
        "seed": sketch.seed,
        "capacity": sketch.capacity,
        "coins": sketch.coins,
        "version": __version__,
    }
    if options.per_file:
        result["files"] = each
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
    start = time.perf_counter()
    files = Files(options)
    bar = Bar(files, options.files, options.progress)
    count = Count(options)
    try:
        each = count_files(options, files, count, bar)
    except MemoryError:
        say("not enough memory")
        return 1
    except RuntimeError as error:  # no threads
        say(str(error))
        return 1
    finally:
        bar.close()
    count.bytes = files.text_bytes
    seconds = time.perf_counter() - start
    total = count.numbers(options.confidence)
    failed = files.failed
    if options.save is not None:  # first: who reads the result may be gone
        from .sketches import save

        failed = not save(count.sketch, options.save) or failed
    if options.json:
        text = json_of(options, count.sketch, total, each, seconds)
    else:
        text = text_of(options, total, each)
    failed = not write_result(text) or failed
    if options.verbose:
        for numbers in each:
            sentence = sentence_of(numbers, options.confidence)
            say(f"{printable(numbers['name'])}: {sentence}")
        say(f"{sentence_of(total, options.confidence)} in {seconds:.3f} seconds")
    return 1 if failed else 0
