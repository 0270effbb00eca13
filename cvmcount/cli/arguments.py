"""What can be asked for when files are counted."""

import argparse
import codecs
import os
import re

from .choice import is_number
from .messages import printable, write_result

USAGE = """cvmcount [OPTION]... [FILE]...
       cvmcount {sample|merge|info|compare} --help"""

DESCRIPTION = (
    "Count the distinct lines of files, or of standard input, in one pass and fixed memory."
)

EXAMPLES = """examples:
  cvmcount access.log                       instead of sort -u access.log | wc -l
  cvmcount -v -e 0.01 2026-*.gz             within 1 %, and with the interval
  cvmcount --csv --by page -f user a.csv    the users of each page
  cvmcount sample access.log                ten of them, drawn uniformly

Files compressed by gzip, bzip2, xz, zstd or zip are decompressed; of Parquet and Arrow files -f
chooses the column (with pyarrow installed). A count is exact up to 4,364 distinct lines (with
--by, 1,024 of each value), then an estimate, as -v says. Exit status: 1 where not all was read.
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Say in one line what is wrong."""
        self.exit(2, f"{self.prog}: {printable(message)} (see {self.prog} --help)\n")

    def parse(self, arguments, least=0, most=None):
        """Return the options and so many files: in any order, and after -- all are files."""
        end = arguments.index("--") if "--" in arguments else len(arguments)
        options = self.parse_intermixed_args(arguments[:end])
        options.files += arguments[end + 1 :]
        count = len(options.files)
        if count < least or (most is not None and count > most):
            wanted = f"{least}" if most == least else f"{least} or more"
            self.error(f"number of files must be {wanted}, not {count}")
        return options

    def print_help(self, file=None):
        if not write_result(self.format_help()):
            self.exit(1)


def delimiter(text):
    if text == "\\t":
        return b"\t"
    if not text or set(text) & set("\r\n\0"):
        raise argparse.ArgumentTypeError(f"must be characters without line ends, not {text!r}")
    return os.fsencode(text)


def one_character(text):
    if len(text) == 1 and text.isascii() and text not in "\r\n\0":
        return text.encode()
    raise argparse.ArgumentTypeError(f"must be one ASCII character, not {text!r}")


def encoding(text):
    try:
        codecs.getincrementaldecoder(text)
        "".encode(text)
    except (LookupError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"must be an encoding that Python has: {error}") from None
    return text


def delta(text):
    try:
        return float(text)
    except ValueError:
        hint = "what separates fields is -t, or --whitespace"
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}: {hint}") from None


def memory(text):
    size = re.fullmatch(r"(\d{1,9})([MG])", text)
    if size is None or int(size[1]) == 0:
        raise argparse.ArgumentTypeError(f"must be a number with M or G, as 512M, not {text!r}")
    return int(size[1]) << {"M": 20, "G": 30}[size[2]]


def lines_to_skip(text):
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"must be a number of lines, not {text!r}")
    return int(text)


def integer(text):
    return int(text, 0)


def seed(text):
    """Return a seed, or None for a secret one."""
    return None if text == "random" else integer(text)


def number_of_workers(text):
    return text if text == "all" else integer(text)


def fields(text):
    """Return the fields that one -f means: one, or several numbers."""
    text = os.fsencode(text).decode("utf-8", "surrogateescape")  # as names in files
    found = text.split(",") if re.fullmatch(r"[0-9]+(,[0-9]+)+", text) else [text]
    for field in found:
        if is_number(field) and int(field) == 0:
            raise argparse.ArgumentTypeError("fields are counted from 1")
    return found


def number_of_rows(text):
    if text.isascii() and text.isdecimal() and 0 < int(text) < 1 << 62:
        return int(text)
    raise argparse.ArgumentTypeError(f"must be a number from 1, not {text!r}")


def file_to_write(text):
    if text in ("", "-"):
        raise argparse.ArgumentTypeError(f"must be the name of a file, not {text!r}")
    return text


def add_save(parser):
    parser.add_argument(
        "--save",
        type=file_to_write,
        metavar="FILE",
        help="save the count as a sketch, for cvmcount merge, info and compare",
    )


def add_confidence(parser):
    parser.add_argument(
        "--confidence",
        type=float,
        default=0.95,
        metavar="C",
        help="the probability that the interval holds (0.95)",
    )


def new_parser(prog, description, epilog, usage=None):
    parser = Parser(
        prog=prog,
        usage=usage or f"{prog} [OPTION]... [FILE]...",
        description=description,
        epilog=epilog,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=26, width=96
        ),
        allow_abbrev=False,
        add_help=False,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="- or none: standard input")
    return parser


def add_lines(parser):
    """Add what says which lines or fields are the items, and how they are read."""
    lines = parser.add_argument_group("what is counted")
    lines.add_argument(
        "-f",
        "--field",
        dest="fields",
        type=fields,
        action="extend",
        default=[],
        metavar="N|NAME",
        help="field N of each line (from 1), or the one the header names; several, as 1,3"
        " or -f a -f b, count as tuples; lines without it are skipped",
    )
    lines.add_argument(
        "-t",
        "--delimiter",
        type=delimiter,
        metavar="TEXT",
        help="what separates fields (a tab): as in cut, quotes mean nothing",
    )
    lines.add_argument(
        "--whitespace", action="store_true", help="runs of blanks separate fields, as in awk"
    )
    lines.add_argument(
        "-H", "--header", action="store_true", help="the first line of each file is a header"
    )
    lines.add_argument(
        "--csv",
        action="store_true",
        help="quotes mean what they do in CSV; commas separate unless -t says else",
    )
    lines.add_argument(
        "--jsonl", action="store_true", help="each line is JSON, and -f names a field: user.id"
    )
    lines.add_argument(
        "--skip-lines",
        type=lines_to_skip,
        default=0,
        metavar="N",
        help="drop the first N lines of each file",
    )
    lines.add_argument(
        "--comment", type=one_character, metavar="CHAR", help="drop lines that begin with CHAR"
    )
    lines.add_argument(
        "--encoding",
        type=encoding,
        metavar="NAME",
        help="of the files (UTF-8, or what a byte order mark says)",
    )
    lines.add_argument("-i", "--ignore-case", action="store_true", help="A is a, of ASCII letters")
    lines.add_argument(
        "-z", "--zero-terminated", action="store_true", help="lines end with NUL, not LF or CRLF"
    )
    lines.add_argument("--keep-cr", action="store_true", help="CR before LF is part of the line")
    lines.add_argument("--skip-empty", action="store_true", help="do not count empty lines")


def add_sketch(parser):
    """Add what says how well and by what it is counted. Returns the group."""
    how = parser.add_argument_group("how well, and by what")
    how.add_argument(
        "-e",
        "--epsilon",
        type=float,
        metavar="E",
        help="allowed error, as a fraction of the count (0.05; with --by 0.1)",
    )
    how.add_argument(
        "-d",
        "--delta",
        type=delta,
        default=0.001,
        metavar="D",
        help="the probability of being further off (0.001)",
    )
    how.add_argument(
        "--capacity",
        type=integer,
        metavar="K",
        help="hold K distinct lines, instead of as many as -e needs",
    )
    how.add_argument(
        "--coins",
        choices=("hashed", "fresh"),
        default="hashed",
        help="of a line to be kept: one for all its repeats, or one for each",
    )
    how.add_argument(
        "--seed",
        type=seed,
        default=0,
        metavar="N",
        help="of the hash (0), or random: a secret one",
    )
    how.add_argument(
        "--workers",
        type=number_of_workers,
        metavar="N",
        help="read with N threads, or all: one a core (a few for large files)",
    )
    how.add_argument(
        "--memory",
        type=memory,
        default=512 << 20,
        metavar="SIZE",
        help="the most that decompression may take (512M)",
    )
    return how


def accuracy_of(options):
    """Return what sketches and groups are made with; what was not given is as they have it."""
    given = {"delta": options.delta, "capacity": options.capacity, "seed": options.seed}
    if options.epsilon is not None:
        given["epsilon"] = options.epsilon
    return given


def add_progress(group):
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar, or none; by default on terminals after a second",
    )


def make_parser():
    parser = new_parser("cvmcount", DESCRIPTION, EXAMPLES, USAGE)
    add_lines(parser)
    add_sketch(parser).add_argument(
        "--exact",
        action="store_true",
        help="also count exactly, behind it; takes memory for every distinct line",
    )

    output = parser.add_argument_group("what is written")
    output.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also the interval: on standard error, or behind the counts of --by",
    )
    output.add_argument("--json", action="store_true", help="all there is to know, as JSON")
    add_confidence(output)
    output.add_argument(
        "--per-file", action="store_true", help="a line for each file, then the total"
    )
    output.add_argument(
        "--by",
        type=fields,
        action="extend",
        default=[],
        metavar="N|NAME",
        help="a line for each value of these fields: the value and its count",
    )
    output.add_argument(
        "--top",
        type=number_of_rows,
        metavar="N",
        help="only the N that are estimated to be largest, largest first",
    )
    add_save(output)
    output.add_argument(
        "--keep",
        choices=("items", "summaries"),
        metavar="WHAT",
        help="save its lines with it (items), and their counts (summaries)",
    )
    add_progress(output)
    output.add_argument("--version", action="store_true", help="the version, and nothing else")
    output.add_argument("-h", "--help", action="help", help="write this text")
    return parser
