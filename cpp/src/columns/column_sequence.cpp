#include "columns/column_sequence.hpp"

#include <algorithm>
#include <utility>

#include "columns/find_items.hpp"

namespace cvmcount {
namespace {

// Only the caller can say whether reading should stop, and he waits for his helpers. So they stop
// by themselves after a tenth of a second, and he goes on from there.
constexpr std::size_t helper_questions = 32;

bool stop_soon(void* context) {
    auto& left = *static_cast<std::size_t*>(context);
    return left == 0 || --left == 0;
}

}  // namespace

void column_sequence::append(std::unique_ptr<column> values) {
    const std::size_t end = size() + values->size();
    columns_.push_back(std::move(values));
    try {
        ends_.push_back(end);
    } catch (...) {
        columns_.pop_back();
        throw;
    }
}

void column_sequence::clear() noexcept {
    for (identity_cache& cache : caches_) cache.invalidate_column();
    columns_.clear();
    ends_.clear();
}

void column_sequence::clear_caches() noexcept {
    for (identity_cache& cache : caches_) cache.clear();
}

std::size_t column_sequence::find_items(std::size_t begin, std::size_t end,
                                        const reading_rules& rules, lacking_items& lacking) {
    identity_cache cache;
    const auto is_like_first = [&](const std::unique_ptr<column>& each) {
        return each->told_kind() == columns_.front()->told_kind();
    };
    if (!columns_.empty() && std::all_of(columns_.begin(), columns_.end(), is_like_first)) {
        give_told_items(*columns_.front(), rules, lacking);
    }
    for (std::size_t i = 0; i < columns_.size() && begin < end; ++i) {
        if (ends_[i] <= begin) continue;
        const std::size_t first = i == 0 ? 0 : ends_[i - 1];
        const std::size_t stop = std::min(end, ends_[i]);
        begin = first + cvmcount::find_items(*columns_[i], begin - first, stop - first, rules,
                                             cache, lacking);
        cache.invalidate_column();
        if (begin < stop) break;
    }
    return begin;
}

void column_sequence::write_item(std::size_t i, item_bytes& item) const {
    item_writer out(item);
    const auto after = std::upper_bound(ends_.begin(), ends_.end(), i);
    const auto which = static_cast<std::size_t>(after - ends_.begin());
    columns_[which]->write_item(i - (which == 0 ? 0 : ends_[which - 1]), out);
}

bool column_sequence::read_number(std::size_t i, item_number& number) {
    number_bytes_.clear();
    write_item(i, number_bytes_);
    return cvmcount::read_number(number_bytes_, number);
}

std::size_t column_sequence::read_slice(void* context, std::size_t worker, std::size_t begin,
                                        std::size_t end, const reading_rules& rules,
                                        reading_output& output) {
    auto& self = *static_cast<column_sequence*>(context);
    reading_rules own = rules;
    std::size_t questions = helper_questions;
    if (worker > 0 && rules.stop.wanted != nullptr) own.stop = {stop_soon, &questions};
    const auto after = std::upper_bound(self.ends_.begin(), self.ends_.end(), begin);
    for (auto i = static_cast<std::size_t>(after - self.ends_.begin()); begin < end; ++i) {
        const std::size_t first = i == 0 ? 0 : self.ends_[i - 1];
        const std::size_t stop = std::min(end, self.ends_[i]);
        begin = first + self.columns_[i]->read(begin - first, stop - first, own,
                                               self.caches_[worker], output);
        if (begin < stop) break;
    }
    return begin;
}

}  // namespace cvmcount
