#include "columns/dictionary_column.hpp"

#include "columns/gather.hpp"

namespace cvmcount {

// The place of a value is the index of its entry and 1, or 0 of a missing value.
template <class Index>
void dictionary_column::find_places(const block& which, std::uint64_t* places) const {
    word_block indices;
    gather<Index, false>(value(which.begin), values().stride, which.size, indices);
    std::uint64_t malformed = 0;
    for (std::size_t i = 0; i < which.size; ++i) {  // without a branch: see for_each_valid()
        const bool is_masked = which.missing != nullptr && is_set(which.missing, i);
        const std::uint64_t is_negative = indices[i] >> 63;
        const std::uint64_t is_missing = is_negative | (is_masked ? 1U : 0U);
        malformed |= is_negative & (is_masked ? 0U : 1U);
        places[i] = (indices[i] + 1) & (is_missing - 1);
    }
    if (malformed != 0 && negative_ == negative_index::is_malformed) {
        throw malformed_column("an index is not in its dictionary");
    }
}

filter_output dictionary_column::read_block(const block& which) const {
    const reading_rules& rules = which.rules;
    const std::size_t entries = entries_->size();
    const std::uint64_t missing = rules.hash->of_missing();
    std::uint8_t* const seen = which.seen;
    word_block places;
    switch (index_) {
        case number_type::int8:
            find_places<integer<std::int8_t>>(which, places.data());
            break;
        case number_type::int16:
            find_places<integer<std::int16_t>>(which, places.data());
            break;
        case number_type::int32:
            find_places<integer<std::int32_t>>(which, places.data());
            break;
        case number_type::uint8:
            find_places<natural<std::uint8_t>>(which, places.data());
            break;
        case number_type::uint16:
            find_places<natural<std::uint16_t>>(which, places.data());
            break;
        case number_type::uint32:
            find_places<natural<std::uint32_t>>(which, places.data());
            break;
        default:
            find_places<natural<std::uint64_t>>(which, places.data());
    }
    if (seen != nullptr) seen[0] = rules.dropna ? 1 : 0;
    filter_output result = {0, 0};
    for (std::size_t i = 0; i < which.size; ++i) result.missing += places[i] == 0 ? 1 : 0;
    for (std::size_t i = 0; i < which.size; ++i) {
        const std::uint64_t place = places[i];
        if (place > entries) throw malformed_column("an index is not in its dictionary");
        if (seen != nullptr && seen[place] != 0) continue;
        std::uint64_t identity = missing;
        const bool is_valid =
            place != 0 && entries_->identify(static_cast<std::size_t>(place - 1), rules, identity);
        result.missing += is_valid || place == 0 ? 0 : 1;
        which.out[result.kept] = identity;
        result.kept += (is_valid || !rules.dropna) && identity <= rules.threshold ? 1 : 0;
        // An entry that is missing is looked at again, because it is counted.
        if (seen != nullptr && is_valid) seen[place] = 1;
    }
    return result;
}

bool identity_column::identify_one(std::size_t i, const reading_rules& rules,
                                   std::uint64_t& identity) const {
    if (i >= identities_.size()) throw unidentified_value();
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
