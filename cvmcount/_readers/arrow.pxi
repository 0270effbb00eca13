# Whatever offers itself by the Arrow PyCapsule interface, as columns. No Arrow library need be
# there.

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_IsValid

from cvmcount._core.arrow cimport (
    ARROW_DEVICE_CPU,
    ArrowArray,
    ArrowArrayStream,
    ArrowDeviceArray,
    ArrowSchema,
    arrow_batches,
)


cdef enum:
    # Batches are read together until there are so many rows for each worker.
    ROWS_FOR_A_WORKER = 1 << 16
    LEAST_ROOM = 1 << 13
    MOST_BATCHES = 1 << 10  # which are held until all are read


cdef class ArrowReader(ColumnReader):
    """Reads the batches of a stream, or a single array."""

    cdef unique_ptr[arrow_batches] batches
    cdef cbool may_have_more  # batches: nothing says that a stream can be asked after its end
    cdef size_t wanted_rows
    cdef object error  # of the producer, to be raised after what came before it

    # Here and not as that of a C++ member: the producer may run Python code, which must not be
    # begun while an exception is on its way. Cython puts it aside for this method only.
    def __dealloc__(self):
        self.batches.reset()

    cdef int open(self, size_t workers) except -1:
        self.wanted_rows = workers * ROWS_FOR_A_WORKER if workers > 1 else 1
        self.may_have_more = True
        self.values.reset(new column_sequence(workers))
        self.read_batches()
        # Later batches may be larger. They find room in any case, but in more passes.
        return self.start(max(self.values.get().size(), LEAST_ROOM), workers)

    # Reads batches in place of those that were read. Returns whether there were any.
    cdef bint read_batches(self) except -1:
        self.first += <Py_ssize_t>self.values.get().size()
        while True:
            self.values.get().clear()
            self.batches.get().release()
            try:
                self.append_batches()
            except Exception as error:
                # The interface knows no types: of an interrupt, only its name comes through.
                interrupted = "KeyboardInterrupt" in str(error)
                self.error = KeyboardInterrupt() if interrupted else error
            if self.values.get().size() > 0 or not self.may_have_more or self.error is not None:
                return self.values.get().size() > 0
            PyErr_CheckSignals()  # a filter may leave nothing of very many batches

    # Appends batches until they have the rows that are wanted, or there are many.
    cdef int append_batches(self) except -1:
        cdef size_t number = 0
        # The producer may work in other threads, and they may want the interpreter.
        with nogil:
            while (
                self.may_have_more
                and number < MOST_BATCHES
                and self.values.get().size() < self.wanted_rows
            ):
                self.may_have_more = self.batches.get().append_next(self.values.get()[0])
                number += 1
        return 0

    cdef bint next_values(self) except -1:
        if self.error is not None:
            raise self.error
        return self.read_batches()

    cdef bint fill(self, Block* block) except -1:
        if self.position < self.first + <Py_ssize_t>self.values.get().size():
            ColumnReader.fill(self, block)
            return True
        if self.error is not None:
            raise self.error
        block.identifier.interruptions += 1
        return self.read_batches() or self.error is not None


cdef void* pointer_in(capsule, const char* name) except NULL:
    if not PyCapsule_IsValid(capsule, name):
        raise TypeError(
            f"items must give a capsule named {name.decode()!r} for Arrow data, not {capsule!r}"
        )
    return PyCapsule_GetPointer(capsule, name)


cdef int open_stream(ArrowReader reader, capsule) except -1:
    cdef void* stream = pointer_in(capsule, b"arrow_array_stream")
    reader.batches.reset(new arrow_batches((<ArrowArrayStream*>stream)[0]))
    return 0


cdef int open_pair(ArrowReader reader, capsules, bint of_device) except -1:
    cdef ArrowSchema* schema
    cdef ArrowArray* array
    cdef ArrowDeviceArray* device_array
    if not isinstance(capsules, tuple) or len(capsules) != 2:
        raise TypeError(f"items must give a pair of capsules for an Arrow array, not {capsules!r}")
    schema = <ArrowSchema*>pointer_in(capsules[0], b"arrow_schema")
    if of_device:
        device_array = <ArrowDeviceArray*>pointer_in(capsules[1], b"arrow_device_array")
        if device_array.device_type != ARROW_DEVICE_CPU or device_array.sync_event != NULL:
            raise_device_memory()
        array = &device_array.array
    else:
        array = <ArrowArray*>pointer_in(capsules[1], b"arrow_array")
    reader.batches.reset(new arrow_batches(schema[0], array[0]))
    return 0


cdef int raise_device_memory() except -1:
    raise TypeError("items lie in the memory of another device: copy them to that of the CPU")


cdef BlockReader open_arrow(object items, size_t workers):
    cdef ArrowReader reader = ArrowReader.__new__(ArrowReader)
    if hasattr(items, "__arrow_c_stream__"):
        open_stream(reader, items.__arrow_c_stream__())
    elif hasattr(items, "__arrow_c_array__"):
        open_pair(reader, items.__arrow_c_array__(), False)
    elif hasattr(items, "__arrow_c_device_array__"):
        open_pair(reader, items.__arrow_c_device_array__(), True)
    elif hasattr(items, "__arrow_c_device_stream__"):
        raise_device_memory()
    else:
        return None
    reader.open(workers)
    return reader
