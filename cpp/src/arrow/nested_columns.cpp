#include <algorithm>
#include <array>
#include <span>

#include "arrow/columns.hpp"
#include "columns/reading_work.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
template <class End>
run_column<End>::run_column(const std::byte* ends, std::unique_ptr<column> values,
                            std::size_t first, std::size_t size)
    : column(size),
      ends_(ends),
      values_(std::move(values)),
      first_(first),
      first_run_(0),
      end_run_(values_->size()) {
    first_run_ = end_run_ = run_at(first);
    const auto last = static_cast<std::int64_t>(first + size);
    for (auto reached = static_cast<std::int64_t>(first); reached < last; ++end_run_) {
        if (end_run_ == values_->size()) throw malformed_column("its runs end too early");
        if (end_of(end_run_) <= reached) throw malformed_column("the end of a run falls");
        reached = end_of(end_run_);
    }
}

template <class End>
std::int64_t run_column<End>::end_of(std::size_t run) const noexcept {
    return static_cast<std::int64_t>(load_at<End>(ends_, run));
}

// The first run that ends after this position.
template <class End>
std::size_t run_column<End>::run_at(std::size_t position) const noexcept {
    std::size_t low = first_run_, high = end_run_;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (end_of(middle) <= static_cast<std::int64_t>(position)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

template <class End>
filter_output run_column<End>::read_block(const block& which) const {
    const reading_rules& rules = which.rules;
    const std::size_t begin = first_ + which.begin;
    filter_output result = {0, 0};
    std::size_t run = run_at(begin);
    for (std::size_t i = 0; i < which.size; ++run) {
        const auto rest = static_cast<std::int64_t>(begin + which.size);
        const std::size_t stop = static_cast<std::size_t>(std::min(end_of(run), rest)) - begin;
        std::uint64_t identity = 0;
        const bool is_valid = values_->identify(run, rules, identity);
        result.missing += is_valid ? 0 : stop - i;
        if ((is_valid || !rules.dropna) && identity <= rules.threshold) {
            const std::size_t copies = rules.skip_repeats ? 1 : stop - i;
            std::fill_n(which.out + result.kept, copies, identity);
            result.kept += copies;
        }
        i = stop;
    }
    return result;
}

template class run_column<std::int16_t>;
template class run_column<std::int32_t>;
template class run_column<std::int64_t>;

std::int64_t list_column::load(const std::byte* numbers, std::size_t i) const noexcept {
    return where_.wide ? load_at<std::int64_t>(numbers, i) : load_at<std::int32_t>(numbers, i);
}

list_column::range list_column::range_of(std::size_t i) const {
    if (where_.offsets == nullptr) return {i * where_.length, where_.length};
    const auto limit = static_cast<std::int64_t>(values_->size());
    const std::int64_t begin = load(where_.offsets, i);
    if (begin < 0 || begin > limit) throw malformed_column("a list begins outside its values");
    // The least int64 less anything would overflow; -1 ends as much too early.
    const std::int64_t size = where_.sizes == nullptr
                                  ? std::max<std::int64_t>(load(where_.offsets, i + 1), -1) - begin
                                  : load(where_.sizes, i);
    if (size < 0 || size > limit - begin) throw malformed_column("a list ends outside its values");
    return {static_cast<std::size_t>(begin), static_cast<std::size_t>(size)};
}

// Where the lists before this one end, if their offsets are right: those of a missing one may not
// be.
std::size_t list_column::end_before(std::size_t i) const noexcept {
    if (where_.offsets == nullptr) return i * where_.length;
    const std::int64_t end = std::max<std::int64_t>(load(where_.offsets, i), 0);
    return std::min(static_cast<std::size_t>(end), values_->size());
}

// A list of more members than a block, which are not in memory all at once.
std::uint64_t list_column::identify_long(const range& list, const reading_rules& rules,
                                         std::vector<std::uint64_t>& members) const {
    members.resize(block_values + filter_slack);
    rapidhash::stream stream(rules.hash->bytes_key_of(kind::tuple));
    for (std::size_t done = 0; done < list.size; done += block_values) {
        const std::size_t size = std::min(block_values, list.size - done);
        if (rules.work != nullptr) rules.work->add(size);
        values_->identify(list.begin + done, size, rules, members.data());
        stream.add(identity_hash::bytes_of_members(std::span(members).first(size)));
    }
    return stream.hash();
}

// Lists are short as a rule, so the values of many are identified at once.
filter_output list_column::read_block(const block& which) const {
    const identity_hash& hash = *which.rules.hash;
    const bool in_order = where_.sizes == nullptr;
    // Where the values of the block end.
    const std::size_t reach = in_order ? end_before(which.begin + which.size) : 0;
    std::vector<std::uint64_t> members;
    range read = {0, 0};
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        const range list = range_of(which.begin + i);
        if (list.size > block_values) {
            read = {0, 0};
            identity = identify_long(list, which.rules, members);
            return true;
        }
        const std::size_t end = list.begin + list.size;
        if (!in_order || list.begin < read.begin || end > read.begin + read.size) {
            const std::size_t ahead = reach > end ? reach - list.begin : 0;
            read = {list.begin, std::max(list.size, std::min(ahead, block_values))};
            members.resize(read.size + filter_slack);
            if (which.rules.work != nullptr) which.rules.work->add(read.size);
            values_->identify(read.begin, read.size, which.rules, members.data());
        }
        const std::span<std::uint64_t> all(members);
        identity = hash.of_members(
            kind::tuple,
            list.size == 0 ? all.first(0) : all.subspan(list.begin - read.begin, list.size));
        return true;
    };
    return filter_one_by_one(which.size, which.missing, which.rules, which.out, identify);
}

}  // namespace cvmcount
