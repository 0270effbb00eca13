// The elements of several sorted samples in ascending order, each with those that retain it.
//
// All of them together may be many more than fit in the cache, so they are sorted block by block.
// Each sample gives every so manieth of its elements; those together, sorted, say where to cut all
// samples so that about as many elements lie between two cuts, however they are distributed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/bucket_sorter.hpp"

namespace cvmcount {

// An element that a sample retains.
struct owned {
    std::uint64_t identity;
    std::uint32_t owner;
    bool below;  // strictly below the threshold of its owner
};

class owned_elements {
  public:
    // A sample in ascending order, of which so many come first that are below its threshold. It
    // must outlive this; owners are numbered as they come.
    void add(std::span<const std::uint64_t> retained, std::size_t below) {
        samples_.push_back({retained, below, 0});
    }

    // Calls use(first, last) for the owners of each identity, in ascending order of identities and
    // owners. To be called once. Throws std::bad_alloc.
    template <class Use>
    void for_each(Use use) {
        for (const std::uint64_t last : last_of_blocks()) {
            read_block(last);
            for (auto first = block_.cbegin(); first != block_.cend();) {
                const auto other = [first](const owned& each) {
                    return each.identity != first->identity;
                };
                const auto end = std::find_if(first, block_.cend(), other);
                use(first, end);
                first = end;
            }
        }
    }

  private:
    struct sample {
        std::span<const std::uint64_t> retained;
        std::size_t below;
        std::size_t next;  // of those that were not in a block
    };

    std::vector<std::uint64_t> last_of_blocks() const;
    void read_block(std::uint64_t last);  // the elements up to this one

    std::vector<sample> samples_;
    std::vector<owned> block_;
    bucket_sorter<owned> sorter_;
};

}  // namespace cvmcount
