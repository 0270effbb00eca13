"""Sketches as files: what --save writes, and the commands merge, info and compare read."""

from cvmcount import CVMSketch, SampledShare, union

from .arguments import Parser, add_confidence, add_save
from .messages import complain, for_people, printable, write_facts, write_result
from .rows import DEFAULT_NUMBER, KEEPS_NOTHING, as_json, write_rows
from .saving import GROUPS_MAGIC, MAGIC, holds_groups, save

VERSION = 1
HEAD_BYTES = 56  # with the type of the sample, one byte, and its length, seven
SECTION_HEAD_BYTES = 8
KEPT_VALUES = b"\5"  # the type of the section of values
MOST_BEHIND = 1 << 20  # bytes of what else may follow


def load(name):
    """Return the sketch of a file; None, and a complaint, where there is none."""
    try:
        with open(0 if name == "-" else name, "rb", closefd=name != "-") as file:
            return CVMSketch.from_bytes(read_saved(file))
    except (OSError, ValueError, MemoryError) as error:
        complain("standard input" if name == "-" else name, error)
        return None


def read_saved(file):
    """Return the bytes of a saved sketch. Of what is none, only the beginning is read."""
    head = file.read(HEAD_BYTES)
    if head.startswith(GROUPS_MAGIC):
        raise ValueError("holds counts by key: merge takes several of them, and info describes one")
    if not head.startswith(MAGIC):
        raise ValueError("is no saved sketch")
    if len(head) < HEAD_BYTES or head[len(MAGIC)] != VERSION:
        return head  # from_bytes() says what is wrong
    # Behind the sample comes the checksum, or the head of another section and what is behind it.
    sample = file.read(int.from_bytes(head[-7:], "little") + SECTION_HEAD_BYTES)
    first = file.read(1)
    is_kept = first and sample[-8:-7] == KEPT_VALUES
    size = MOST_BEHIND + (int.from_bytes(sample[-7:], "little") if is_kept else 0)
    rest = file.read(size)
    if len(rest) == size:
        raise ValueError("is longer than a sketch with its head")
    return b"".join((head, sample, first, rest))


def as_text(value, confidence):
    return for_people(as_dict(value, confidence), confidence)


def as_dict(value, confidence):
    low, high = value.interval(confidence)
    estimate = value.estimate() if isinstance(value, SampledShare) else value.count()
    return {"estimate": estimate, "low": low, "high": high, "exact": value.is_exact}


def description(sketch):
    """Return what there is to know of a sketch, but for the estimate."""
    return {
        "items": sketch.items_seen,
        "retained": sketch.num_retained,
        "capacity": sketch.capacity,
        "epsilon": sketch.epsilon,
        "delta": sketch.delta,
        "coins": sketch.coins,
        "seed": sketch.seed,
        "dropna": sketch.dropna,
        "keep": sketch.keep,
    }


def parser_of(command, usage, description):
    parser = Parser(
        prog=f"cvmcount {command}",
        usage=f"cvmcount {command} {usage}",
        description=description,
        allow_abbrev=False,
    )
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="what --save wrote; - is standard input"
    )
    parser.add_argument("--json", action="store_true", help="write it as JSON")
    add_confidence(parser)
    return parser


def parse(parser, arguments, least, most):
    options = parser.parse(arguments, least, most)
    try:
        CVMSketch().interval(options.confidence)
    except ValueError as error:
        parser.error(str(error))
    return options


def merge(arguments):
    """Count what several sketches, or groups, have seen together."""
    parser = parser_of("merge", "[--save FILE] [--json] FILE...", merge.__doc__)
    add_save(parser)
    options = parse(parser, arguments, 1, None)
    if any(map(holds_groups, options.files)):
        from . import by_key

        return by_key.merge(options)
    sketches, merged, failed = [], None, False
    for name in options.files:
        sketch = load(name)
        try:
            if sketch is not None and merged is not None:
                merged.merge(sketch)
        except ValueError as error:
            complain(name, error)
            sketch = None
        failed = failed or sketch is None
        if sketch is not None:
            merged = merged or sketch.copy()
            sketches.append(sketch)
    if failed:  # what they have seen together is not known
        return 1
    # The sketches together know more than the merged one, which is what can be saved.
    best = union(*sketches) if len(sketches) > 1 else merged
    if options.save is not None:  # first: who reads the result may be gone
        failed = not save(merged, options.save)
    if options.json:
        result = {**as_dict(best, options.confidence), **description(merged)}
        result["merged"] = as_dict(merged, options.confidence)
        failed = not write_facts(result, options) or failed
    else:
        failed = not write_result(f"{best.count()}\n") or failed
    return 1 if failed else 0


def info(arguments):
    """Say what a saved sketch holds."""
    parser = parser_of("info", "[--sample] [--json] FILE", info.__doc__)
    parser.add_argument(
        "--sample", action="store_true", help="also ten of the elements, where they were kept"
    )
    options = parse(parser, arguments, 1, 1)
    if holds_groups(options.files[0]):
        from . import by_key

        return by_key.info(options)
    sketch = load(options.files[0])
    if sketch is None:
        return 1
    rows = None
    if options.sample:
        if sketch.keep is None:
            complain(options.files[0], KEEPS_NOTHING)
            return 1
        rows = sketch.sample()[:DEFAULT_NUMBER]
    if options.json:
        result = {**as_dict(sketch, options.confidence), **description(sketch)}
        if rows is not None:
            result["sample"] = as_json(rows, sketch.keep)
    else:
        result = {"distinct": as_text(sketch, options.confidence), **description(sketch)}
    written = write_facts(result, options)
    if rows is not None and not options.json:
        written = write_result("\n") and write_rows(rows, sketch.keep) and written
    return 0 if written else 1


def compare(arguments):
    """Say what two saved sketches have in common, and what they have not."""
    parser = parser_of("compare", "[--json] A B", compare.__doc__)
    options = parse(parser, arguments, 2, 2)
    a, b = [load(name) for name in options.files]
    if a is None or b is None:
        return 1
    try:
        parts = {
            "a": a,
            "b": b,
            "a or b": union(a, b),
            "a and b": a & b,
            "only a": a - b,
            "only b": b - a,
        }
        share = a.jaccard(b)
    except ValueError as error:
        complain(" and ".join(map(printable, options.files)), error)
        return 1
    if options.json:
        result = {name: as_dict(value, options.confidence) for name, value in parts.items()}
        result["jaccard"] = as_dict(share, options.confidence)
    else:
        result = {name: as_text(value, options.confidence) for name, value in parts.items()}
        low, high = share.interval(options.confidence)
        result["jaccard"] = f"{share.estimate():.3f} ({low:.3f} ... {high:.3f})"
    return 0 if write_facts(result, options) else 1


COMMANDS = {"merge": merge, "info": info, "compare": compare}
