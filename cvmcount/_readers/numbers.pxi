# The numbers that come with items: a column of the same length, or any other container of numbers.

from cvmcount._core.identity cimport byte_span
from cvmcount._core.items cimport no_number, read_number
from cvmcount._identity.objects cimport as_span


cdef class NumberReader:
    def __cinit__(self):
        self.position = -1

    cdef int number_at(self, Py_ssize_t position, item_number* number) except -1:
        if self.column is not None:
            return self.number_in_column(position, number)
        while self.position < position:
            try:
                self.last = next(self.iterator)
            except StopIteration:
                raise_length("fewer")
            self.position += 1
        return number_of(self.last, number)

    cdef int number_in_column(self, Py_ssize_t position, item_number* number) except -1:
        cdef ColumnReader column = self.column
        while position >= column.first + <Py_ssize_t>column.values.get().size():
            if not column.next_values():
                raise_length("fewer")
        try:
            if column.values.get().read_number(<size_t>(position - column.first), number[0]):
                return 0
        except RuntimeError:
            pass  # only Python has this value
        if column.source is None:
            raise TypeError("values must be numbers or durations")
        return number_of(column.source.values_at(position, position + 1)[0], number)

    cdef int finish(self, Py_ssize_t size) except -1:
        cdef ColumnReader column = self.column
        if column is None:
            while self.position + 1 < size:
                try:
                    self.last = next(self.iterator)
                except StopIteration:
                    raise_length("fewer")
                self.position += 1
            for _ in self.iterator:
                raise_length("more")
            return 0
        while column.first + <Py_ssize_t>column.values.get().size() < size:
            if not column.next_values():
                raise_length("fewer")
        if column.first + <Py_ssize_t>column.values.get().size() > size or column.next_values():
            raise_length("more")
        return 0


cdef int raise_length(str which) except -1:
    raise ValueError(f"values must be as many as the items, and there are {which}")


cdef int number_of(value, item_number* number) except -1:
    cdef bytes data = encode_item(value)
    if not read_number(as_span(<const char*>data, len(data)), number[0]):
        raise TypeError(f"values must be numbers or durations, not {value!r}")
    return 0


cdef NumberReader open_numbers(object values, object items):
    cdef NumberReader numbers = NumberReader()
    if isinstance(values, (str, bytes)):
        raise TypeError(f"values must be a container of numbers, not {type(values).__name__}")
    try:
        differs = len(values) != len(items)
    except TypeError:
        differs = False  # one of them has no length
    if differs:
        raise ValueError(
            f"values must be as many as the items, {len(items):,}, and not {len(values):,}"
        )
    cdef BlockReader reader = open_reader(values, 1)
    if isinstance(reader, ColumnReader) and not isinstance(reader, CategoryReader):
        numbers.column = reader
    elif isinstance(reader, IteratorReader):
        numbers.iterator = (<IteratorReader>reader).iterator
    else:
        numbers.iterator = iter(values)
    return numbers
