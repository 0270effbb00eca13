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

    def __init__(self, name, options):
        self.name = name
        self.sketch = new_sketch(options)
        self.exact = None
        if options.exact:
            from .exact import ExactCount

            self.exact = ExactCount(options)
        self.bytes = 0

    def watchers(self):
        return [] if self.exact is None else [self.exact]

    def columns(self):
        columns = [str(self.sketch._count())]
        if self.exact is not None:
            columns.append(str(self.exact.count()))
        return columns

    def as_dict(self, confidence):
        low, high = self.sketch.interval(confidence)
        result = {
            "estimate": self.sketch._count(),
            "low": low,
            "high": high,
            "exact": self.sketch.is_exact,
            "items": self.sketch.items_seen,
            "bytes": self.bytes,
        }
        if self.exact is not None:
            result["exact_count"] = self.exact.count()
        return result

    def for_people(self, confidence):
        sketch = self.sketch
        count = sketch._count()
        distinct = for_people(count, sketch.is_exact, sketch.interval(confidence), confidence)
        text = f"{distinct} distinct of {sketch.items_seen:,} lines, {self.bytes:,} bytes"
        if self.exact is not None and not sketch.is_exact:
            exact = self.exact.count()
            text += f"; exactly {exact:,}, off by {count / exact - 1:+.2%}"
        return text


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
    """Count all files as one stream. Return the count of each, if they are asked for."""
    counts = []
    how = {"workers": options.workers, "progress": bar}
    for name in options.files:
        count = Count(name, options) if options.per_file else None
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
            counts.append(count)
    return counts


def text_of(total, counts):
    if not counts and total.name is None:
        return "\t".join(total.columns()) + "\n"
    rows = [[*count.columns(), printable(count.name)] for count in [*counts, total]]
    return "".join("\t".join(row) + "\n" for row in rows)


def json_of(options, total, counts, seconds):
    import json

    result = {
        **total.as_dict(options.confidence),
        "confidence": options.confidence,
        "seconds": round(seconds, 6),
        "seed": total.sketch.seed,
        "capacity": total.sketch.capacity,
        "coins": total.sketch.coins,
        "version": __version__,
    }
    if options.per_file:
        result["files"] = [
            {"name": count.name, **count.as_dict(options.confidence)} for count in counts
        ]
    return json.dumps(result) + "\n"


def main(arguments):
    options = parse(arguments)
    start = time.perf_counter()
    files = Files(options)
    bar = Bar(files, options.files, options.progress)
    total = Count("total" if options.per_file else None, options)
    try:
        counts = count_files(options, files, total, bar)
    except MemoryError:
        say("not enough memory")
        return 1
    except RuntimeError as error:  # no threads
        say(str(error))
        return 1
    finally:
        bar.close()
    total.bytes = files.text_bytes
    seconds = time.perf_counter() - start
    text = json_of(options, total, counts, seconds) if options.json else text_of(total, counts)
    written = write_result(text)
    if options.save is not None:
        from .sketches import save

        written = save(total.sketch, options.save) and written
    if options.verbose:
        for count in counts:
            say(f"{printable(count.name)}: {count.for_people(options.confidence)}")
        say(f"{total.for_people(options.confidence)} in {seconds:.3f} seconds")
    return 0 if written and not files.failed else 1
