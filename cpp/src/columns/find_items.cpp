#include "columns/find_items.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace cvmcount {
namespace {

using block_identities = std::array<std::uint64_t, column::block_values + filter_slack>;

// Gives those of one block that are lacking. Returns whether there were any.
bool give_items(const column& values, std::size_t begin, std::size_t size,
                const reading_rules& rules, lacking_items& lacking) {
    block_identities identities;
    values.identify(begin, size, rules, identities.data());
    const std::size_t left = lacking.left();
    for (std::size_t i = 0; i < size; ++i) {
        if (identities[i] > rules.threshold) continue;
        lacking.give_if_lacking(identities[i],
                                [&](item_writer& out) { values.write_item(begin + i, out); });
    }
    return lacking.left() < left;
}

// Returns whether one of the values of a block may be lacking. It is faster than give_items().
bool lacks_any(const column& values, std::size_t begin, std::size_t size,
               const reading_rules& rules, identity_cache& cache, const lacking_items& lacking) {
    block_identities identities;
    reading_output output = {.identities = identities.data(), .room = identities.size()};
    const std::size_t stop = values.read(begin, begin + size, rules, cache, output);
    if (output.error == out_of_memory) throw std::bad_alloc();
    if (output.error != nullptr) throw malformed_column(output.error);
    if (stop == begin) throw unidentified_value();
    return std::any_of(identities.data(), identities.data() + output.kept,
                       [&](std::uint64_t identity) { return lacking.lacks(identity); });
}

}  // namespace

void give_told_items(const column& values, const reading_rules& rules, lacking_items& lacking) {
    if (!lacking.only_of_reader || values.told_kind() == kind::count) return;
    lacking.give_each([&](std::uint64_t identity, item_writer& out) {
        return values.write_told(identity, *rules.hash, out);
    });
}

// At first most blocks have something that is lacking; later few values pass the filter, and where
// none of them is lacking the block is not looked at again.
std::size_t find_items(const column& values, std::size_t begin, std::size_t end,
                       const reading_rules& rules, identity_cache& cache,
                       lacking_items& lacking) try {
    reading_rules few = rules;
    few.threshold = lacking.largest();
    bool had_some = true;  // the block before
    while (begin < end && lacking.left() > 0) {
        const std::size_t size = std::min(column::block_values, end - begin);
        had_some = (had_some || lacks_any(values, begin, size, few, cache, lacking)) &&
                   give_items(values, begin, size, few, lacking);
        begin += size;
    }
    return lacking.left() > 0 ? begin : end;
} catch (const unidentified_value&) {
    return begin;
}

}  // namespace cvmcount
