# cpp/include/cvmcount/sketch.hpp: the sketch and what it answers.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte, byte_span
from cvmcount._core.reading cimport reading_output, reading_rules


cdef extern from "sampler/sizing.hpp" namespace "cvmcount" nogil:
    const size_t min_capacity
    const size_t max_capacity


cdef extern from "cvmcount/settings.hpp" namespace "cvmcount" nogil:
    ctypedef enum coins:
        hashed_coins "cvmcount::coins::hashed"
        fresh_coins "cvmcount::coins::fresh"

    cdef cppclass sketch_settings:
        double epsilon
        double delta
        size_t capacity
        coins coins
        uint64_t seed
        cbool dropna


cdef extern from "cvmcount/results.hpp" namespace "cvmcount" nogil:
    cdef cppclass interval:
        uint64_t low
        uint64_t high

    cdef cppclass fraction_interval:
        double low
        double high

    cdef cppclass refinement "cvmcount::sampled_count::refinement":
        double estimate
        double variance
        uint64_t at_least
        uint64_t order

    cdef cppclass sampled_count:
        uint64_t retained
        double sampling_rate
        cbool exact
        uint64_t at_most
        refinement refined
        cbool is_refined
        cbool is_floor
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


cdef extern from "<optional>" nogil:
    cdef cppclass optional_salt "std::optional<std::uint64_t>":
        cbool has_value() noexcept
        uint64_t value() noexcept


cdef extern from "cvmcount/sketch.hpp" namespace "cvmcount" nogil:
    cdef cppclass sketch:
        sketch(const sketch_settings& settings) except +
        sketch(const sketch& other) except +
        void clear() except +

        reading_rules rules() noexcept
        void take(const reading_output& output) except +
        void add_identity(uint64_t identity) except +

        double estimate() noexcept
        uint64_t count() noexcept
        interval confidence_interval(double confidence) except +
        cbool is_misled() noexcept
        cbool is_exact() noexcept
        uint64_t items_seen() noexcept
        size_t retained() noexcept
        double sampling_rate() noexcept
        size_t memory_bytes() noexcept

        size_t capacity() noexcept
        double epsilon() noexcept
        double delta() noexcept
        coins kind_of_coins "coins" () noexcept
        uint64_t seed() noexcept
        cbool dropna() noexcept

        void forget_history() except +
        void require_like(const sketch& other, const char* word) except +
        sampled_count operator&(const sketch& other) except +
        sampled_count operator-(const sketch& other) except +
        sampled_count operator^(const sketch& other) except +
        sampled_share jaccard(const sketch& other) except +
        cbool operator==(const sketch& other) except +

        vector[byte] to_bytes() except +

        optional_salt salt() noexcept
        void require_salt(uint64_t salt) except +
        void add_process_hashes(uint64_t salt, uint64_t items) noexcept

    cdef cppclass sketch_operands:
        sketch_operands() except +
        void add(const sketch& operand) except +
        sampled_count in_any() except +
        sampled_count in_all() except +

    cdef cppclass sketch_merge:
        sketch_merge() except +
        void add(const sketch& part) except +
        void merge_into(sketch& target) except +


# Both give a sketch to be owned by the caller. Cython would make an empty one first, and copy.
cdef extern from *:
    """
    static cvmcount::sketch* new_from_bytes(std::span<const std::byte> saved) {
        return new cvmcount::sketch(cvmcount::sketch::from_bytes(saved));
    }
    static cvmcount::sketch* new_empty_copy(const cvmcount::sketch& other) {
        return new cvmcount::sketch(other.empty_copy());
    }
    """
    sketch* new_from_bytes(byte_span saved) except +
    sketch* new_empty_copy(const sketch& other) except +
