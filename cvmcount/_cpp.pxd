# Mirror of the C++ headers that the wrappers use, in the order of the data flow. Whatever can throw
# has `except +`; without it a C++ exception would end the process.
from libc.stddef cimport size_t
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector


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

    cdef cppclass identity_span "std::span<const std::uint64_t>":
        identity_span() noexcept
        identity_span(const uint64_t* data, size_t size) noexcept


cdef extern from "base/utf8.hpp" namespace "cvmcount" nogil:
    size_t encode_utf8[CodeUnit](const CodeUnit* text, size_t size, byte* out) noexcept


cdef extern from "base/calendar.hpp" namespace "cvmcount" nogil:
    int64_t days_since_1970(int year, int month, int day) noexcept


cdef extern from "identity/number_residues.hpp" namespace "cvmcount" nogil:
    cdef cppclass number_residues:
        number_residues divided_by(const number_residues& divisor) noexcept
        number_residues times_power_of_ten(int64_t exponent) noexcept

    # A static member.
    number_residues residues_of_integer "cvmcount::number_residues::of_integer" (
        byte_span magnitude, cbool negative
    ) noexcept


cdef extern from "identity/identity.hpp" namespace "cvmcount" nogil:
    ctypedef enum kind:
        tuple_kind "cvmcount::kind::tuple"
        frozenset_kind "cvmcount::kind::frozenset"
        complex_kind "cvmcount::kind::complex"
        date_kind "cvmcount::kind::date"
        datetime_kind "cvmcount::kind::datetime"
        aware_datetime_kind "cvmcount::kind::aware_datetime"
        time_kind "cvmcount::kind::time"
        aware_time_kind "cvmcount::kind::aware_time"
        duration_kind "cvmcount::kind::duration"
        uuid_kind "cvmcount::kind::uuid"
        enumeration_kind "cvmcount::kind::enumeration"
        process_hash_kind "cvmcount::kind::process_hash"

    cdef cppclass identity_hash:
        identity_hash(uint64_t seed) except +
        uint64_t of_missing() noexcept
        uint64_t of_integer(int64_t value) noexcept
        uint64_t of_big_integer(byte_span magnitude, cbool negative) noexcept
        uint64_t of_real(double value) noexcept
        uint64_t of_rational(const number_residues& number) noexcept
        uint64_t of_text(byte_span utf8) noexcept
        uint64_t of_bytes(byte_span data) noexcept
        uint64_t of_time(kind which, int64_t seconds, int64_t attoseconds) noexcept
        uint64_t of_word(kind which, uint64_t word) noexcept
        uint64_t of_kind_bytes "of_bytes" (kind which, byte_span data) noexcept
        uint64_t of_members(kind which, identity_scratch identities) noexcept


cdef extern from "simd/word_filter.hpp" namespace "cvmcount" nogil:
    cdef cppclass filter_rules:
        const identity_hash* hash
        uint64_t threshold
        cbool dropna


cdef extern from "simd/vector_level.hpp" namespace "cvmcount" nogil:
    cdef cppclass vector_level:
        const char* name

    cdef cppclass vector_level_span "std::span<const cvmcount::vector_level>":
        size_t size() noexcept
        const vector_level& operator[](size_t i) noexcept

    vector_level_span vector_levels() noexcept


cdef extern from "cvmcount/column.hpp" namespace "cvmcount" nogil:
    cdef cppclass column_output:
        uint64_t* identities
        size_t room
        size_t kept
        uint64_t items
        const char* problem

    cdef cppclass column_rules:
        filter_rules filter
        const vector_level* level
        cbool repeats_count

    cdef cppclass layout:
        const byte* data
        Py_ssize_t stride
        size_t size
        cbool swapped

    cdef cppclass identity_cache:
        identity_cache() noexcept
        void clear() noexcept
        void invalidate_column() noexcept

    cdef cppclass column:
        size_t size() noexcept
        void set_mask(const layout& mask) noexcept

    const size_t column_block_values "cvmcount::column::block_values"
    const size_t filter_slack "cvmcount::filter_slack"


cdef extern from "columns/array_columns.hpp" namespace "cvmcount" nogil:
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
        text_is_there "cvmcount::packed_text_column::library::answer::text"
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

    cdef cppclass coded_column(column):
        coded_column(
            size_t width, const layout& codes, const vector[uint64_t]& identities
        ) except +


cdef extern from "columns/column_sequence.hpp" namespace "cvmcount" nogil:
    cdef cppclass column_sequence:
        size_t size() noexcept
        void append(unique_ptr[column] values) except +
        void clear() noexcept
        size_t read(
            size_t begin,
            size_t end,
            const column_rules& rules,
            identity_cache& memory,
            column_output& output,
        ) noexcept


cdef extern from "base/address_cache.hpp" namespace "cvmcount" nogil:
    cdef cppclass address_cache:
        address_cache() except +
        cbool pays() noexcept
        void record(size_t items, size_t found) noexcept
        cbool contains(uint64_t address) noexcept
        void add(uint64_t address) noexcept
        void clear() noexcept
        void rest() noexcept


cdef extern from "base/thread_team.hpp" namespace "cvmcount" nogil:
    ctypedef void (*job "cvmcount::thread_team::job")(void* context, size_t part) noexcept nogil

    cdef cppclass thread_team:
        thread_team(size_t workers) except +
        size_t size() noexcept
        void run(job work, void* context) noexcept


cdef extern from "lines/lines.hpp" namespace "cvmcount" nogil:
    cdef cppclass line_form:
        byte end
        cbool strips_cr
        cbool skips_empty
        cbool folds_case
        byte delimiter
        size_t field

    cdef cppclass line_rules:
        line_form form
        const identity_hash* hash
        uint64_t threshold

    cdef cppclass line_output:
        uint64_t* identities
        size_t kept
        uint64_t items


cdef extern from "lines/line_stream.hpp" namespace "cvmcount" nogil:
    cdef cppclass text_room "std::span<std::byte>":
        byte* data() noexcept
        size_t size() noexcept

    cdef cppclass line_stream:
        line_stream(size_t buffer_bytes, thread_team* workers) except +
        text_room room() noexcept
        void take(size_t bytes, const line_rules& rules, line_output& output) noexcept
        void end_file(const line_rules& rules, line_output& output) noexcept


cdef extern from "sampler/interval.hpp" namespace "cvmcount" nogil:
    cdef cppclass interval:
        uint64_t low
        uint64_t high

    cdef cppclass fraction_interval:
        double low
        double high


cdef extern from "sampler/sizing.hpp" namespace "cvmcount" nogil:
    const size_t min_capacity
    const size_t max_capacity


cdef extern from "sampler/sampler.hpp" namespace "cvmcount" nogil:
    ctypedef enum coins:
        hashed_coins "cvmcount::coins::hashed"
        fresh_coins "cvmcount::coins::fresh"

    cdef cppclass sampler:
        sampler(coins kind, size_t capacity, uint64_t seed) except +
        sampler(const sampler&) except +
        coins kind() noexcept
        void forget_history() noexcept
        uint64_t threshold() noexcept
        void offer_filtered(identity_span identities, uint64_t items) except +
        double estimate() noexcept
        uint64_t count() noexcept
        interval confidence_interval(double confidence) except +
        cbool is_exact() noexcept
        size_t capacity() noexcept
        size_t retained() noexcept
        uint64_t items_seen() noexcept
        double sampling_rate() noexcept
        size_t memory_bytes() noexcept
        cbool operator==(const sampler&) except +

    size_t sized_capacity(coins kind, double epsilon, double delta) noexcept
    double achieved_epsilon(coins kind, size_t capacity, double delta) noexcept


cdef extern from "sketch/merge.hpp" namespace "cvmcount" nogil:
    cdef cppclass sample_merge:
        sample_merge() noexcept
        void add(const sampler& part) except +
        void merge_into(sampler& target) except +


cdef extern from "sketch/set_operations.hpp" namespace "cvmcount" nogil:
    cdef cppclass sampled_count:
        uint64_t retained
        double sampling_rate
        cbool exact
        uint64_t at_most
        double estimate() noexcept
        uint64_t count() noexcept
        interval confidence_interval(double confidence) noexcept

    cdef cppclass sampled_share:
        uint64_t retained
        uint64_t of
        double sampling_rate
        cbool exact
        double estimate() noexcept
        fraction_interval confidence_interval(double confidence) noexcept

    cdef cppclass overlap:
        overlap() noexcept
        overlap(const sampler& first, const sampler& second) except +
        sampled_count in_both() noexcept
        sampled_count in_first_only() noexcept
        sampled_count in_one_only() noexcept
        sampled_share jaccard() noexcept


cdef extern from "sketch/saved_sketch.hpp" namespace "cvmcount" nogil:
    cdef cppclass sketch_settings:
        uint64_t seed
        double epsilon
        double delta
        cbool dropna
        cbool is_salted
        uint64_t salt

    vector[byte] save(const sampler& sample, const sketch_settings& settings) except +
    unique_ptr[sampler] load(byte_span saved, sketch_settings& settings) except +
