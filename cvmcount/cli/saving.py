"""Writes what --save saves: sketches, and groups."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from .messages import complain

MAGIC = b"CVMS"
GROUPS_MAGIC = b"CVMG"


def refuse_to_replace(name, inputs=()):
    """Raise OSError where saving would destroy what is no sketch, or one that is read."""
    if not os.path.exists(name):
        return
    if not os.path.isfile(name):
        raise OSError(None, "is no regular file, which --save could replace")
    if any(os.path.exists(each) and os.path.samefile(name, each) for each in inputs):
        raise OSError(None, "is an input, which --save does not replace")
    with open(name, "rb") as file:
        if file.read(len(MAGIC)) not in (b"", MAGIC, GROUPS_MAGIC):
            raise OSError(None, "is no saved sketch, so that --save does not replace it")


def save(sketch, name):
    """Write beside, then rename: there is never half a file. Whether it succeeded; else it is said.

    A link stays one: what it leads to is replaced, and keeps its permissions.
    """
    path = Path(os.path.realpath(name))
    try:
        refuse_to_replace(name)
        if path.is_symlink():  # it leads to itself
            raise OSError(None, "is a link that leads nowhere")
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=".cvmcount-", suffix=".tmp", delete=False
        ) as file:
            try:
                if hasattr(sketch, "save"):
                    sketch.save(file)  # of groups, which may be many
                else:
                    file.write(sketch.to_bytes())
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, permissions(path))
                os.replace(file.name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(file.name)
                raise
    except OSError as error:
        complain(name, error)
        return False
    return True


def permissions(path):
    """Return those of a file, or what a new one would have."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def begins_with(name, magic):
    """Whether a regular file does. Of what cannot be read, whoever reads it says why."""
    try:
        if not os.path.isfile(name):
            return False
        with open(name, "rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False


def holds_groups(name):
    """Whether a file has counts by key."""
    return begins_with(name, GROUPS_MAGIC)
