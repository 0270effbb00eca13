"""Opens what is to be counted. Whatever cannot be read is reported, and the rest goes on."""

import io
import os
import stat
from contextlib import ExitStack, contextmanager

from cvmcount._readers.readers import Lines

from . import columns
from .compressed import LONGEST_MAGIC, DamagedError, DecompressedFile, format_of
from .messages import complain

LONGEST_HEADER = 1 << 20


class RawFile(io.FileIO):
    """A file, or standard input, that tells how many bytes were read."""

    def __init__(self, name, counts):
        super().__init__(0 if name == "-" else name, closefd=name != "-")
        self._counts = counts

    def readinto(self, buffer):
        size = super().readinto(buffer)
        if size is None:
            raise BlockingIOError(None, "no data yet, and reading does not wait")
        self._counts.stored_bytes += size
        return size


class PrefixedFile:
    """A file after bytes that were read from it before."""

    def __init__(self, head, file):
        self._head = head
        self._file = file

    def readinto(self, buffer):
        if not self._head:
            return self._file.readinto(buffer)
        size = min(len(self._head), len(buffer))
        buffer[:size] = self._head[:size]
        self._head = self._head[size:]
        return size


class UntilError:
    """A file that ends at the first error, which is reported."""

    def __init__(self, name, file, files):
        self._name = name
        self._file = file
        self._files = files
        self._ended = False

    def readinto(self, buffer):
        if not self._ended:
            try:
                return self._file.readinto(buffer)
            except OSError as error:
                self._files.fail(self._name, error)
                self._ended = True
        return 0


class WatchedFile:
    """A text that others look into."""

    def __init__(self, file, files, watchers):
        self._file = file
        self._files = files
        self._watchers = watchers

    def readinto(self, buffer):
        size = self._file.readinto(buffer)
        self._files.text_bytes += size
        for watcher in self._watchers:
            watcher.read(buffer[:size])
        return size


def read_head(file, size):
    """Return the first bytes, fewer where the file is shorter."""
    head = bytearray(size)
    done = 0
    while done < size:
        more = file.readinto(memoryview(head)[done:])
        if more == 0:
            break
        done += more
    return bytes(head[:done])


def read_header(file, end):
    """Return the first line without its end, the bytes of both, and what else was read."""
    head = b""
    buffer = bytearray(1 << 16)
    while end not in head and len(head) <= LONGEST_HEADER:
        size = file.readinto(memoryview(buffer))
        if size == 0:
            break
        head += buffer[:size]
    line, found, rest = head.partition(end)
    if not found and len(head) > LONGEST_HEADER:
        raise DamagedError(f"the header is longer than {LONGEST_HEADER:,} bytes")
    return line, len(line) + len(found), rest


class Files:
    """The files of one call, and what became of them."""

    def __init__(self, options):
        self._options = options
        self._end = b"\0" if options.zero_terminated else b"\n"
        self.stored_bytes = 0
        self.text_bytes = 0  # that is, decompressed
        self.failed = False
        self._has_complained = False  # about the file that is open

    def fail(self, name, error):
        """Report the first error of a file. What follows from it need not be said."""
        if not self._has_complained:
            complain("standard input" if name == "-" else name, error)
        self._has_complained = True
        self.failed = True

    @contextmanager
    def open(self, name, watchers=()):
        """Open a file as items for `CVMSketch.update`; None, and a complaint, where that fails."""
        self._has_complained = False
        with ExitStack() as stack:
            try:
                raw = stack.enter_context(RawFile(name, self))
                items = self._open_items(name, raw, watchers)
            except (OSError, ImportError, ValueError) as error:  # some need a library
                self.fail(name, error)
                yield None
                return
            try:
                yield items
            except (TypeError, ValueError, OSError) as error:  # a column that cannot be counted
                self.fail(name, error)

    def _open_items(self, name, raw, watchers):
        head = read_head(raw, LONGEST_MAGIC)
        file = PrefixedFile(head, raw)
        kind = format_of(head)
        if kind is None:
            file = UntilError(name, file, self)
        else:
            file = UntilError(name, DecompressedFile(file, kind), self)
            head = read_head(file, LONGEST_MAGIC)
            file = PrefixedFile(head, file)
        if columns.is_parquet(head):
            if kind is not None or not raw.seekable():
                raise DamagedError("Parquet files come neither compressed nor through a pipe")
            raw.seek(0)
            opened = columns.open_parquet(raw, self._options.field)
        elif columns.is_arrow(head):
            opened = columns.open_arrow(file, self._options.field)
        elif self._options.csv:
            opened = columns.open_csv(file, self._options)
        else:
            return self._open_lines(file, watchers)
        return columns.as_stream(*opened, self._options, self, name, watchers)

    def _open_lines(self, file, watchers):
        file, field = self._start(file)
        for watcher in watchers:
            watcher.begin_file(field)
        options = self._options
        return Lines(
            WatchedFile(file, self, watchers),
            field=field,
            end=self._end,
            strip_cr=not options.zero_terminated and not options.keep_cr,
            skip_empty=options.skip_empty,
            fold_case=options.ignore_case,
            delimiter=options.delimiter or b"\t",
        )

    def _start(self, file):
        if not self._options.header:
            return file, self._options.field or 0
        header, size, rest = read_header(file, self._end)
        self.text_bytes += size
        return PrefixedFile(rest, file), self._field_number(header)

    def _field_number(self, header):
        name = self._options.field
        if not isinstance(name, str):
            return name or 0
        if not self._options.keep_cr and not self._options.zero_terminated:
            header = header.removesuffix(b"\r")
        header = header.removeprefix(b"\xef\xbb\xbf")  # the mark with which Excel begins
        names = header.split(self._options.delimiter or b"\t")
        if os.fsencode(name) not in names:
            shown = ", ".join(name.decode(errors="replace") for name in names[:20])
            more = ", ..." if len(names) > 20 else ""
            raise DamagedError(f"no field {name!r} in the header: {shown}{more}")
        return names.index(os.fsencode(name)) + 1

    def total_size(self, names):
        """Return the bytes of all files; None where a pipe is among them."""
        total = 0
        for name in names:
            try:
                status = os.fstat(0) if name == "-" else os.stat(name)
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode):
                return None
            total += status.st_size
        return total
