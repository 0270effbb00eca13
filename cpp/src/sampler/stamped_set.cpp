#include "sampler/stamped_set.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace cvmcount {

stamped_set::stamped_set(std::size_t limit, std::vector<std::uint64_t> identities,
                         std::vector<std::uint64_t> stamps)
    : limit_(limit), identities_(std::move(identities)), stamps_(std::move(stamps)) {
    if (size() == 0) return;
    make_index(std::bit_ceil(std::max<std::size_t>(16, 2 * size())));
    // An index that is half in use takes two looks at a hash on average.
    std::size_t looks_left = 64 + 64 * size();
    for (std::size_t i = 0; i < size(); ++i) {
        const std::size_t slot = index_slot(identities_[i]);
        const std::size_t looks = 1 + ((slot - home(identities_[i])) & (index_.size() - 1));
        if (index_[slot] != free_slot) throw std::invalid_argument("two identities are alike");
        if (looks > looks_left) throw std::invalid_argument("the identities are no hashes");
        looks_left -= looks;
        add_to_index(i);
    }
}

// The slot that points to the identity, or the free one where it belongs.
std::size_t stamped_set::index_slot(std::uint64_t identity) const noexcept {
    std::size_t slot = home(identity);
    while (index_[slot] != free_slot && identities_[index_[slot]] != identity) {
        slot = (slot + 1) & (index_.size() - 1);
    }
    return slot;
}

std::size_t stamped_set::find_in_index(std::uint64_t identity) const noexcept {
    const std::uint32_t position = index_[index_slot(identity)];
    return position == free_slot ? nowhere : position;
}

void stamped_set::add_to_index(std::size_t position) noexcept {
    const std::uint64_t identity = identities_[position];
    index_[index_slot(identity)] = static_cast<std::uint32_t>(position);
    std::uint8_t& counter = filter_[filter_slot(identity)];
    if (counter < many) ++counter;
}

void stamped_set::insert(std::uint64_t identity, std::uint64_t stamp) {
    if (2 * (size() + 1) > index_.size()) grow();
    identities_.push_back(identity);
    stamps_.push_back(stamp);
    add_to_index(size() - 1);
}

void stamped_set::erase(std::size_t position) noexcept {
    const std::uint64_t identity = identities_[position];
    std::uint8_t& counter = filter_[filter_slot(identity)];
    if (counter < many) --counter;

    // The members that follow in the run move back, unless its own place lies after the hole: a
    // search for it would stop at the hole before it was reached.
    const std::size_t mask = index_.size() - 1;
    std::size_t hole = index_slot(identity);
    for (std::size_t next = (hole + 1) & mask; index_[next] != free_slot;
         next = (next + 1) & mask) {
        const std::size_t distance = (next - home(identities_[index_[next]])) & mask;
        if (distance >= ((next - hole) & mask)) {
            index_[hole] = index_[next];
            hole = next;
        }
    }
    index_[hole] = free_slot;

    const std::size_t last = size() - 1;
    if (position != last) {
        index_[index_slot(identities_[last])] = static_cast<std::uint32_t>(position);
        identities_[position] = identities_[last];
        stamps_[position] = stamps_[last];
    }
    identities_.pop_back();
    stamps_.pop_back();
}

void stamped_set::make_index(std::size_t slots) {
    std::vector<std::uint32_t> index(slots, free_slot);
    std::vector<std::uint8_t> filter(4 * slots, 0);
    identities_.reserve(std::min(slots / 2, limit_));
    stamps_.reserve(std::min(slots / 2, limit_));
    index_ = std::move(index);
    filter_ = std::move(filter);
}

void stamped_set::grow() {
    make_index(std::max<std::size_t>(16, 2 * index_.size()));
    for (std::size_t i = 0; i < size(); ++i) add_to_index(i);
}

std::size_t stamped_set::memory_bytes() const noexcept {
    return (identities_.capacity() + stamps_.capacity()) * sizeof(std::uint64_t) +
           index_.capacity() * sizeof(std::uint32_t) + filter_.capacity();
}

}  // namespace cvmcount
