# cpp/src/lines: files as lines and fields.
from libc.stddef cimport size_t
from libcpp cimport bool as cbool

from cvmcount._core.identity cimport byte
from cvmcount._core.reading cimport reading_output, reading_rules


cdef extern from "lines/lines.hpp" namespace "cvmcount" nogil:
    cdef cppclass line_form:
        byte end
        cbool strips_cr
        cbool skips_empty
        cbool folds_case
        byte delimiter
        size_t field


cdef extern from "lines/line_stream.hpp" namespace "cvmcount" nogil:
    cdef cppclass text_room "std::span<std::byte>":
        byte* data() noexcept
        size_t size() noexcept

    cdef cppclass line_stream:
        line_stream(const line_form& form, size_t buffer_bytes, size_t workers) except +
        size_t most_identities() noexcept
        text_room room() noexcept
        void take(size_t bytes, const reading_rules& rules, reading_output& output) noexcept
        void end_file(const reading_rules& rules, reading_output& output) noexcept
