#include "sketch/sample_merge.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace cvmcount {

// Each part needs a look only at what lies below the k-th smallest so far, which is little after a
// few parts. So that not all k are moved for little, that waits until there is more of it.
void sample_merge::add(const sampler& one) {
    const hashed_sampler& part = one.hashed();
    capacity_ = std::min(capacity_, part.capacity());
    items_seen_ = add_items(items_seen_, part.items_seen());
    if (part.retained() == 0) return;
    ++filled_parts_;
    part_capacity_ = part.capacity();
    part_history_ = part.history();
    const bool full = smallest_.size() >= capacity_;
    const auto threshold = full ? smallest_[capacity_ - 1] : hashed_sampler::everything;
    const auto ids = part.retained_ids(threshold);
    exact_ = exact_ && part.is_exact() && ids.size() == part.retained();
    if (ids.size() >= capacity_ / 4) {
        merge_ascending(ids);
    } else {
        waiting_.insert(waiting_.end(), ids.begin(), ids.end());
        if (waiting_.size() >= capacity_) merge_waiting();
    }
}

void sample_merge::merge_into(sampler& target) {
    add(target);
    merge_waiting();
    hashed_state all = {capacity_, items_seen_, exact_};
    if (filled_parts_ == 1 && part_capacity_ == capacity_) all.history = part_history_;
    all.retained = std::move(smallest_);
    target = sampler(hashed_sampler(std::move(all)));
}

void sample_merge::merge_waiting() {
    sorter_.sort(waiting_, std::identity(), std::less());
    waiting_.erase(std::unique(waiting_.begin(), waiting_.end()), waiting_.end());
    merge_ascending(waiting_);
    waiting_.clear();
}

// Without a branch on which is smaller, for nobody could predict it.
void sample_merge::merge_ascending(const std::vector<std::uint64_t>& ascending) {
    const auto& a = smallest_;
    const auto& b = ascending;
    auto& both = merged_;
    both.resize(std::min(capacity_, a.size() + b.size()));
    std::size_t i = 0;
    std::size_t j = 0;
    std::size_t count = 0;
    while (i < a.size() && j < b.size() && count < both.size()) {
        const std::uint64_t x = a[i];
        const std::uint64_t y = b[j];
        both[count++] = std::min(x, y);
        i += x <= y ? 1 : 0;
        j += y <= x ? 1 : 0;
    }
    for (; i < a.size() && count < both.size(); ++i) both[count++] = a[i];
    for (; j < b.size() && count < both.size(); ++j) both[count++] = b[j];
    both.resize(count);
    exact_ = exact_ && i == a.size() && j == b.size();
    smallest_.swap(both);
}

}  // namespace cvmcount
