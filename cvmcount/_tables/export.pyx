"""Columns as structures of the Arrow C data interface, in capsules.

What is exported is a copy of its own that C's allocator owns: a consumer may release it from any
thread, without the interpreter and after it.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.errno cimport ENOMEM
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset, strlen

from cvmcount._core.arrow cimport ARROW_FLAG_NULLABLE, ArrowArray, ArrowArrayStream, ArrowSchema


cdef class Table:
    """A table of columns (`columns.Column`) that every Arrow library reads.

    It has the methods of the Arrow PyCapsule interface. A consumer may ask for another schema,
    and gets this one, as the interface allows.
    """

    cdef object columns

    def __init__(self, columns):
        self.columns = columns

    def __arrow_c_schema__(self):
        return schema_capsule(self.columns)

    def __arrow_c_array__(self, requested_schema=None):
        return schema_capsule(self.columns), array_capsule(self.columns)

    def __arrow_c_stream__(self, requested_schema=None):
        return stream_capsule(self.columns)


# ---- memory --------------------------------------------------------------------------------------


# Memory with these bytes. Arrow asks for a pointer where there are none, too.
cdef void* copy_of(const char* data, size_t size) noexcept nogil:
    cdef void* memory = malloc(size if size > 0 else 1)
    if memory != NULL and size > 0:
        memcpy(memory, data, size)
    return memory


cdef void* zeros(size_t count, size_t size) except NULL:
    cdef void* memory = calloc(count if count > 0 else 1, size)
    if memory == NULL:
        raise MemoryError
    return memory


cdef void* copy_of_bytes(bytes data) except NULL:
    cdef void* memory = copy_of(data, len(data))
    if memory == NULL:
        raise MemoryError
    return memory


# ---- schemas -------------------------------------------------------------------------------------


cdef void release_schema(ArrowSchema* schema) noexcept nogil:
    for i in range(schema.n_children):
        if schema.children[i] != NULL:
            if schema.children[i].release != NULL:
                schema.children[i].release(schema.children[i])
            free(schema.children[i])
    free(schema.children)
    free(<void*>schema.format)
    free(<void*>schema.name)
    free(<void*>schema.metadata)
    schema.release = NULL


# Fills a schema of zeros. Where it fails, what it has filled is there to be released.
cdef int fill_schema(ArrowSchema* schema, column) except -1:
    schema.release = release_schema
    schema.flags = ARROW_FLAG_NULLABLE
    schema.format = <char*>copy_of_bytes(column.format.encode() + b"\0")
    schema.name = <char*>copy_of_bytes(column.name.encode() + b"\0")
    if column.metadata is not None:
        schema.metadata = <char*>copy_of_bytes(column.metadata)
    children = column.children
    schema.children = <ArrowSchema**>zeros(len(children), sizeof(ArrowSchema*))
    for child in children:
        schema.children[schema.n_children] = <ArrowSchema*>zeros(1, sizeof(ArrowSchema))
        schema.n_children += 1
        fill_schema(schema.children[schema.n_children - 1], child)


cdef void free_schema(object capsule) noexcept:
    cdef ArrowSchema* schema = <ArrowSchema*>PyCapsule_GetPointer(capsule, "arrow_schema")
    if schema.release != NULL:
        schema.release(schema)
    free(schema)


cdef object schema_capsule(column):
    cdef ArrowSchema* schema = <ArrowSchema*>zeros(1, sizeof(ArrowSchema))
    capsule = PyCapsule_New(schema, "arrow_schema", free_schema)
    fill_schema(schema, column)
    return capsule


# ---- arrays --------------------------------------------------------------------------------------


cdef void release_array(ArrowArray* array) noexcept nogil:
    for i in range(array.n_children):
        if array.children[i] != NULL:
            if array.children[i].release != NULL:
                array.children[i].release(array.children[i])
            free(array.children[i])
    free(array.children)
    for i in range(array.n_buffers):
        free(<void*>array.buffers[i])
    free(array.buffers)
    array.release = NULL


cdef int fill_array(ArrowArray* array, column) except -1:
    array.release = release_array
    array.length = column.length
    array.null_count = column.null_count
    buffers, children = column.buffers, column.children
    array.buffers = <const void**>zeros(len(buffers), sizeof(void*))
    for buffer in buffers:
        if buffer is not None:
            array.buffers[array.n_buffers] = copy_of_bytes(buffer)
        array.n_buffers += 1
    array.children = <ArrowArray**>zeros(len(children), sizeof(ArrowArray*))
    for child in children:
        array.children[array.n_children] = <ArrowArray*>zeros(1, sizeof(ArrowArray))
        array.n_children += 1
        fill_array(array.children[array.n_children - 1], child)


cdef void free_array(object capsule) noexcept:
    cdef ArrowArray* array = <ArrowArray*>PyCapsule_GetPointer(capsule, "arrow_array")
    if array.release != NULL:
        array.release(array)
    free(array)


cdef object array_capsule(column):
    cdef ArrowArray* array = <ArrowArray*>zeros(1, sizeof(ArrowArray))
    capsule = PyCapsule_New(array, "arrow_array", free_array)
    fill_array(array, column)
    return capsule


# ---- streams -------------------------------------------------------------------------------------


# A stream of one array. Consumers may ask for its schema several times.
cdef struct one_array:
    ArrowSchema schema
    ArrowArray array  # its release is null once it was handed over


cdef void release_stream(ArrowArrayStream* stream) noexcept nogil:
    cdef one_array* own = <one_array*>stream.private_data
    if own.schema.release != NULL:
        own.schema.release(&own.schema)
    if own.array.release != NULL:
        own.array.release(&own.array)
    free(own)
    stream.release = NULL


cdef int copy_schema(const ArrowSchema* schema, ArrowSchema* copy) noexcept nogil:
    memset(copy, 0, sizeof(ArrowSchema))
    copy.release = release_schema
    copy.flags = schema.flags
    copy.format = <char*>copy_of(schema.format, strlen(schema.format) + 1)
    copy.name = <char*>copy_of(schema.name, strlen(schema.name) + 1)
    copy.children = <ArrowSchema**>calloc(schema.n_children + 1, sizeof(ArrowSchema*))
    if copy.format == NULL or copy.name == NULL or copy.children == NULL:
        return ENOMEM
    if schema.metadata != NULL:
        copy.metadata = <char*>copy_of(schema.metadata, metadata_size(schema.metadata))
        if copy.metadata == NULL:
            return ENOMEM
    for i in range(schema.n_children):
        copy.children[i] = <ArrowSchema*>calloc(1, sizeof(ArrowSchema))
        copy.n_children += 1
        if copy.children[i] == NULL or copy_schema(schema.children[i], copy.children[i]) != 0:
            return ENOMEM
    return 0


# A number of pairs, each of two texts behind their lengths.
cdef size_t metadata_size(const char* metadata) noexcept nogil:
    cdef int number, length
    memcpy(&number, metadata, sizeof(int))
    cdef size_t size = sizeof(int)
    for _ in range(2 * number):
        memcpy(&length, metadata + size, sizeof(int))
        size += sizeof(int) + <size_t>length
    return size


cdef int get_schema(ArrowArrayStream* stream, ArrowSchema* out) noexcept nogil:
    cdef int error = copy_schema(&(<one_array*>stream.private_data).schema, out)
    if error != 0:
        out.release(out)
    return error


cdef int get_next(ArrowArrayStream* stream, ArrowArray* out) noexcept nogil:
    cdef one_array* own = <one_array*>stream.private_data
    out[0] = own.array
    own.array.release = NULL
    return 0


cdef const char* get_last_error(ArrowArrayStream* stream) noexcept nogil:
    return "there is not enough memory"


cdef void free_stream(object capsule) noexcept:
    cdef ArrowArrayStream* stream = <ArrowArrayStream*>PyCapsule_GetPointer(
        capsule, "arrow_array_stream"
    )
    if stream.release != NULL:
        stream.release(stream)
    free(stream)


cdef object stream_capsule(column):
    cdef ArrowArrayStream* stream = <ArrowArrayStream*>zeros(1, sizeof(ArrowArrayStream))
    capsule = PyCapsule_New(stream, "arrow_array_stream", free_stream)
    cdef one_array* own = <one_array*>zeros(1, sizeof(one_array))
    stream.private_data = own
    stream.release = release_stream
    stream.get_schema = get_schema
    stream.get_next = get_next
    stream.get_last_error = get_last_error
    fill_schema(&own.schema, column)
    fill_array(&own.array, column)
    return capsule
