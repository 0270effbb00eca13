#include "cvmcount/column.hpp"

#include <algorithm>
#include <array>

namespace cvmcount {
namespace {

// Bits for the values begin ... begin + size of a mask of bytes.
void pack_mask(const layout& mask, std::size_t begin, std::size_t size, std::uint8_t* bits) {
    for (std::size_t i = 0; i < size; i += 8) {
        unsigned byte = 0;
        for (std::size_t j = 0; j < std::min<std::size_t>(8, size - i); ++j) {
            const auto position = static_cast<std::ptrdiff_t>(begin + i + j);
            const bool missing = mask.data[mask.stride * position] != std::byte{0};
            byte |= (missing ? 1U : 0U) << j;
        }
        bits[i / 8] = static_cast<std::uint8_t>(byte);
    }
}

// Leaves out identities that were met a moment ago: in a column of few different values, that is
// nearly all of them.
class recent_identities {
  public:
    recent_identities() noexcept {
        for (std::size_t i = 0; i < last_.size(); ++i)
            last_[i] = i ^ 1;  // no identity of this place
    }

    // Returns how many are left, in their order.
    std::size_t leave_out(std::uint64_t* identities, std::size_t size) noexcept {
        std::size_t left = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint64_t identity = identities[i];
            std::uint64_t& last = last_[identity % last_.size()];
            identities[left] = identity;
            left += last != identity ? 1 : 0;
            last = identity;
        }
        return left;
    }

  private:
    std::array<std::uint64_t, 1024> last_;
};

}  // namespace

std::size_t column::read(std::size_t begin, std::size_t end, const column_rules& rules,
                         column_output& output) const noexcept {
    std::array<std::uint8_t, block_values / 8> bits;
    std::array<std::uint8_t, 256> met_bytes{};
    recent_identities recent;
    while (begin < end) {
        const std::size_t size = std::min(block_values, end - begin);
        if (output.room - output.kept < size + filter_slack) break;
        std::uint64_t* out = output.identities + output.kept;
        block which = {begin, size, nullptr, rules, out, nullptr};
        if (mask_.data != nullptr) {
            pack_mask(mask_, begin, size, bits.data());
            which.missing = bits.data();
        }
        if (!rules.repeats_count) which.met_bytes = met_bytes.data();
        const filter_output result = read_block(which);
        if (result.kept == unreadable) break;
        output.kept += rules.repeats_count ? result.kept : recent.leave_out(out, result.kept);
        output.items += size - (rules.filter.dropna ? result.missing : 0);
        begin += size;
    }
    return begin;
}

}  // namespace cvmcount
