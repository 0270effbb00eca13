# Periods and intervals of pandas: the same members as those of one Period or Interval, from arrays
# that hold each of them for all rows.

from libcpp.string cimport string

from cvmcount._core.columns cimport composite_column, same_text_column
from cvmcount._core.identity cimport instance_kind


cdef class Fields:
    """The columns of the members, as long as no column owns them, and what they read."""

    cdef vector[unique_ptr[column]] columns
    cdef list buffers
    cdef size_t size

    def __cinit__(self, size):
        self.buffers = []
        self.size = size

    cdef int add_text(self, str text) except -1:
        cdef unique_ptr[column] field
        cdef bytes utf8 = text.encode()
        field.reset(new same_text_column(<string>utf8, self.size))
        self.columns.push_back(move(field))
        return 0

    # Returns false where the values of this array have to be made Python objects.
    cdef bint add_array(self, values, bint is_aware) except -1:
        cdef unique_ptr[column] field
        cdef Buffer buffer = buffer_of(values, values)
        cdef column* opened = column_of(buffer, values.dtype, is_aware)
        if opened is NULL:
            return False
        field.reset(opened)
        self.columns.push_back(move(field))
        self.buffers.append(buffer)
        return True

    cdef BlockReader open(self, items, size_t workers):
        cdef ColumnReader reader = ColumnReader.__new__(ColumnReader)
        cdef Buffer missing = Buffer(items.isna(), items)
        cdef column* values = new composite_column(instance_kind, move(self.columns), self.size)
        reader.start_column(ArrayValues(items), values, workers)
        values.set_mask(missing.values(False))
        self.buffers.append(missing)
        reader.kept_alive = self.buffers
        return reader


cdef BlockReader open_periods(items, size_t workers):
    cdef Fields fields = Fields(len(items))
    fields.add_text("pandas.Period")
    fields.add_text(items.dtype.name.removeprefix("period[").removesuffix("]"))  # its freqstr
    fields.add_array(items.view("i8"), False)
    return fields.open(items, workers)


cdef BlockReader open_intervals(items, size_t workers):
    cdef Fields fields = Fields(len(items))
    fields.add_text("pandas.Interval")
    fields.add_text(items.closed)
    for bounds in (items.left, items.right):
        is_aware = is_zoned(bounds.dtype)
        values = instants_of(bounds) if is_aware else bounds.to_numpy()
        if not fields.add_array(values, is_aware):
            return ObjectsReader(items)
    return fields.open(items, workers)
