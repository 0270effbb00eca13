# Open files, as the lines that the program counts: without their ends, and as text where they are
# valid UTF-8. With its end, a last line that has none would be another element than the same line
# before it.

import io


def lines_of_text(file):
    for line in file:
        yield line.removesuffix("\n").removesuffix("\r")


cdef object unwrapped(items):
    return items.file if isinstance(items, known("tempfile", "_TemporaryFileWrapper")) else items


cdef BlockReader open_text_file(object items, size_t workers):
    items = unwrapped(items)
    return IteratorReader(lines_of_text(items)) if isinstance(items, io.TextIOBase) else None
