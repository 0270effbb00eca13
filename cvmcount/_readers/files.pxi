# Open files, as the lines that the program counts: without their ends, and as text where they are
# valid UTF-8. With its end, a last line that has none would be another element than the same line
# before it.

import io


def lines_of_text(file):
    for line in file:
        yield line.removesuffix("\n").removesuffix("\r")


# The same as Python objects, for what keeps them.
def lines_of_bytes(file):
    for line in file:
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield line


cdef object unwrapped(items):
    return items.file if isinstance(items, known("tempfile", "_TemporaryFileWrapper")) else items


cdef BlockReader open_kept_file(object items):
    items = unwrapped(items)
    if isinstance(items, (io.RawIOBase, io.BufferedIOBase)):
        return IteratorReader(lines_of_bytes(items))
    return None


cdef BlockReader open_file(object items, size_t workers):
    items = unwrapped(items)
    if isinstance(items, io.TextIOBase):
        return IteratorReader(lines_of_text(items))
    if isinstance(items, (io.RawIOBase, io.BufferedIOBase)):
        return open_lines(Lines(items), workers)
    return None
