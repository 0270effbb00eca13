# cpp/src/items: what is kept of an element beside its identity.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte, byte_span


cdef extern from "items/item_number.hpp" namespace "cvmcount" nogil:
    ctypedef enum number_form:
        no_number "cvmcount::number_form::none"
        integer_number "cvmcount::number_form::integer"
        duration_number "cvmcount::number_form::duration"
        real_number "cvmcount::number_form::real"

    cdef cppclass item_number:
        number_form form
        uint64_t bits

    cdef cppclass number_totals:
        uint64_t numbers
        uint64_t sum_low
        uint64_t sum_high
        uint64_t least
        uint64_t greatest

    cbool read_number(byte_span item, item_number& number) noexcept


cdef extern from "items/kept_items.hpp" namespace "cvmcount" nogil:
    cdef cppclass item_summary:
        uint64_t count
        number_totals totals

    cdef cppclass kept_item:
        vector[byte] bytes
        item_summary summary

    cdef cppclass kept_items:
        const kept_item* find(uint64_t identity) noexcept
        number_form form "number_form" () noexcept

    cdef cppclass item_view "std::span<const std::byte>":
        const byte* data() noexcept
        size_t size() noexcept

    cdef cppclass lacking_items:
        cbool only_of_reader
        size_t left() noexcept
        cbool lacks(uint64_t identity) noexcept
        void give(uint64_t identity, vector[byte] bytes) noexcept
        item_view value_of(uint64_t identity) noexcept


cdef extern from *:
    """
    static cvmcount::lacking_items* new_lacking(const std::vector<std::uint64_t>& identities) {
        return new cvmcount::lacking_items(identities);
    }
    """
    lacking_items* new_lacking(const vector[uint64_t]& identities) except +


cdef extern from "items/item_check.hpp" namespace "cvmcount" nogil:
    const char* error_in_item(byte_span item, cbool objects_allowed) noexcept
