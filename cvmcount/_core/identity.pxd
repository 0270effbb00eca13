# cpp/src/base and cpp/src/identity: what counts as one element.
from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as cbool


cdef extern from "<cstddef>" namespace "std" nogil:
    cdef cppclass byte:
        pass


# Cython cannot spell a const template argument in an expression, so each span has a name here.
cdef extern from "<span>" nogil:
    cdef cppclass byte_span "std::span<const std::byte>":
        byte_span() noexcept
        byte_span(const byte* data, size_t size) noexcept

    cdef cppclass identity_scratch "std::span<std::uint64_t>":
        identity_scratch() noexcept
        identity_scratch(uint64_t* data, size_t size) noexcept


cdef extern from "base/utf8.hpp" namespace "cvmcount" nogil:
    size_t encode_utf8[CodeUnit](const CodeUnit* text, size_t size, byte* out) noexcept


cdef extern from "base/calendar.hpp" namespace "cvmcount" nogil:
    int64_t days_since_1970(int year, int month, int day) noexcept


cdef extern from "identity/number_residues.hpp" namespace "cvmcount" nogil:
    cdef cppclass number_residues:
        number_residues divided_by(const number_residues& divisor) noexcept

    # A static member.
    number_residues residues_of_integer "cvmcount::number_residues::of_integer" (
        byte_span magnitude, cbool negative
    ) noexcept


cdef extern from "identity/rapidhash.hpp" namespace "cvmcount::rapidhash" nogil:
    cdef cppclass hash_key "cvmcount::rapidhash::key":
        pass

    cdef cppclass hash_stream "cvmcount::rapidhash::stream":
        hash_stream(const hash_key& key) except +
        void add(byte_span chunk) noexcept
        uint64_t hash() noexcept


cdef extern from "identity/identity.hpp" namespace "cvmcount" nogil:
    ctypedef enum kind:
        text_kind "cvmcount::kind::text"
        bytes_kind "cvmcount::kind::bytes"
        tuple_kind "cvmcount::kind::tuple"
        frozenset_kind "cvmcount::kind::frozenset"
        date_kind "cvmcount::kind::date"
        datetime_kind "cvmcount::kind::datetime"
        aware_datetime_kind "cvmcount::kind::aware_datetime"
        time_kind "cvmcount::kind::time"
        aware_time_kind "cvmcount::kind::aware_time"
        duration_kind "cvmcount::kind::duration"
        uuid_kind "cvmcount::kind::uuid"
        instance_kind "cvmcount::kind::instance"
        process_hash_kind "cvmcount::kind::process_hash"

    const int double_bits
    const int double_fraction_bits

    cdef cppclass identity_hash:
        identity_hash(uint64_t seed) except +
        uint64_t of_missing() noexcept
        uint64_t of_integer(int64_t value) noexcept
        uint64_t of_big_integer(byte_span magnitude, cbool negative) noexcept
        uint64_t of_real(double value) noexcept
        uint64_t of_rational(const number_residues& number) noexcept
        uint64_t of_complex(uint64_t real, cbool is_real, uint64_t imaginary) noexcept
        uint64_t of_text(byte_span utf8) noexcept
        uint64_t of_bytes(byte_span data) noexcept
        uint64_t of_time(kind which, int64_t seconds, int64_t attoseconds) noexcept
        uint64_t of_word(kind which, uint64_t word) noexcept
        uint64_t of_kind_bytes "of_bytes" (kind which, byte_span data) noexcept
        hash_key bytes_key_of(kind which) noexcept
        uint64_t of_members(kind which, identity_scratch identities) noexcept


cdef extern from "identity/decimal.hpp" namespace "cvmcount" nogil:
    uint64_t identify_decimal_digits(
        byte_span digits, cbool negative, int64_t exponent, const identity_hash& hash
    ) noexcept
