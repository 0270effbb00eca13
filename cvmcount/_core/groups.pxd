# cpp/src/groups: a sketch for each of many keys.
from libc.stddef cimport size_t
from libc.stdint cimport uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector

from cvmcount._core.identity cimport byte, byte_span
from cvmcount._core.items cimport item_view
from cvmcount._core.sketch cimport identity_view, sketch_settings


cdef extern from "base/thread_team.hpp" namespace "cvmcount" nogil:
    cdef cppclass thread_team:
        thread_team(size_t workers) except +


cdef extern from "groups/groups.hpp" namespace "cvmcount" nogil:
    cdef cppclass group_place "cvmcount::groups::place":
        uint32_t table
        uint32_t in_table

    cdef cppclass group_place_view "std::span<const cvmcount::groups::place>":
        group_place_view(const group_place* data, size_t size) noexcept

    cdef cppclass optional_place "std::optional<cvmcount::groups::place>":
        cbool has_value() noexcept
        group_place value() noexcept

    cdef cppclass unnamed_group "cvmcount::groups::unnamed_group":
        uint64_t key
        uint64_t order

    cdef cppclass group_answer "cvmcount::groups::answer":
        uint64_t count
        uint64_t low
        uint64_t high
        cbool exact

    cdef cppclass groups:
        groups(const sketch_settings& settings, cbool drops_missing_keys) except +
        groups(const groups& other) except +
        size_t size() noexcept
        uint64_t items_seen() noexcept
        size_t capacity() noexcept
        const sketch_settings& settings() noexcept
        cbool drops_missing_keys() noexcept
        void take(identity_view keys, identity_view values) except +
        cbool is_due() noexcept
        void flush(thread_team* team) except +
        void release_memory() noexcept
        vector[unnamed_group] unnamed() except +
        void name_next "name" (byte_span item) except +
        vector[group_place] in_order() except +
        optional_place find(uint64_t key) noexcept
        item_view name_of "name" (group_place of) noexcept
        group_answer ask(group_place of, double confidence) except +
        vector[byte] saved_sketch(group_place of) except +
        vector[byte] saved_total() except +
        void require_like(const groups& other) except +
        void merge(const groups& other) except +
        cbool operator==(const groups& other) except +
        size_t memory_bytes() noexcept


cdef extern from "groups/saved_groups.hpp" namespace "cvmcount" nogil:
    cdef cppclass groups_writer:
        groups_writer(const groups& all) except +
        vector[byte] next() except +

    cdef cppclass groups_loader:
        groups_loader(cbool objects_allowed) except +
        void add(byte_span data) except +


# These give what the caller owns.
cdef extern from *:
    """
    #include "groups/saved_groups.hpp"
    static cvmcount::groups* new_loaded_groups(cvmcount::groups_loader& loader) {
        return new cvmcount::groups(loader.finish());
    }
    static cvmcount::groups* new_groups_of(
        const cvmcount::groups& all, std::span<const cvmcount::groups::place> kept) {
        return new cvmcount::groups(all.only(kept));
    }
    """
    groups* new_loaded_groups(groups_loader& loader) except +
    groups* new_groups_of(const groups& all, group_place_view kept) except +
