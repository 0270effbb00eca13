// A sketch for each of many keys: distinct counts by key, in one pass.
//
// The keys are divided among tables by their identities, so that several threads can take items
// without meeting; the state is the same for every number of threads. All groups have the same
// settings, so each is the sketch that its values alone would have given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_team.hpp"
#include "cvmcount/results.hpp"
#include "cvmcount/settings.hpp"
#include "groups/group_table.hpp"

namespace cvmcount {

inline constexpr std::size_t least_group_capacity = 64;

class groups {
  public:
    // A capacity of 0 is that of the accuracy target. Hashed coins; nothing is kept but the keys.
    // Throws std::invalid_argument where a setting is out of range.
    explicit groups(const sketch_settings& settings, bool drops_missing_keys);

    std::size_t size() const noexcept { return size_; }
    std::uint64_t items_seen() const noexcept { return items_seen_; }  // with those skipped
    std::size_t capacity() const noexcept { return capacity_; }
    const sketch_settings& settings() const noexcept { return settings_; }
    bool drops_missing_keys() const noexcept { return drops_missing_keys_; }

    // Takes as many items as there are keys. They wait until there are so many that the items of
    // one table meet the groups of the last ones in the cache. Throws std::bad_alloc.
    void take(std::span<const std::uint64_t> keys, std::span<const std::uint64_t> values);

    // Whether so many items wait that flush() is due.
    bool is_due() const noexcept { return waiting_ >= most_waiting; }

    // Gives the items that wait to their groups, by the threads of the team where there is one.
    // Nothing below knows them before. Throws std::bad_alloc; then some of them are lost.
    void flush(thread_team* team = nullptr);

    // Frees the memory in which items wait. To be called after flush().
    void release_memory() noexcept;

    // ---- keys. Each group has a name: the item bytes of its key. --------------------------------

    struct unnamed_group {
        std::uint64_t key;
        std::uint64_t order;  // the number of the item that made it
    };
    // Those that have come since the last call of name(), in a fixed order.
    std::vector<unnamed_group> unnamed() const;
    // Names one after the other, in that order. Precondition: there is one. Throws std::bad_alloc.
    void name(std::span<const std::byte> item);

    // ---- groups, in the order in which they came ------------------------------------------------

    // Where a group is; it stays valid until groups are added or dropped.
    struct place {
        std::uint32_t table;
        std::uint32_t in_table;
    };
    std::vector<place> in_order() const;
    std::optional<place> find(std::uint64_t key) const noexcept;
    std::uint64_t key(place of) const noexcept { return tables_[of.table].groups.key(of.in_table); }
    std::span<const std::byte> name(place of) const noexcept;  // empty where there is none

    struct answer {
        std::uint64_t count, low, high;
        bool exact;
    };
    // With an interval of this confidence.
    answer ask(place of, double confidence) const;

    // The group as a saved sketch.
    std::vector<std::byte> saved_sketch(place of) const;
    // Of everything, as merging all groups gives it.
    std::vector<std::byte> saved_total() const;

    // ---- several
    // ---------------------------------------------------------------------------------

    // Throws std::invalid_argument unless both can be merged.
    void require_like(const groups& other) const;

    // Adds what the others have seen, group by group as sketches merge. The other is of the same
    // settings. Throws std::bad_alloc; then some groups have been merged.
    void merge(const groups& other);

    // Leaves only these groups, in their order.
    groups only(std::span<const place> kept) const;

    friend bool operator==(const groups& a, const groups& b);

    std::size_t memory_bytes() const noexcept;

    // Adds a group that comes after all others, with its name; for whoever loads. Returns false
    // where there is one of this key.
    bool add(std::uint64_t key, hashed_state state, std::span<const std::byte> name);
    void set_items_seen(std::uint64_t items) noexcept { items_seen_ = items; }
    hashed_state state(place of) const { return tables_[of.table].groups.state(of.in_table); }

  private:
    static constexpr std::size_t most_waiting = std::size_t{1} << 20;

    struct table {
        explicit table(std::size_t capacity) : groups(capacity) {}

        group_table groups;
        std::vector<std::byte> names;
        std::vector<std::uint64_t> name_ends;  // of each group that has one
        std::vector<keyed_item> waiting;

        void name(std::span<const std::byte> item);
    };

    static std::uint32_t table_of(std::uint64_t key) noexcept;

    sketch_settings settings_;
    std::size_t capacity_;
    bool drops_missing_keys_;
    std::uint64_t missing_;  // the identity of a missing value
    std::uint64_t items_seen_ = 0;
    std::size_t waiting_ = 0;
    std::size_t next_to_name_ = 0;  // the table of a group without a name, or one before it
    std::size_t size_ = 0;
    std::vector<table> tables_;
};

}  // namespace cvmcount
