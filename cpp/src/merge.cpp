#include "cvmcount/merge.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cvmcount {
namespace {

struct smallest_of_both {
    std::vector<std::uint64_t> ids;
    bool all;  // whether both are in it as a whole
};

// Both in ascending order. Without a branch on which is smaller, for nobody could predict it.
smallest_of_both unite(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b,
                       std::size_t capacity) {
    std::vector<std::uint64_t> ids(std::min(capacity, a.size() + b.size()));
    std::size_t i = 0;
    std::size_t j = 0;
    std::size_t count = 0;
    while (i < a.size() && j < b.size() && count < ids.size()) {
        const std::uint64_t x = a[i];
        const std::uint64_t y = b[j];
        ids[count++] = std::min(x, y);
        i += x <= y ? 1 : 0;
        j += y <= x ? 1 : 0;
    }
    for (; i < a.size() && count < ids.size(); ++i) ids[count++] = a[i];
    for (; j < b.size() && count < ids.size(); ++j) ids[count++] = b[j];
    ids.resize(count);
    return {std::move(ids), i == a.size() && j == b.size()};
}

}  // namespace

void merge(hashed_state& sum, const hashed_sampler& part) {
    const std::size_t capacity = std::min(sum.capacity, part.capacity());
    // What lies beyond the k-th of one part is none of the k smallest.
    const bool full = sum.retained.size() >= capacity;
    const auto last = full ? sum.retained[capacity - 1] : hashed_sampler::everything;
    const auto ids = part.retained_ids(last);
    auto both = unite(sum.retained, ids, capacity);
    const bool exact = both.all && ids.size() == part.retained() && sum.exact && part.is_exact();

    const bool all_in_sum = part.retained() == 0 && sum.capacity == capacity;
    const bool all_in_part = sum.retained.empty() && part.capacity() == capacity;
    if (all_in_part) {
        sum.history = part.history();
    } else if (!all_in_sum) {
        sum.history.reset();
    }
    sum.retained = std::move(both.ids);
    sum.capacity = capacity;
    sum.exact = exact;
    sum.items_seen = add_items(sum.items_seen, part.items_seen());
}

}  // namespace cvmcount
