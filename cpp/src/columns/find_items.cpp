#include "columns/find_items.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace cvmcount {
namespace {

using block_identities = std::array<std::uint64_t, column::block_values + filter_slack>;

// The values of one block, of which some are lacking.
void give_items(const column& values, std::size_t begin, std::size_t size,
                const reading_rules& rules, lacking_items& lacking) {
    block_identities identities;
    values.identify(begin, size, rules, identities.data());
    for (std::size_t i = 0; i < size; ++i) {
        if (identities[i] > rules.threshold) continue;
        lacking.give_if_lacking(identities[i],
                                [&](item_writer& out) { values.write_item(begin + i, out); });
    }
}

}  // namespace

// Few values pass the filter, and where none of them is lacking the block is not looked at again.
std::size_t find_items(const column& values, std::size_t begin, std::size_t end,
                       const reading_rules& rules, identity_cache& cache,
                       lacking_items& lacking) try {
    reading_rules few = rules;
    few.threshold = lacking.largest();
    block_identities identities;
    while (begin < end && lacking.left() > 0) {
        const std::size_t size = std::min(column::block_values, end - begin);
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        const std::size_t stop = values.read(begin, begin + size, few, cache, output);
        if (output.error == out_of_memory) throw std::bad_alloc();
        if (output.error != nullptr) throw malformed_column(output.error);
        if (stop == begin) break;
        const bool any =
            std::any_of(identities.data(), identities.data() + output.kept,
                        [&](std::uint64_t identity) { return lacking.lacks(identity); });
        if (any) give_items(values, begin, size, few, lacking);
        begin = stop;
    }
    return lacking.left() > 0 ? begin : end;
} catch (const unidentified_value&) {
    return begin;
}

}  // namespace cvmcount
