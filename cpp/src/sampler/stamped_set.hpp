// The members of the fresh sampler: identities with a stamp each, in an order that makes a uniform
// choice one random number.
//
// Members lie side by side; an index by identity (open addressing, linear probing, erased by
// shifting back) says where. In front of the index stands a counting filter: most items are not
// members, and one byte in the fastest cache tells.
//
// Identities that were chosen to share their low bits would make long runs. Where one takes more
// than most_steps, a tree takes the place of the index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace cvmcount {

class stamped_set {
  public:
    static constexpr std::size_t nowhere = ~std::size_t{0};

    // Never holds more members than that; memory grows as they come.
    explicit stamped_set(std::size_t limit) noexcept : limit_(limit) {}

    // The most steps of a search or of erasing. Hashes need fewer, with a probability of one to
    // 10**30.
    static constexpr std::size_t most_steps = 512;

    // With these members, in this order. Throws std::invalid_argument where two are alike.
    stamped_set(std::size_t limit, std::vector<std::uint64_t> identities,
                std::vector<std::uint64_t> stamps);

    // Where the identity is, or nowhere.
    std::size_t find(std::uint64_t identity) const noexcept {
        if (filter_.empty() || filter_[filter_slot(identity)] == 0) return nowhere;
        return find_in_index(identity);
    }

    // Precondition: it is not there, and there is room. Where memory runs out the set is as before.
    void insert(std::uint64_t identity, std::uint64_t stamp);

    // The last member takes its place.
    void erase(std::size_t position) noexcept;

    void set_stamp(std::size_t position, std::uint64_t stamp) noexcept {
        stamps_[position] = stamp;
    }

    std::size_t size() const noexcept { return identities_.size(); }
    const std::vector<std::uint64_t>& identities() const noexcept { return identities_; }
    const std::vector<std::uint64_t>& stamps() const noexcept { return stamps_; }
    std::size_t memory_bytes() const noexcept;

    // The same members with the same stamps in the same order.
    friend bool operator==(const stamped_set& a, const stamped_set& b) {
        return a.identities_ == b.identities_ && a.stamps_ == b.stamps_;
    }

  private:
    static constexpr std::uint32_t free_slot = ~std::uint32_t{0};
    static constexpr std::uint8_t many = 255;  // a full counter, which never falls again

    // The filter and the index take different bits, or the one would not relieve the other.
    std::size_t filter_slot(std::uint64_t identity) const noexcept {
        return static_cast<std::size_t>(identity >> 32) & (filter_.size() - 1);
    }

    static constexpr std::size_t tree_node_bytes = 48;  // with what the heap adds

    bool in_tree() const noexcept { return index_.empty() && size() > 0; }
    std::size_t find_in_index(std::uint64_t identity) const noexcept;
    std::size_t slot_in(const std::vector<std::uint32_t>& index,
                        std::uint64_t identity) const noexcept;
    std::uint32_t& place_of(std::uint64_t identity) noexcept;
    std::size_t take_from_index(std::uint64_t identity) noexcept;
    void make_index(std::size_t slots);
    void make_tree();

    std::size_t limit_;
    std::vector<std::uint64_t> identities_, stamps_;
    std::vector<std::uint32_t> index_;             // a power of two of them, at most half in use
    std::vector<std::uint8_t> filter_;             // four times as many counters
    std::map<std::uint64_t, std::uint32_t> tree_;  // in place of the index
};

}  // namespace cvmcount
