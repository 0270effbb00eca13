"""Texts in other encodings than UTF-8."""

import codecs

from .compressed import DamagedError

CHUNK = 1 << 16
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # it begins as the one of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head):
    """Return the encoding that a byte order mark tells, or None."""
    return next((encoding for bom, encoding in BOMS if head.startswith(bom)), None)


class DecodedFile:
    """A text of some encoding as UTF-8, by readinto()."""

    def __init__(self, file, encoding):
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._room = bytearray(CHUNK)
        self._text = memoryview(b"")
        self._bytes_read = 0
        self._error = None
        self._ended = False

    def readinto(self, buffer):
        while not self._text and not self._ended:
            if self._error is not None:
                raise self._error
            self._decode_more()
        size = min(len(self._text), len(buffer))
        buffer[:size] = self._text[:size]
        self._text = self._text[size:]
        return size

    def _decode_more(self):
        size = self._file.readinto(memoryview(self._room))
        self._bytes_read += size
        self._ended = size == 0
        try:
            text = self._decoder.decode(bytes(self._room[:size]), final=size == 0)
        except UnicodeDecodeError as error:  # what is before it is text
            at = self._bytes_read - len(error.object) + error.start
            self._error = DamagedError(f"byte {at:,} is no {self._encoding}: {error.reason}")
            self._ended = False
            good = codecs.getincrementaldecoder(self._encoding)()
            text = good.decode(error.object[: error.start]) if error.start > 0 else ""
        except UnicodeError as error:  # of codecs that say less
            raise DamagedError(f"the text is no {self._encoding}: {error}") from None
        self._text = memoryview(text.encode("utf-8", "surrogatepass"))
