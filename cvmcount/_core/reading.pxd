# cpp/src/reading, and what readers use of cpp/src/base and cpp/src/simd.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool

from cvmcount._core.identity cimport identity_hash


cdef extern from "reading/rules.hpp" namespace "cvmcount" nogil:
    ctypedef cbool (*interruption_question)(void* context) noexcept nogil

    cdef cppclass interruption:
        interruption_question wanted
        void* context

    cdef cppclass reading_rules:
        const identity_hash* hash
        uint64_t threshold
        cbool dropna
        cbool skip_repeats
        interruption stop

    const char* out_of_memory

    cdef cppclass reading_output:
        uint64_t* identities
        size_t room
        size_t kept
        uint64_t item_count
        uint64_t process_hashes
        const char* error


ctypedef size_t (*slice_reader)(
    void* context,
    size_t worker,
    size_t begin,
    size_t end,
    const reading_rules& rules,
    reading_output& output,
) noexcept nogil


cdef extern from "reading/parallel_reader.hpp" namespace "cvmcount" nogil:
    cdef cppclass sliced_input:
        slice_reader read_slice
        void* context

    cdef cppclass slice_sizes:
        size_t first
        size_t most
        size_t least

    cdef cppclass parallel_reader:
        parallel_reader(size_t workers, slice_sizes sizes) except +
        size_t workers() noexcept
        size_t end_of_pass(size_t begin, size_t room) noexcept
        size_t read(
            const sliced_input& input,
            size_t begin,
            size_t end,
            const reading_rules& rules,
            reading_output& output,
        ) noexcept
        size_t read_alone(
            const sliced_input& input,
            size_t begin,
            size_t end,
            const reading_rules& rules,
            reading_output& output,
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


cdef extern from "<string_view>" nogil:
    cdef cppclass name_view "std::string_view":
        name_view(const char* data, size_t size) noexcept


cdef extern from "simd/vector_level.hpp" namespace "cvmcount" nogil:
    cdef cppclass vector_level:
        const char* name

    cdef cppclass vector_level_span "std::span<const cvmcount::vector_level>":
        size_t size() noexcept
        const vector_level& operator[](size_t i) noexcept

    vector_level_span vector_levels() noexcept
    cbool use_level(name_view name) noexcept
