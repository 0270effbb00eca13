"""Opens what is to be counted. Whatever cannot be read is reported, and the rest goes on."""

import io
import os
import stat
from functools import partial

from cvmcount._checks import available_cores
from cvmcount._readers.readers import Lines

from . import archive, columns
from .beginning import Beginning
from .compressed import DamagedError, DecompressedFile, format_of
from .decoding import DecodedFile, encoding_of
from .messages import complain
from .unreadable import LONGEST_MAGIC, refuse_unreadable

# What an input may raise. It is reported, and the other files are counted.
UNREADABLE = (
    ImportError,  # some need a library
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,  # no threads
    TypeError,  # values that are no elements
    ValueError,
)


SMALL = 1 << 16  # bytes of a file that one worker reads before others have started
LARGE = 1 << 23  # bytes from which a file is read by several where no option says how many
A_FEW = 4  # workers; with more of them it is the memory that takes the time


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

    def is_regular(self):
        return stat.S_ISREG(os.fstat(self.fileno()).st_mode)


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
        self._files.take_text(size)
        for watcher in self._watchers:
            watcher.read(buffer[:size])
        return size


class RegularFile(WatchedFile):
    """A text that is a regular file as it is, which several workers read at once (see Lines)."""

    def __init__(self, raw, file, files, unread):
        """So many of the bytes that were read have to be read again."""
        super().__init__(file, files, ())
        self._raw = raw
        self.fileno = raw.fileno
        self.tell = raw.tell
        raw.seek(-unread, os.SEEK_CUR)
        files.stored_bytes -= unread

    def seek(self, offset, whence):
        before = self.tell()
        size = self._raw.seek(offset, whence) - before
        self._files.stored_bytes += size
        self._files.take_text(size)


def read_head(file, size):
    """Return the first bytes, fewer where the file is shorter or cannot be read on."""
    head = bytearray(size)
    done = 0
    while done < size:
        try:
            more = file.readinto(memoryview(head)[done:])
        except OSError:
            if done == 0:
                raise
            break  # whoever reads on meets the error, after these bytes
        if more == 0:
            break
        done += more
    return bytes(head[:done])


class Files:
    """The files of one call, and what became of them."""

    def __init__(self, options):
        self._options = options
        self.stored_bytes = 0
        self.text_bytes = 0  # that is, decompressed
        self.failed = False
        self._has_complained = False  # about the file that is open
        self._has_text = False  # behind its header

    def fail(self, name, error):
        """Report the first error of a file. What follows from it need not be said."""
        if not self._has_complained:
            self.note(name, error)
        self._has_complained = True
        self.failed = True

    def take_text(self, size):
        """Count bytes of the file that is open."""
        self.text_bytes += size
        self._has_text = self._has_text or size > 0

    def note(self, name, text):
        """Say something about a file that was read."""
        complain("standard input" if name == "-" else name, text)

    def note_nothing(self, name):
        """Say that a file without an error had nothing of what -f asks for, unless it was empty."""
        if not self._has_complained and self._has_text:
            what = ", ".join(self._options.fields)
            tabs = " (a tab separates them)" if self._is_split_by_tabs() else ""
            self.note(name, f"nothing was counted: no line has a field {what}{tabs}")

    def _is_split_by_tabs(self):
        options = self._options
        return not (options.delimiter or options.csv or options.whitespace or options.jsonl)

    def workers_for(self, name):
        """Return how many threads read a file: one where others are not worth their start."""
        workers = self._options.workers
        try:
            status = os.fstat(0) if name == "-" else os.stat(name)
        except OSError:
            return 1
        if not stat.S_ISREG(status.st_mode):
            return workers or 1
        if workers is None:
            return min(A_FEW, available_cores()) if status.st_size >= LARGE else 1
        return workers if status.st_size > SMALL else 1

    def read(self, name, update, watchers=()):
        """Call `update` with what a file holds, as items for `CVMSketch.update`.

        That may be several times, of an archive, or never. What goes wrong is reported. Returns
        whether the file could be opened.
        """
        opened = False
        self._has_complained = self._has_text = False
        try:
            with RawFile(name, self) as raw:
                head = read_head(raw, LONGEST_MAGIC)
                opened = True
                if not head.startswith(archive.MAGIC):
                    update(self._items(name, raw, PrefixedFile(head, raw), head, watchers))
                    return opened
                for member, file in archive.members(raw):
                    self._has_complained = False
                    self._read_member(f"{name}: {member}", file, update, watchers)
        except UNREADABLE as error:
            self.fail(name, error)
        return opened

    def read_into(self, counted, names, update):
        """Call `update(items, workers=N)` with what each file holds, for what counts `items_seen`.

        Of a file that has nothing in the fields that were asked for, that is said.
        """
        for name in names:
            items_before = counted.items_seen
            self.read(name, partial(update, workers=self.workers_for(name)), ())
            if self._options.fields and counted.items_seen == items_before:
                self.note_nothing(name)

    def _read_member(self, name, file, update, watchers):
        try:
            head = read_head(file, LONGEST_MAGIC)
            update(self._items(name, file, PrefixedFile(head, file), head, watchers))
        except UNREADABLE as error:
            self.fail(name, error)

    def _items(self, name, raw, file, head, watchers):
        kind = format_of(head)
        if kind is None:
            file = UntilError(name, file, self)
        else:
            content = DecompressedFile(file, kind, self._options.memory, partial(self.note, name))
            file = UntilError(name, content, self)
            head = read_head(file, LONGEST_MAGIC)
            file = PrefixedFile(head, file)
        fields = self._options.fields
        if columns.is_parquet(head):
            if kind is not None or not (hasattr(raw, "seekable") and raw.seekable()):
                raise DamagedError("Parquet files come neither compressed nor through a pipe")
            raw.seek(0)
            opened = columns.open_parquet(raw, fields)
        elif columns.is_arrow(head):
            opened = columns.open_arrow(file, fields)
        else:
            refuse_unreadable(head)
            text = self._decoded(file, head)
            as_it_is = raw if text is file and kind is None and not watchers else None
            return self._text(name, text, watchers, as_it_is)
        return columns.as_stream(*opened, self._options, self, name, watchers)

    def _decoded(self, file, head):
        encoding = self._options.encoding or encoding_of(head)
        return file if encoding is None else DecodedFile(file, encoding)

    def _text(self, name, file, watchers, raw):
        """Return the lines of a text. `raw` is the same, or None if it is not that of a file."""
        options = self._options
        file = UntilError(name, file, self)
        beginning = Beginning(file, options)
        beginning.drop_bom()
        beginning.skip_lines(options.skip_lines)
        if options.jsonl:
            file = WatchedFile(PrefixedFile(beginning.rest, file), self, ())
            from .jsonl import Fields

            return Fields(file, options, watchers, partial(self.fail, name))
        fields = beginning.fields()
        if fields == [1] and not options.header and self._is_split_by_tabs():
            lines = beginning.rest
            if b"\n" in lines and b"\t" not in lines:
                self.note(name, "no tab separates fields, so field 1 is the whole line: see -t")
        self.text_bytes += beginning.bytes
        for watcher in watchers:
            watcher.begin_file(fields)
        regular = isinstance(raw, RawFile) and raw.is_regular()
        if regular:
            content = RegularFile(raw, UntilError(name, raw, self), self, len(beginning.rest))
        else:
            content = WatchedFile(PrefixedFile(beginning.rest, file), self, watchers)
        return Lines(
            content,
            regular=regular,
            fields=fields,
            num_keys=options.num_keys,
            end=b"\0" if options.zero_terminated else b"\n",
            strip_cr=not options.zero_terminated and not options.keep_cr,
            skip_empty=options.skip_empty,
            fold_case=options.ignore_case,
            comment=options.comment,
            delimiter=options.delimiter or (b"," if options.csv else b"\t"),
            blanks=options.whitespace,
            quotes=options.csv,
            rows_before=options.skip_lines + beginning.num_rows,
        )

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
