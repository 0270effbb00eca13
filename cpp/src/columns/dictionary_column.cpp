#include "columns/array_columns.hpp"
#include "columns/gather.hpp"

namespace cvmcount {

template <class Code>
filter_output coded_column::read_codes(const block& which) const noexcept {
    const filter_rules& rules = which.rules.filter;
    const std::uint64_t missing = rules.hash->of_missing();
    std::uint8_t* const seen = which.seen;
    if (seen != nullptr) seen[0] = rules.dropna ? 1 : 0;
    word_block places;  // the code and 1; 0 of a missing one
    gather<integer<Code>, false>(value(which.begin), values().stride, which.size, places);
    filter_output result = {0, 0};
    for (std::size_t i = 0; i < which.size; ++i) {  // without a branch: see for_each_valid()
        const bool is_masked = which.missing != nullptr && is_set(which.missing, i);
        const std::uint64_t is_missing = places[i] >> 63 | (is_masked ? 1U : 0U);
        places[i] = (places[i] + 1) & (is_missing - 1);
        result.missing += is_missing;
    }
    for (std::size_t i = 0; i < which.size; ++i) {
        const std::uint64_t place = places[i];
        if (place > identities_.size()) return {unreadable, 0};
        if (seen != nullptr && seen[place] != 0) continue;
        const std::uint64_t identity = place == 0 ? missing : identities_[place - 1];
        const bool is_valid = identity != missing;
        result.missing += is_valid || place == 0 ? 0 : 1;
        which.out[result.kept] = identity;
        result.kept += (is_valid || !rules.dropna) && identity <= rules.threshold ? 1 : 0;
        // Missing ones are looked at again, because they are counted.
        if (seen != nullptr && is_valid) seen[place] = 1;
    }
    return result;
}

filter_output coded_column::read_block(const block& which) const {
    switch (width_) {
        case 1:
            return read_codes<std::int8_t>(which);
        case 2:
            return read_codes<std::int16_t>(which);
        case 4:
            return read_codes<std::int32_t>(which);
        case 8:
            return read_codes<std::int64_t>(which);
        default:
            return {unreadable, 0};
    }
}

}  // namespace cvmcount
