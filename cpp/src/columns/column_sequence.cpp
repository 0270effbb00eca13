#include "columns/column_sequence.hpp"

#include <algorithm>
#include <utility>

namespace cvmcount {

void column_sequence::append(std::unique_ptr<column> values) {
    const std::size_t end = size() + values->size();
    ends_.reserve(ends_.size() + 1);
    columns_.push_back(std::move(values));
    ends_.push_back(end);
}

void column_sequence::clear() noexcept {
    columns_.clear();
    ends_.clear();
}

std::size_t column_sequence::read(std::size_t begin, std::size_t end, const column_rules& rules,
                                  identity_cache& memory, column_output& output) const noexcept {
    const auto after = std::upper_bound(ends_.begin(), ends_.end(), begin);
    for (auto i = static_cast<std::size_t>(after - ends_.begin()); begin < end; ++i) {
        const std::size_t first = i == 0 ? 0 : ends_[i - 1];
        const std::size_t stop = std::min(end, ends_[i]);
        begin = first + columns_[i]->read(begin - first, stop - first, rules, memory, output);
        if (begin < stop) break;
    }
    return begin;
}

}  // namespace cvmcount
