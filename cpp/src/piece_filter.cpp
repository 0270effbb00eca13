#include "piece_filter.hpp"

#include <array>

namespace cvmcount {

filter_output filter_pieces(const piece_list& there, std::size_t size, const std::uint8_t* missing,
                            const column_rules& rules, kind which, std::uint64_t* out) noexcept {
    const identity_hash& hash = *rules.filter.hash;
    std::array<std::uint64_t, column::block_values + piece_hash_slack> identities;
    rules.level->hash_pieces(there, hash.bytes_key_of(which), identities.data());
    std::size_t offered = there.count;
    if (offered < size && !rules.filter.dropna) {  // back to their places, the last first
        for (std::size_t i = size; i-- > 0;) {
            identities[i] = is_set(missing, i) ? hash.of_missing() : identities[--offered];
        }
        offered = size;
    }
    const std::uint64_t ceiling = rules.filter.ceiling;
    filter_output result = {0, size - there.count};
    for (std::size_t i = 0; i < offered; ++i) {
        out[result.kept] = identities[i];
        result.kept += identities[i] <= ceiling ? 1 : 0;
    }
    return result;
}

}  // namespace cvmcount
