// Sorts values that have a hash, in less time than a sort by comparisons alone.
//
// Of uniform numbers each bucket of equal highest bits gets a few, which are sorted in the cache.
// Of others, some buckets get many: then it is no worse than to sort them all.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cvmcount {

// It keeps its memory from call to call.
template <class Value>
class bucket_sorter {
  public:
    // hash: gives the std::uint64_t of a value by which they are sorted first. less: the whole
    // order. Throws std::bad_alloc; the values are as they were then.
    template <class Hash, class Less>
    void sort(std::vector<Value>& values, Hash hash, Less less) {
        if (values.empty()) return;
        std::uint64_t smallest = hash(values.front());
        std::uint64_t largest = smallest;
        for (const Value& each : values) {
            smallest = std::min(smallest, hash(each));
            largest = std::max(largest, hash(each));
        }
        const auto bucket_bits = static_cast<unsigned>(std::bit_width(values.size() / bucket_size));
        const auto bits = static_cast<unsigned>(std::bit_width(largest - smallest));
        const unsigned shift = bits > bucket_bits ? std::min(bits - bucket_bits, 63U) : 0;
        const auto bucket = [&](const Value& value) {
            return static_cast<std::size_t>((hash(value) - smallest) >> shift);
        };
        ends_.assign(static_cast<std::size_t>((largest - smallest) >> shift) + 2, 0);
        in_buckets_.resize(values.size());
        for (const Value& each : values) ++ends_[bucket(each) + 1];
        for (std::size_t i = 1; i < ends_.size(); ++i) ends_[i] += ends_[i - 1];
        for (const Value& each : values) in_buckets_[ends_[bucket(each)]++] = each;
        values.swap(in_buckets_);
        auto begin = values.begin();
        for (std::size_t i = 0; i + 1 < ends_.size(); ++i) {
            const auto end = values.begin() + static_cast<std::ptrdiff_t>(ends_[i]);
            std::sort(begin, end, less);
            begin = end;
        }
    }

  private:
    static constexpr std::size_t bucket_size = 4;

    std::vector<Value> in_buckets_;
    std::vector<std::size_t> ends_;
};

}  // namespace cvmcount
