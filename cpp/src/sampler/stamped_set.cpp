#include "sampler/stamped_set.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>
#include <utility>

#include "base/near_slot.hpp"

namespace cvmcount {
namespace {

constexpr std::size_t fewest_slots = 16;
constexpr const char* alike = "two identities are alike";

}  // namespace

stamped_set::stamped_set(std::size_t limit, std::vector<std::uint64_t> identities,
                         std::vector<std::uint64_t> stamps)
    : limit_(limit), identities_(std::move(identities)), stamps_(std::move(stamps)) {
    if (size() > 0) make_index(std::bit_ceil(std::max(fewest_slots, 2 * size())));
}

// ---- the index ----------------------------------------------------------------------------------

// The slot that points to the identity, or the free one where it belongs, or no_slot.
std::size_t stamped_set::slot_in(const std::vector<std::uint32_t>& index,
                                 std::uint64_t identity) const noexcept {
    const std::size_t mask = index.size() - 1;
    return near_slot(identity & mask, mask, most_steps, [&](std::size_t slot) {
        return index[slot] == free_slot || identities_[index[slot]] == identity;
    });
}

std::size_t stamped_set::find_in_index(std::uint64_t identity) const noexcept {
    if (index_.empty()) {
        const auto found = tree_.find(identity);
        return found == tree_.end() ? nowhere : found->second;
    }
    const std::size_t slot = slot_in(index_, identity);
    return slot == no_slot || index_[slot] == free_slot ? nowhere : index_[slot];
}

// Where its position stands. Precondition: it is there.
std::uint32_t& stamped_set::place_of(std::uint64_t identity) noexcept {
    return in_tree() ? tree_.find(identity)->second : index_[slot_in(index_, identity)];
}

// The members that follow in the run move back, unless its own place lies after the hole: a search
// for it would stop at the hole before it was reached. Returns how many were looked at.
std::size_t stamped_set::take_from_index(std::uint64_t identity) noexcept {
    const std::size_t mask = index_.size() - 1;
    const std::size_t begin = slot_in(index_, identity);
    std::size_t hole = begin;
    std::size_t next = (hole + 1) & mask;
    for (; index_[next] != free_slot; next = (next + 1) & mask) {
        const std::size_t distance = (next - identities_[index_[next]]) & mask;
        if (distance >= ((next - hole) & mask)) {
            index_[hole] = index_[next];
            hole = next;
        }
    }
    index_[hole] = free_slot;
    return (next - begin) & mask;
}

// Points to all members, or makes the tree do so. Where memory runs out the set is as before.
void stamped_set::make_index(std::size_t slots) {
    std::vector<std::uint32_t> index(slots, free_slot);
    std::vector<std::uint8_t> filter(4 * slots, 0);
    identities_.reserve(std::min(slots / 2, limit_));
    stamps_.reserve(std::min(slots / 2, limit_));
    for (std::size_t i = 0; i < size(); ++i) {
        const std::size_t slot = slot_in(index, identities_[i]);
        if (slot == no_slot) return make_tree();
        if (index[slot] != free_slot) throw std::invalid_argument(alike);
        index[slot] = static_cast<std::uint32_t>(i);
        std::uint8_t& counter = filter[(identities_[i] >> 32) & (filter.size() - 1)];
        if (counter < many) ++counter;
    }
    index_ = std::move(index);
    filter_ = std::move(filter);
}

void stamped_set::make_tree() {
    std::map<std::uint64_t, std::uint32_t> tree;
    for (std::size_t i = 0; i < size(); ++i) {
        const auto [at, is_new] = tree.emplace(identities_[i], static_cast<std::uint32_t>(i));
        if (!is_new) throw std::invalid_argument(alike);
    }
    std::vector<std::uint8_t>(1, many).swap(filter_);
    tree_ = std::move(tree);
    index_ = {};
}

// ---- members ------------------------------------------------------------------------------------

void stamped_set::insert(std::uint64_t identity, std::uint64_t stamp) {
    if (!in_tree() && 2 * (size() + 1) > index_.size()) {
        make_index(std::max(fewest_slots, 2 * index_.size()));
    }
    std::size_t slot = no_slot;
    if (!in_tree()) {
        slot = slot_in(index_, identity);
        if (slot == no_slot) make_tree();
    }
    const auto position = static_cast<std::uint32_t>(size());
    if (slot == no_slot) {
        if (size() == stamps_.capacity()) stamps_.reserve(2 * size());
        identities_.push_back(identity);
        try {
            tree_.emplace(identity, position);
        } catch (...) {
            identities_.pop_back();
            throw;
        }
    } else {
        index_[slot] = position;
        std::uint8_t& counter = filter_[filter_slot(identity)];
        if (counter < many) ++counter;
        identities_.push_back(identity);  // there is room
    }
    stamps_.push_back(stamp);
}

void stamped_set::erase(std::size_t position) noexcept {
    const std::uint64_t identity = identities_[position];
    std::size_t steps = 0;
    if (in_tree()) {
        tree_.erase(identity);
    } else {
        std::uint8_t& counter = filter_[filter_slot(identity)];
        if (counter < many) --counter;
        steps = take_from_index(identity);
    }
    const std::size_t last = size() - 1;
    if (position != last) {
        place_of(identities_[last]) = static_cast<std::uint32_t>(position);
        identities_[position] = identities_[last];
        stamps_[position] = stamps_[last];
    }
    identities_.pop_back();
    stamps_.pop_back();
    if (steps <= most_steps) return;
    try {
        make_tree();
    } catch (const std::bad_alloc&) {  // then the next takes as long
    }
}

std::size_t stamped_set::memory_bytes() const noexcept {
    return (identities_.capacity() + stamps_.capacity()) * sizeof(std::uint64_t) +
           index_.capacity() * sizeof(std::uint32_t) + filter_.capacity() +
           tree_.size() * tree_node_bytes;
}

}  // namespace cvmcount
