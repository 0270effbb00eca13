"""The members of a .zip file, each as a file."""

import zlib

from .compressed import DamagedError

MAGIC = b"PK\x03\x04"
DOCUMENT = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")


class Member:
    """A member, by readinto(). Others close it."""

    def __init__(self, archive, info):
        if info.flag_bits & 1:
            raise DamagedError(f"{info.filename} is encrypted: unpack it first")
        try:
            self._file = archive.open(info)
        except NotImplementedError as error:  # a method that Python does not have
            raise DamagedError(f"{info.filename}: {error}") from None

    def readinto(self, buffer):
        import zipfile

        try:
            return self._file.readinto(buffer)
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise DamagedError(str(error) or "the zip data end too early") from None


def members(raw):
    """Yield the files in a .zip file. DamagedError where it is none that can be read."""
    import zipfile

    if not raw.seekable():
        raise DamagedError("zip files do not come through a pipe")
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DamagedError(f"this begins as a zip file does: {error}") from None
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if infos and infos[0].filename in DOCUMENT:
        raise DamagedError("this is a document in a zip file: save it as CSV first")
    for info in infos:
        yield info.filename, Member(archive, info)
