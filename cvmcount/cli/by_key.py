"""Counts by key: --by, and what merge and info do with the groups that it saves."""

import time
from functools import partial
from itertools import tee

from cvmcount import CVMGroups
from cvmcount._groups import _update_by_lines
from cvmcount._readers.readers import Lines

from . import columns
from .arguments import accuracy_of
from .bar import Bar
from .files import UNREADABLE, Files
from .jsonl import Fields
from .messages import complain, say, write_facts, write_result
from .rows import Plain, as_line, plain
from .saving import MAGIC, begins_with, save


def usage_problem(options):
    """Return what does not go together with --by, or None."""
    if not options.by:
        return "--top needs --by"
    if not options.fields:
        return "--by needs -f, the field that is counted"
    given = {
        "--exact": options.exact,
        "--per-file": options.per_file,
        "--keep": options.keep is not None,
        "--coins fresh": options.coins == "fresh",
    }
    for option, is_given in given.items():
        if is_given:
            return f"{option} does not go with --by"
    try:
        new_groups(options)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


def new_groups(options):
    return CVMGroups(**accuracy_of(options))


def update(groups, num_keys, items, **how):
    """Count lines, rows of JSON, or a stream of Arrow, whose first fields are the key."""
    if isinstance(items, Lines):
        _update_by_lines(groups, items, **how)
        return
    if isinstance(items, Fields):
        rows_of_keys, rows_of_values = tee(items)
        keys = (one_or_tuple(row[:num_keys]) for row in rows_of_keys)
        values = (one_or_tuple(row[num_keys:]) for row in rows_of_values)
    else:
        keys, values = columns.keys_and_values(items, num_keys)
    groups.update(keys, values, **how)


def one_or_tuple(row):
    return row[0] if len(row) == 1 else row


def counts_of(groups, options):
    """Return a row for each key, or the largest; say where others may be as large as these."""
    if options.top is None:
        return groups.estimates(options.confidence)
    rows = list(groups.top(options.top + 1, options.confidence))
    if len(rows) > options.top:
        following = rows.pop()
        if rows[-1].low < following.high:
            say(f"others may be as large as number {len(rows)}: a smaller -e tells more")
    return rows


def as_rows(counts, options, verbose):
    """Return a line for each key: the key, its count and, if asked for, the interval."""
    lines = []
    for row in counts:
        numbers = [row.estimate, row.low, row.high] if verbose else [row.estimate]
        lines.append(b"\t".join([as_line(row.key, options), *(b"%d" % each for each in numbers)]))
    return b"".join(line + b"\n" for line in lines)


def as_json(counts):
    return [{**row._asdict(), "key": plain(row.key)} for row in counts]


def write_counts(groups, counts, options, verbose, told):
    if not options.json:
        return write_result(as_rows(counts, options, verbose))
    import json

    result = {"groups": as_json(counts), **description(groups), **told}
    result["confidence"] = options.confidence
    return write_result(json.dumps(result) + "\n")


def description(groups):
    return {
        "keys": len(groups),
        "items": groups.items_seen,
        "capacity": groups.capacity,
        "seed": groups.seed,
    }


def count_by_key(options):
    start = time.perf_counter()
    files = Files(options)
    bar = Bar(files, options.files, options.progress)
    groups = new_groups(options)
    try:
        read = partial(update, groups, options.num_keys, progress=bar)
        files.read_into(groups, options.files, read)
    finally:
        bar.close()
    failed = files.failed
    if options.save is not None:  # first: who reads the result may be gone
        failed = not save(groups, options.save) or failed
    counts = counts_of(groups, options)
    if len(counts) > 0 and not any(row.estimate for row in counts):
        what = ", ".join(options.fields[options.num_keys :])
        say(f"nothing was counted: {what} is always missing")
    told = {"complete": not files.failed}
    failed = not write_counts(groups, counts, options, options.verbose, told) or failed
    if options.verbose:
        seconds = time.perf_counter() - start
        say(f"{len(groups):,} keys of {groups.items_seen:,} lines in {seconds:.3f} seconds")
    return 1 if failed else 0


# ---- saved groups --------------------------------------------------------------------------------


class Saved(Plain):
    """How groups are shown that were saved."""

    def __init__(self, options):
        self.json = options.json
        self.confidence = options.confidence


def load(name):
    """Return the groups of a file; None, and a complaint, where there are none."""
    try:
        if begins_with(name, MAGIC):
            raise ValueError("holds a sketch, and others hold counts by key: merge them apart")
        with open(name, "rb") as file:
            return CVMGroups.load(file)
    except UNREADABLE as error:
        complain(name, error)
        return None


def merge(options):
    merged, failed = None, False
    for name in options.files:
        groups = load(name)
        try:
            if groups is not None and merged is not None:
                merged.merge(groups)
        except ValueError as error:
            complain(name, error)
            groups = None
        failed = failed or groups is None
        merged = merged or groups
    if failed:  # what they have seen together is not known
        return 1
    failed = options.save is not None and not save(merged, options.save)
    counts = merged.estimates(options.confidence)
    failed = not write_counts(merged, counts, Saved(options), False, {}) or failed
    return 1 if failed else 0


def info(options):
    groups = load(options.files[0])
    if groups is None:
        return 1
    return 0 if write_facts(description(groups), options) else 1
