#include "columns/dictionary_column.hpp"

#include <cstring>

#include "base/always_inline.hpp"
#include "base/missing_bits.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

constexpr const char* not_in_dictionary = "an index is not in its dictionary";

}  // namespace

// The place of an entry is its index and 1. That of a missing value is 0: where those may be left
// out it is as good as seen, so that they cost no branch which nobody could predict.
template <class Index, dictionary_column::negative_index Negative>
filter_output dictionary_column::read_indices_by(const block& which) const {
    constexpr bool may_miss = Negative == negative_index::is_missing;
    const reading_rules& rules = which.rules;
    const std::byte* const first = value(which.begin);
    const std::ptrdiff_t stride = values().stride;
    const std::uint64_t entries = entries_->size();
    const std::uint64_t missing = rules.hash->of_missing();
    const auto known = entries_->known_identities();
    std::uint8_t* const seen = which.seen;
    if (seen != nullptr) seen[0] = rules.dropna ? 1 : 0;
    filter_output result = {0, which.missing_values()};
    const auto keep = [&](std::uint64_t identity, bool is_kept) {
        which.out[result.kept] = identity;
        result.kept += is_kept && identity <= rules.threshold ? 1 : 0;
    };
    const auto add = [&](std::uint64_t place) CVMCOUNT_ALWAYS_INLINE {
        std::uint64_t identity = missing;
        if (place - 1 < known.size()) {
            identity = known[static_cast<std::size_t>(place - 1)];
        } else if (place != 0) {
            entries_->identify(static_cast<std::size_t>(place - 1), rules, identity);
        }
        const bool is_valid = identity != missing;
        result.missing += is_valid || place == 0 ? 0 : 1;
        keep(identity, is_valid || !rules.dropna);
        // An entry that is missing is looked at again, because it is counted.
        if (seen != nullptr && is_valid) seen[place] = 1;
    };
    const auto look_up = [&](std::size_t i) CVMCOUNT_ALWAYS_INLINE {
        const auto at = static_cast<std::ptrdiff_t>(i);
        const std::byte* source =
            first + at * (may_miss ? stride : static_cast<std::ptrdiff_t>(sizeof(Index)));
        prefetch_ahead(source);
        Index index;
        std::memcpy(&index, source, sizeof index);
        std::uint64_t place = static_cast<std::uint64_t>(index) + 1;
        if (may_miss) {
            if (place > entries) {
                if (index > Index{0}) throw malformed_column(not_in_dictionary);
                place = 0;
            }
            result.missing += place == 0 ? 1 : 0;
        } else if (place - 1 >= entries) {
            throw malformed_column(not_in_dictionary);
        }
        if (seen == nullptr || seen[place] == 0) add(place);
    };
    if (which.drops_missing()) {
        for_each_valid(which.missing, which.size, look_up);
        return result;
    }
    for (std::size_t i = 0; i < which.size; ++i) {
        if (is_set(which.missing, i)) {
            keep(missing, true);
        } else {
            look_up(i);
        }
    }
    return result;
}

template <class Index>
filter_output dictionary_column::read_indices(const block& which) const {
    return negative_ == negative_index::is_malformed
               ? read_indices_by<Index, negative_index::is_malformed>(which)
               : read_indices_by<Index, negative_index::is_missing>(which);
}

filter_output dictionary_column::read_block(const block& which) const {
    switch (index_) {
        case number_type::int8:
            return read_indices<std::int8_t>(which);
        case number_type::int16:
            return read_indices<std::int16_t>(which);
        case number_type::int32:
            return read_indices<std::int32_t>(which);
        case number_type::int64:
            return read_indices<std::int64_t>(which);
        case number_type::uint8:
            return read_indices<std::uint8_t>(which);
        case number_type::uint16:
            return read_indices<std::uint16_t>(which);
        case number_type::uint32:
            return read_indices<std::uint32_t>(which);
        default:
            return read_indices<std::uint64_t>(which);
    }
}

bool identity_column::identify_one(std::size_t i, const reading_rules& rules,
                                   std::uint64_t& identity) const {
    if (i >= identities_.size()) throw_unidentified();
    identity = identities_[i];
    return identity != rules.hash->of_missing();
}

filter_output identity_column::read_block(const block& which) const {
    return filter_one_by_one(which.size, which.missing, which.rules, which.out,
                             [&](std::size_t i, std::uint64_t& identity) {
                                 return identify_one(which.begin + i, which.rules, identity);
                             });
}

}  // namespace cvmcount
