# cpp/src/columns: memory of one type, read in blocks.
from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.string cimport string
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte, kind
from cvmcount._core.items cimport item_number, lacking_items
from cvmcount._core.reading cimport reading_rules, sliced_input


cdef extern from "cvmcount/column_view.hpp" namespace "cvmcount" nogil:
    cdef cppclass layout:
        const byte* data
        Py_ssize_t stride
        size_t size
        cbool swapped

    ctypedef enum number_type:
        int8_type "cvmcount::number_type::int8"
        int16_type "cvmcount::number_type::int16"
        int32_type "cvmcount::number_type::int32"
        int64_type "cvmcount::number_type::int64"
        uint8_type "cvmcount::number_type::uint8"
        uint16_type "cvmcount::number_type::uint16"
        uint32_type "cvmcount::number_type::uint32"
        uint64_type "cvmcount::number_type::uint64"
        boolean_type "cvmcount::number_type::boolean"
        real16_type "cvmcount::number_type::real16"
        real32_type "cvmcount::number_type::real32"
        real64_type "cvmcount::number_type::real64"
        complex64_type "cvmcount::number_type::complex64"
        complex128_type "cvmcount::number_type::complex128"


cdef extern from "columns/column.hpp" namespace "cvmcount" nogil:
    cdef cppclass column:
        size_t size() noexcept
        void set_mask(const layout& mask) noexcept

    const size_t column_block_values "cvmcount::column::block_values"
    const size_t filter_slack "cvmcount::filter_slack"


cdef extern from "columns/array_columns.hpp" namespace "cvmcount" nogil:
    cdef cppclass number_column(column):
        number_column(number_type type, const layout& values) except +

    cdef cppclass time_form:
        kind which
        int64_t factor
        cbool least_is_missing

    cdef cppclass time_column(column):
        time_column(const time_form& form, const layout& values) except +

    cdef cppclass fixed_text_column(column):
        fixed_text_column(size_t width, const layout& values) except +

    cdef cppclass fixed_bytes_column(column):
        fixed_bytes_column(size_t width, const layout& values) except +

    ctypedef enum text_answer "cvmcount::packed_text_column::library::answer":
        text_is_valid "cvmcount::packed_text_column::library::answer::text"
        text_is_missing "cvmcount::packed_text_column::library::answer::missing"
        text_was_not_read "cvmcount::packed_text_column::library::answer::error"

    cdef cppclass text_library "cvmcount::packed_text_column::library":
        void* context
        void (*open)(void* context) noexcept
        void (*close)(void* context) noexcept
        text_answer (*unpack)(
            void* context, const void* packed, const char** utf8, size_t* size
        ) noexcept

    cdef cppclass packed_text_column(column):
        packed_text_column(const text_library& packer, const layout& values) except +


cdef extern from "columns/dictionary_column.hpp" namespace "cvmcount" nogil:
    ctypedef enum negative_index "cvmcount::dictionary_column::negative_index":
        negative_is_missing "cvmcount::dictionary_column::negative_index::is_missing"

    cdef cppclass identity_column(column):
        identity_column(const vector[uint64_t]& identities, size_t size) except +

    cdef cppclass dictionary_column(column):
        dictionary_column(
            number_type index,
            const layout& indices,
            unique_ptr[column] entries,
            negative_index negative,
        ) except +


cdef extern from "columns/composite_column.hpp" namespace "cvmcount" nogil:
    cdef cppclass composite_column(column):
        composite_column(kind which, vector[unique_ptr[column]] fields, size_t size) except +

    cdef cppclass same_text_column(column):
        same_text_column(string utf8, size_t size) except +


cdef extern from "columns/column_sequence.hpp" namespace "cvmcount" nogil:
    cdef cppclass column_sequence:
        column_sequence(size_t workers) except +
        size_t size() noexcept
        void append(unique_ptr[column] values) except +
        void clear() noexcept
        void clear_caches() noexcept
        size_t find_items(
            size_t begin, size_t end, const reading_rules& rules, lacking_items& lacking
        ) except +
        cbool read_number(size_t i, item_number& number) except +
        void write_item(size_t i, vector[byte]& item) except +
        sliced_input slices() noexcept
