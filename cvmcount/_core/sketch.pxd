# cpp/include/cvmcount/sketch.hpp: the sketch and what it answers.
from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte, byte_span
from cvmcount._core.items cimport item_number, kept_items, lacking_items
from cvmcount._core.reading cimport reading_output, reading_rules


cdef extern from "sampler/sizing.hpp" namespace "cvmcount" nogil:
    const size_t min_capacity
    const size_t max_capacity


cdef extern from "cvmcount/settings.hpp" namespace "cvmcount" nogil:
    ctypedef enum coins:
        hashed_coins "cvmcount::coins::hashed"
        fresh_coins "cvmcount::coins::fresh"

    ctypedef enum keep_kind "enum cvmcount::keep":
        keep_nothing "cvmcount::keep::nothing"
        keep_items "cvmcount::keep::items"
        keep_summaries "cvmcount::keep::summaries"

    cdef cppclass sketch_settings:
        double epsilon
        double delta
        size_t capacity
        coins coins
        uint64_t seed
        keep_kind keep
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
        double by_chance

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


cdef extern from "sampler/interval.hpp" namespace "cvmcount" nogil:
    double normal_quantile(double confidence) noexcept
    fraction_interval threshold_bounds(uint64_t below, double threshold, double z) noexcept


cdef extern from "<optional>" nogil:
    cdef cppclass optional_salt "std::optional<std::uint64_t>":
        cbool has_value() noexcept
        uint64_t value() noexcept


cdef extern from * nogil:
    """
    #include "cvmcount/sketch.hpp"
    #include "items/kept_items.hpp"
    #include "sketch/truncated_sketch.hpp"
    using identity_span = std::span<std::uint64_t>;
    using identity_view = std::span<const std::uint64_t>;
    using number_view = std::span<const cvmcount::item_number>;
    """
    cdef cppclass identity_span:
        identity_span(uint64_t* data, size_t size) noexcept
    cdef cppclass identity_view:
        identity_view(const uint64_t* data, size_t size) noexcept
    cdef cppclass number_view:
        number_view() noexcept
        number_view(const item_number* data, size_t size) noexcept


cdef extern from "cvmcount/sketch.hpp" namespace "cvmcount" nogil:
    cdef cppclass sample_facts:
        double sampled_fraction
        cbool exact
        cbool has_history
        double estimate
        double variance

    cdef cppclass place "cvmcount::sketch::place":
        size_t item
        uint64_t items_before

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
        keep_kind what_is_kept "keep" () noexcept
        uint64_t seed() noexcept
        cbool dropna() noexcept

        void forget_history() except +
        void require_like(const sketch& other, const char* word) except +
        void require_same_keep(const sketch& other) except +
        void select(identity_span identities, vector[place]& places) except +
        void take_with "take" (
            identity_view identities, number_view numbers, uint64_t items
        ) except +
        cbool may_lack() noexcept
        uint64_t entries() noexcept
        void give(lacking_items& found) except +
        cbool lacks(uint64_t identity) noexcept
        void give_one "give" (uint64_t identity, byte_span item) except +
        const kept_items& kept() noexcept
        vector[uint64_t] retained_ids() except +
        sample_facts facts() noexcept
        sampled_count operator&(const sketch& other) except +
        sampled_count operator-(const sketch& other) except +
        sampled_count operator^(const sketch& other) except +
        sampled_share jaccard(const sketch& other) except +
        sampled_share containment(const sketch& other) except +
        cbool operator==(const sketch& other) except +

        vector[byte] to_bytes() except +

        optional_salt salt() noexcept
        void require_salt(uint64_t salt) except +
        void add_process_hashes(uint64_t salt, uint64_t items) noexcept

    cdef cppclass truncated_sketch:
        double estimate() noexcept
        uint64_t count() noexcept
        interval confidence_interval(double confidence) noexcept
        cbool is_exact() noexcept
        size_t retained() noexcept
        double sampling_rate() noexcept
        uint64_t items_seen() noexcept
        size_t capacity() noexcept
        double epsilon() except +
        double delta() noexcept
        uint64_t seed() noexcept
        cbool dropna() noexcept
        unsigned int bits() noexcept
        size_t memory_bytes() noexcept
        void merge(const truncated_sketch& other) except +
        sampled_count operator&(const truncated_sketch& other) except +
        sampled_count operator-(const truncated_sketch& other) except +
        sampled_count operator^(const truncated_sketch& other) except +
        sampled_share jaccard(const truncated_sketch& other) except +
        sampled_share containment(const truncated_sketch& other) except +
        cbool operator==(const truncated_sketch& other) noexcept
        vector[byte] to_bytes() except +

    cdef cppclass sketch_operands:
        sketch_operands() except +
        void add(const sketch& operand) except +
        sampled_count in_any() except +
        sampled_count in_all() except +

    cdef cppclass sketch_merge:
        sketch_merge() except +
        void add(const sketch& part) except +
        void merge_into(sketch& target) except +

        @staticmethod
        void prefetch(const sketch& part) noexcept


# All of these give what the caller owns. Cython would make an empty one first, and copy.
cdef extern from *:
    """
    static cvmcount::sketch* new_from_bytes(
        std::span<const std::byte> saved, bool objects_allowed) {
        return new cvmcount::sketch(cvmcount::sketch::from_bytes(saved, objects_allowed));
    }
    static cvmcount::lacking_items* new_lacking_items(const cvmcount::sketch& of) {
        return new cvmcount::lacking_items(of.lacking());
    }
    static cvmcount::sketch* new_empty_copy(const cvmcount::sketch& other) {
        return new cvmcount::sketch(other.empty_copy());
    }
    static cvmcount::truncated_sketch* new_truncated(
        const cvmcount::sketch& whole, unsigned bits) {
        return new cvmcount::truncated_sketch(whole.truncated(bits));
    }
    static cvmcount::truncated_sketch* new_truncated_copy(const cvmcount::truncated_sketch& of) {
        return new cvmcount::truncated_sketch(of);
    }
    static cvmcount::truncated_sketch* new_truncated_from_bytes(std::span<const std::byte> saved) {
        return new cvmcount::truncated_sketch(cvmcount::truncated_sketch::from_bytes(saved));
    }
    static cvmcount::sampled_count in_any_truncated(
        const std::vector<const cvmcount::truncated_sketch*>& sketches) {
        return cvmcount::truncated_sketch::in_any(sketches);
    }
    """
    sketch* new_from_bytes(byte_span saved, cbool objects_allowed) except +
    lacking_items* new_lacking_items(const sketch& of) except +
    sketch* new_empty_copy(const sketch& other) except +
    truncated_sketch* new_truncated(const sketch& whole, unsigned int bits) except +
    truncated_sketch* new_truncated_copy(const truncated_sketch& of) except +
    truncated_sketch* new_truncated_from_bytes(byte_span saved) except +
    sampled_count in_any_truncated(const vector[const truncated_sketch*]& sketches) except +
