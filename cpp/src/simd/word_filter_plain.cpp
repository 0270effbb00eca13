// The reference, and the level of machines that have no other.
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

// Returns whether all values that are not missing are counts up to the most.
bool times_fit(const filter_input& input) {
    const time_words& times = input.times;
    bool fits = true;
    for (std::size_t i = 0; i < input.size; ++i) {
        const auto count = static_cast<std::int64_t>(load_word(input.words + 8 * i));
        const bool is_missing =
            (input.missing != nullptr && is_set(input.missing, i)) ||
            (times.least_is_missing && count == static_cast<std::int64_t>(least_int64));
        fits &= is_missing | ((count <= times.most) & (count >= -times.most));
    }
    return fits;
}

template <word_form Form>
filter_output filter(const filter_input& input, const reading_rules& rules, std::uint64_t* out) {
    if constexpr (Form == word_form::time || Form == word_form::scaled_time) {
        if (!times_fit(input)) return {0, 0, false};
    }
    return filter_one_by_one(
        input.size, input.missing, rules, out, [&](std::size_t i, std::uint64_t& identity) {
            const std::byte* source = input.words + 8 * i;
            prefetch_ahead(source);
            return identify_word<Form>(load_word(source), *rules.hash, input.times, identity);
        });
}

}  // namespace

filter_output filter_words_plain(word_form form, const filter_input& input,
                                 const reading_rules& rules, std::uint64_t* out) {
    switch (form) {
        case word_form::integer:
            return filter<word_form::integer>(input, rules, out);
        case word_form::unsigned_integer:
            return filter<word_form::unsigned_integer>(input, rules, out);
        case word_form::real:
            return filter<word_form::real>(input, rules, out);
        case word_form::time:
            return filter<word_form::time>(input, rules, out);
        case word_form::scaled_time:
            return filter<word_form::scaled_time>(input, rules, out);
    }
    return {0, 0};
}

}  // namespace cvmcount
