# cpp/src/lines: files as lines and fields.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool
from libcpp.optional cimport optional
from libcpp.string cimport string
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte
from cvmcount._core.items cimport lacking_items
from cvmcount._core.reading cimport reading_output, reading_rules


cdef extern from "lines/line_form.hpp" namespace "cvmcount" nogil:
    size_t most_fields "cvmcount::line_form::most_fields"

    cdef cppclass line_form:
        byte end
        cbool strips_cr
        cbool skips_empty
        cbool folds_case
        optional[byte] comment
        vector[size_t] fields
        size_t num_keys
        string delimiter
        cbool blanks
        cbool quotes


cdef extern from "lines/line_stream.hpp" namespace "cvmcount" nogil:
    cdef cppclass text_room "std::span<std::byte>":
        byte* data() noexcept
        size_t size() noexcept

    cdef cppclass line_stream:
        line_stream(
            const line_form& form, size_t buffer_bytes, size_t workers, cbool keeps
        ) except +
        size_t most_identities() noexcept
        text_room room() noexcept
        size_t read_file(int descriptor, uint64_t offset) noexcept
        void take(size_t bytes, const reading_rules& rules, reading_output& output) noexcept
        uint64_t end_file(const reading_rules& rules, reading_output& output) noexcept
        void find_items(const reading_rules& rules, lacking_items& lacking) except +
