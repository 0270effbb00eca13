"""Decompresses what a file holds, which its first bytes tell.

Every format may have several members, one behind the other. What comes before damage, or before an
end that is too early, is delivered first.
"""

import sys
import zlib

# Compressed bytes that are read at a time, and those that are decompressed at a time: of a piece
# with an error in it nothing is delivered. At the end, where checksums are, they are few.
CHUNK = 1 << 16
PIECE = 1 << 11
# Some decompressors ask for all of the memory that they might need.
MOST_OUTPUT = 1 << 16

LONGEST_MAGIC = 10


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


def gzip():
    try:
        from isal import igzip_lib
    except ImportError:
        return GzipDecompressor, zlib.error
    return (lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)), igzip_lib.error


def bzip2():
    import bz2

    return bz2.BZ2Decompressor, OSError


def xz():
    import lzma

    return (lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)), lzma.LZMAError


def zstd():
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise ImportError("zstd data need a library: pip install 'cvmcount[cli]'") from None
    return zstd.ZstdDecompressor, zstd.ZstdError


def format_of(head):
    """Return the format of a file with these first bytes, or None where it is not compressed."""
    if head.startswith(b"\x1f\x8b\x08"):
        return gzip
    if head[:3] == b"BZh" and head[4:] in (
        b"\x31\x41\x59\x26\x53\x59",
        b"\x17\x72\x45\x38\x50\x90",
    ):
        return bzip2
    if head.startswith(b"\xfd7zXZ\x00"):
        return xz
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    return zstd if skippable or head.startswith(b"\x28\xb5\x2f\xfd") else None


class DecompressedFile:
    """What a compressed file holds, by readinto()."""

    def __init__(self, file, kind):
        self._file = file
        self._name = kind.__name__
        self._make, self._error = kind()
        self._member = self._make()
        self._room = memoryview(bytearray(CHUNK))
        self._begin = self._end = 0  # of what has been read and not been decompressed

    def readinto(self, buffer):
        while not self._member.eof or self._begin_member():
            piece = b""
            if self._member.needs_input:
                if not self._has_more():
                    raise DamagedError(f"the {self._name} data end too early")
                piece = self._next_piece()
            try:
                data = self._member.decompress(piece, min(len(buffer), MOST_OUTPUT))
            except (self._error, EOFError) as error:
                raise DamagedError(f"damaged {self._name} data: {error}") from None
            if self._member.eof:
                self._begin -= len(self._member.unused_data)
            if data:
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _has_more(self):
        if self._begin == self._end:
            self._begin, self._end = 0, self._file.readinto(self._room)
        return self._end > 0

    def _next_piece(self):
        left = self._end - self._begin
        begin = self._begin
        self._begin += PIECE if left >= 2 * PIECE else (left + 1) // 2
        return self._room[begin : self._begin]

    def _begin_member(self):
        while self._has_more():
            if self._room[self._begin] != 0:  # some programs fill blocks with zeros
                self._member = self._make()
                return True
            self._begin += 1
        return False
