# Groups as bytes, and back.

# What is saved, a megabyte at a time.
cdef class Pieces:
    cdef CVMGroups owner
    cdef unique_ptr[groups_writer] writer

    def __cinit__(self, CVMGroups owner not None):
        self.owner = owner
        self.writer.reset(new groups_writer(owner.core.get()[0]))

    def __iter__(self):
        return self

    def __next__(self):
        cdef vector[byte] piece = self.writer.get().next()
        if piece.empty():
            raise StopIteration
        return as_bytes(piece)


cdef bytes as_bytes(const vector[byte]& data):
    return PyBytes_FromStringAndSize(<const char*>data.data(), <Py_ssize_t>data.size())


cdef object loaded(cls, pieces, bint objects_allowed):
    cdef unique_ptr[groups_loader] loader
    cdef Py_buffer buffer
    cdef CVMGroups made
    loader.reset(new groups_loader(objects_allowed))
    for piece in pieces:
        PyObject_GetBuffer(piece, &buffer, PyBUF_SIMPLE)
        try:
            with nogil:
                loader.get().add(as_span(buffer.buf, buffer.len))
        finally:
            PyBuffer_Release(&buffer)
    made = CVMGroups.__new__(cls)
    made.own(new_loaded_groups(loader.get()[0]))
    return made
