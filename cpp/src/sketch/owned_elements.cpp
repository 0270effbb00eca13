#include "sketch/owned_elements.hpp"

namespace cvmcount {
namespace {

constexpr std::size_t step = 64;           // of a sample between elements that say where to cut
constexpr std::size_t block_size = 8'192;  // elements between two cuts, about

}  // namespace

std::vector<std::uint64_t> owned_elements::last_of_blocks() const {
    std::vector<std::uint64_t> some;
    for (const sample& each : samples_) {
        for (std::size_t i = step - 1; i < each.retained.size(); i += step) {
            some.push_back(each.retained[i]);
        }
    }
    std::sort(some.begin(), some.end());
    std::vector<std::uint64_t> last;
    for (std::size_t i = block_size / step; i < some.size(); i += block_size / step) {
        last.push_back(some[i]);
    }
    last.push_back(std::numeric_limits<std::uint64_t>::max());
    return last;
}

void owned_elements::read_block(std::uint64_t last) {
    block_.clear();
    for (std::uint32_t owner = 0; owner < samples_.size(); ++owner) {
        sample& from = samples_[owner];
        const auto& retained = from.retained;
        for (; from.next < retained.size() && retained[from.next] <= last; ++from.next) {
            block_.push_back({retained[from.next], owner, from.next < from.below});
        }
    }
    sorter_.sort(
        block_, [](const owned& each) { return each.identity; },
        [](const owned& a, const owned& b) {
            return a.identity != b.identity ? a.identity < b.identity : a.owner < b.owner;
        });
}

}  // namespace cvmcount
