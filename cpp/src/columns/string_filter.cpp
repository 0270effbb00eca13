#include "columns/string_filter.hpp"

#include <array>

namespace cvmcount {

filter_output filter_strings(const string_list& valid, std::size_t size,
                             const std::uint8_t* missing, const reading_rules& rules, kind which,
                             std::uint64_t* out) noexcept {
    const identity_hash& hash = *rules.hash;
    std::array<std::uint64_t, column::block_values + string_hash_slack> identities;
    level_in_use().hash_strings(valid, hash.bytes_key_of(which), identities.data());
    const auto* words = reinterpret_cast<const std::byte*>(identities.data());
    if (missing == nullptr || rules.dropna) {
        filter_output result =
            level_in_use().filter_words(word_form::identity, {words, valid.count}, rules, out);
        result.missing = size - valid.count;
        return result;
    }
    std::size_t next = valid.count;  // back to their places, the last first
    for (std::size_t i = size; i-- > 0;) {
        if (!is_set(missing, i)) identities[i] = identities[--next];
    }
    return level_in_use().filter_words(word_form::identity, {words, size, missing}, rules, out);
}

}  // namespace cvmcount
