// A sampler for each of many keys, most of which see few elements.
//
// A group is one cache line with its first four elements. Those that follow lie in a chain of nodes
// of one cache line each, then in a set with places for more, and only a group that has filled its
// capacity gets a sampler. All of it is exact until then, and no form is seen from outside: a group
// is always what a hashed_sampler would be that had seen the same values.
//
// Keys and elements that were chosen to share a slot cost no more than others do at worst: a key
// that finds none near its home goes to a tree, and a group with such an element gets its sampler
// early.
//
// Nearly every step is a cache miss where there are many groups. So items come in batches, and what
// the next step will look at is fetched for all of a batch before any of it is looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "groups/pages.hpp"
#include "sampler/hashed_sampler.hpp"

namespace cvmcount {

// The tables of all keys together: the highest bits of what a key is spread to choose one of them,
// the next ones its slot there.
inline constexpr unsigned table_bits = 8;

constexpr std::uint64_t spread(std::uint64_t word) noexcept {
    return word * 0x9e3779b97f4a7c15U;  // 2**64 over the golden ratio
}

// An item that has a key: the identities of both, and when it came.
struct keyed_item {
    std::uint64_t key;
    std::uint64_t value;
    std::uint64_t order;
};

class group_table {
  public:
    explicit group_table(std::size_t capacity) noexcept : capacity_(capacity) {}
    group_table(const group_table& other);
    group_table(group_table&&) noexcept;
    group_table& operator=(group_table&&) noexcept;
    ~group_table();

    // The groups have places, from 0 in the order in which they came.
    std::uint32_t size() const noexcept { return groups_.size(); }
    std::uint64_t key(std::uint32_t place) const noexcept { return groups_[place].key; }
    std::uint64_t order(std::uint32_t place) const noexcept { return groups_[place].order; }
    std::optional<std::uint32_t> find(std::uint64_t key) const noexcept;

    // Takes items. A value that is the skipped one makes its group, but is no item of it. Throws
    // std::bad_alloc; then the items before the one at fault have been taken.
    void take(std::span<const keyed_item> items, std::optional<std::uint64_t> skipped);

    // What a sampler would be that had seen the items of a group. Throws std::bad_alloc.
    hashed_state state(std::uint32_t place) const;

    // Throws std::length_error where there is no place for one more, as take() does.
    std::uint32_t find_or_add(std::uint64_t key, std::uint64_t order);

    // Replaces what a group has seen; by an exact state only where that is nothing. Throws
    // std::bad_alloc; a group that had seen something is as it was then.
    void set_state(std::uint32_t place, hashed_state state);

    // Adds elements and items to a group, in any order. Throws std::bad_alloc.
    void add_elements(std::uint32_t place, std::span<const std::uint64_t> elements,
                      std::uint64_t items);

    // How many elements a group has while that is exactly known without a sampler.
    std::optional<std::uint64_t> small_count(std::uint32_t place) const noexcept;

    std::size_t memory_bytes() const noexcept;

  private:
    static constexpr std::uint32_t most_inline = 4;
    static constexpr std::uint32_t node_size = 7;
    static constexpr std::uint32_t most_chained = most_inline + 3 * node_size;
    static constexpr std::uint32_t sampled = ~std::uint32_t{0};
    static constexpr std::uint32_t no_node = ~std::uint32_t{0};
    static constexpr std::size_t batch_size = 64;

    struct alignas(64) group {
        std::uint64_t key;
        std::uint64_t items_seen;
        std::uint64_t order;
        std::uint32_t count;  // of elements; or `sampled`
        // The first node of the chain, or the binary logarithm of the size of the set.
        std::uint32_t link;
        union {
            std::uint64_t few[most_inline];  // the first elements of a group without a set
            struct {
                std::uint64_t* slots;  // 0 where there is nothing
                bool has_zero;         // the element 0 belongs to it
            } set;
            struct {
                hashed_sampler* pointer;
                std::uint64_t threshold;
            } sampler;
        } in;
    };
    struct alignas(64) node {
        std::uint64_t elements[node_size];  // the last node of a chain is full, but the first
        std::uint32_t next;
    };

    static bool has_set(const group& of) noexcept {
        return of.count > most_chained && of.count != sampled;
    }
    // The slot of a key, or an empty one where it would stand; or no_slot where its place is among
    // the crowded. Precondition: there are slots.
    std::size_t slot_of(std::uint64_t key) const noexcept;
    std::uint64_t home(std::uint64_t key) const noexcept;
    void reserve(std::size_t more);
    void insert(group& into, std::uint64_t value);
    void insert_few(group& into, std::uint64_t value);
    void insert_in_set(group& into, std::uint64_t value);
    void make_set(group& of, std::uint32_t log_size);
    void make_sampler(group& of) { make_sampler(of, state_of(of)); }
    void make_sampler(group& of, hashed_state state);
    hashed_state state_of(const group& of) const;
    std::vector<std::uint64_t> elements(const group& of) const;
    template <class Use>
    void for_each_chained(const group& of, Use use) const;
    void free_chain(group& of) noexcept;
    void free_elements(group& of) noexcept;

    std::size_t capacity_;
    pages<group> groups_;
    pages<node> nodes_;
    std::uint32_t free_node_ = no_node;
    std::vector<std::uint32_t> slots_;  // places and one more; a power of two, at most half in use
    unsigned shift_ = 64;
    std::map<std::uint64_t, std::uint32_t> crowded_;  // places of keys that have no slot
    std::size_t element_bytes_ = 0;                   // of sets and samplers
};

}  // namespace cvmcount
