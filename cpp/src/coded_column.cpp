#include "cvmcount/array_columns.hpp"
#include "gather.hpp"

namespace cvmcount {

template <class Code>
filter_output coded_column::read_codes(const block& which) const noexcept {
    const filter_rules& rules = which.rules.filter;
    const std::uint64_t missing = rules.hash->of_missing();
    word_block codes;
    gather<integer<Code>, false>(value(which.begin), values().stride, which.size, codes);
    filter_output result = {0, 0};
    for (std::size_t i = 0; i < which.size; ++i) {
        const bool is_masked = which.missing != nullptr && is_set(which.missing, i);
        const bool is_code = !is_masked && static_cast<std::int64_t>(codes[i]) >= 0;
        if (is_code && codes[i] >= identities_.size()) return {unreadable, 0};
        const auto code = static_cast<std::size_t>(codes[i]);
        if (is_code && which.met != nullptr && which.met[code] != 0) continue;
        const std::uint64_t identity = is_code ? identities_[code] : missing;
        const bool is_there = identity != missing;
        result.missing += is_there ? 0 : 1;
        which.out[result.kept] = identity;
        result.kept += (is_there || !rules.dropna) && identity <= rules.ceiling ? 1 : 0;
        // Missing ones are looked at again, because they are counted.
        if (which.met != nullptr && is_there) which.met[code] = 1;
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
