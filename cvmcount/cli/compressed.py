"""Decompresses what a file holds, which its first bytes tell.

Every format may have several members, one behind the other. What comes before damage, or before an
end that is too early, is delivered first.
"""

import sys
import zlib
from functools import partial

# Compressed bytes that are read at a time, and those that are decompressed at a time: of a piece
# with an error in it nothing is delivered. At the end, where checksums are, they are few.
CHUNK = 1 << 16
PIECE = 1 << 11
# Some decompressors ask for all of the memory that they might need.
MOST_OUTPUT = 1 << 16
MAGIC_SIZE = 13  # bytes that tell a format


class DamagedError(OSError):
    """The data are not what their first bytes promise."""

    def __init__(self, message):
        super().__init__(None, message)


class GzipDecompressor:
    """The interface of the other decompressors for zlib's."""

    def __init__(self):
        self._inflate = zlib.decompressobj(wbits=31)
        self._may_have_more = False

    def decompress(self, data, max_length):
        data = self._inflate.unconsumed_tail or data
        output = self._inflate.decompress(data, max_length)
        self._may_have_more = len(output) == max_length
        return output

    @property
    def eof(self):
        return self._inflate.eof

    @property
    def needs_input(self):
        return not self._may_have_more and not self._inflate.unconsumed_tail

    @property
    def unused_data(self):
        return self._inflate.unused_data


class Format:
    """A kind of compressed data: its name, its errors, and what makes its decompressors."""

    def __init__(self, name, errors, make):
        self.name = name
        self.errors = errors
        self.make = make  # from the first bytes of a member


def gzip(memory):
    try:
        from isal import igzip_lib
    except ImportError:
        return Format("gzip", (zlib.error,), lambda head: GzipDecompressor())

    def make(head):
        # isal takes headers of several optional parts, or with a checksum, for damaged.
        if len(head) < 4 or head[3] not in (0, 4, 8, 16):
            return GzipDecompressor()
        return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)

    return Format("gzip", (zlib.error, igzip_lib.error), make)


def bzip2(memory):
    import bz2

    return Format("bzip2", (OSError,), lambda head: bz2.BZ2Decompressor())


def xz(memory):
    import lzma

    make = partial(lzma.LZMADecompressor, lzma.FORMAT_AUTO, memory)
    return Format("xz", (lzma.LZMAError,), lambda head: make())


def zstd(memory):
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise ImportError("zstd data need a library: pip install backports.zstd") from None
    parameter = zstd.DecompressionParameter.window_log_max
    low, high = parameter.bounds()
    window = min(max(memory.bit_length() - 1, low), high)
    make = partial(zstd.ZstdDecompressor, options={parameter: window})
    return Format("zstd", (zstd.ZstdError,), lambda head: make())


def format_of(head):
    """Return the format of a file with these first bytes, or None where it is not compressed."""
    if head.startswith(b"\x1f\x8b\x08"):
        return gzip
    if head[:3] == b"BZh" and head[4:10] in (
        b"\x31\x41\x59\x26\x53\x59",
        b"\x17\x72\x45\x38\x50\x90",
    ):
        return bzip2
    if head.startswith(b"\xfd7zXZ\x00"):
        return xz
    if head.startswith(b"\x5d\0\0") and head[12:13] in (b"\0", b"\xff"):  # .lzma, up to 2**56 bytes
        return xz
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    return zstd if skippable or head.startswith(b"\x28\xb5\x2f\xfd") else None


class DecompressedFile:
    """What a compressed file holds, by readinto()."""

    def __init__(self, file, kind, memory, note):
        """`kind` is what format_of() returned; decompression may take so many bytes of memory.

        `note` is called with a sentence where something follows the data that is none of them.
        """
        self._file = file
        self._kind = kind
        self._format = kind(memory)
        self._memory = memory
        self._note = note
        self._room = memoryview(bytearray(CHUNK))
        self._begin = self._end = 0  # of what has been read and not been decompressed
        self._has_more(MAGIC_SIZE)
        self._member = self._format.make(bytes(self._room[: self._end]))

    def readinto(self, buffer):
        while not self._member.eof or self._begin_member():
            piece = b""
            if self._member.needs_input:
                if not self._has_more():
                    raise DamagedError(f"the {self._format.name} data end too early")
                piece = self._next_piece()
            try:
                data = self._member.decompress(piece, min(len(buffer), MOST_OUTPUT))
            except (*self._format.errors, EOFError) as error:
                raise DamagedError(self._words(error)) from None
            if self._member.eof:
                self._begin -= len(self._member.unused_data)
            if data:
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _words(self, error):
        if any(word in str(error) for word in ("too much memory", "Memory usage limit")):
            return (
                f"its {self._format.name} data need more than {self._memory >> 20:,} MB of memory:"
                " allow it with --memory"
            )
        return f"damaged {self._format.name} data: {error}"

    def _has_more(self, wanted=1):
        """Read until so many bytes are there, or the file has ended. Whether there are any."""
        left = self._end - self._begin
        if left < wanted:
            self._room[:left] = bytes(self._room[self._begin : self._end])
            self._begin, self._end = 0, left
            while self._end < wanted and (size := self._file.readinto(self._room[self._end :])):
                self._end += size
        return self._end > self._begin

    def _next_piece(self):
        left = self._end - self._begin
        begin = self._begin
        self._begin += PIECE if left >= 2 * PIECE else (left + 1) // 2
        return self._room[begin : self._begin]

    def _begin_member(self):
        while self._has_more():
            if self._room[self._begin] != 0:  # some programs fill blocks with zeros
                self._has_more(MAGIC_SIZE)
                head = bytes(self._room[self._begin : self._end])
                if format_of(head) is self._kind:
                    self._member = self._format.make(head)
                    return True
                self._ignore_rest()
                return False
            self._begin += 1
        return False

    def _ignore_rest(self):
        size = 0
        while self._has_more():
            size += self._end - self._begin
            self._begin = self._end
        if size > 0:
            self._note(f"{size:,} bytes after the {self._format.name} data were ignored")
