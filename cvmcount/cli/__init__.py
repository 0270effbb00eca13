"""The program `cvmcount`: counts the distinct lines of files.

Each command is a function of its arguments that returns the exit status: 0, 1 where some input
could not be read (the rest was counted) or 2 for wrong usage. What only some calls need is imported
by those, because half of the time of a short call is imports.

`count` is what the program does unless told otherwise, by the options of `arguments`; `sample`
draws distinct lines, `by_key` counts for --by, and `sketches` has the other commands. `files` opens
each input: `compressed`, `archive` and `decoding` make a text of it or `unreadable` refuses it,
`beginning` takes the header and `choice` the fields that -f means; then the core reads the lines,
or `columns` and `jsonl` read what are no lines. `exact` counts once more for --exact, with
`csv_rows`; `bar` shows the progress, `messages` writes, `rows` makes lines of elements and `saving`
the files of --save.
"""

import os
import signal
import sys


def run():
    """Run the program and exit."""
    # Whoever stops it, or stops reading from it, knows why it ends.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    # All is written and closed by now. Python's own way out would not wait for the threads by which
    # pyarrow reads ahead, and now and then abort for them where a file cannot be read.
    os._exit(status_of(sys.argv[1:]))


def status_of(arguments):
    if arguments[:1] == ["sample"]:
        from . import sample

        return sample.main(arguments[1:])
    if arguments[:1] in (["merge"], ["info"], ["compare"]):
        from . import sketches

        return sketches.COMMANDS[arguments[0]](arguments[1:])
    from . import count

    return count.main(arguments)
