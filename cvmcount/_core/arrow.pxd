# cpp/src/arrow: Arrow structures as columns, with errors of their own.
from libc.stdint cimport int32_t, int64_t
from libcpp cimport bool as cbool

from cvmcount._core.columns cimport column_sequence


# The core's errors as Python's.
cdef extern from * nogil:
    """
    #include <cerrno>

    #include "arrow/batches.hpp"
    #include "arrow/open_column.hpp"

    static PyObject* type_of_stream_error(int code) {
        switch (code) {
            case ENOMEM: return PyExc_MemoryError;
            case EINVAL: return PyExc_ValueError;
            case ENOSYS: return PyExc_NotImplementedError;
            case EIO: return PyExc_OSError;
            default: return PyExc_RuntimeError;
        }
    }

    static void raise_arrow_error() {
        try {
            throw;
        } catch (const cvmcount::unsupported_column& error) {
            PyErr_Format(PyExc_TypeError, "cannot count %s", error.what());
        } catch (const cvmcount::malformed_column& error) {
            PyErr_Format(PyExc_ValueError, "items cannot be read as Arrow data: %s", error.what());
        } catch (const cvmcount::arrow_stream_error& error) {
            PyErr_Format(type_of_stream_error(error.code()), "items stopped with an error: %s",
                         error.what());
        } catch (const std::bad_alloc&) {
            PyErr_NoMemory();
        } catch (const std::exception& error) {
            PyErr_SetString(PyExc_RuntimeError, error.what());
        }
    }
    """
    void raise_arrow_error() except *


cdef extern from "arrow/abi.hpp" nogil:
    cdef cppclass ArrowSchema:
        const char* format
        const char* name
        const char* metadata
        int64_t flags
        int64_t n_children
        ArrowSchema** children
        void (*release)(ArrowSchema*) noexcept nogil
        void* private_data

    cdef cppclass ArrowArray:
        int64_t length
        int64_t null_count
        int64_t n_buffers
        int64_t n_children
        const void** buffers
        ArrowArray** children
        void (*release)(ArrowArray*) noexcept nogil
        void* private_data

    cdef cppclass ArrowDeviceArray:
        ArrowArray array
        int32_t device_type
        void* sync_event

    cdef cppclass ArrowArrayStream:
        int (*get_schema)(ArrowArrayStream*, ArrowSchema*) noexcept nogil
        int (*get_next)(ArrowArrayStream*, ArrowArray*) noexcept nogil
        const char* (*get_last_error)(ArrowArrayStream*) noexcept nogil
        void (*release)(ArrowArrayStream*) noexcept nogil
        void* private_data

    const int64_t ARROW_FLAG_NULLABLE
    const int ARROW_DEVICE_CPU


cdef extern from "arrow/batches.hpp" namespace "cvmcount" nogil:
    cdef cppclass arrow_batches:
        arrow_batches(ArrowArrayStream& stream) except +raise_arrow_error
        arrow_batches(ArrowSchema& schema, ArrowArray& array) except +raise_arrow_error
        cbool append_next(column_sequence& columns) except +raise_arrow_error
        void release() noexcept
