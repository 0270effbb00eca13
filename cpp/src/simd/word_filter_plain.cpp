// The reference, and the level of machines that have no other.
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

template <word_form Form>
filter_output filter(const filter_input& input, const reading_rules& rules, std::uint64_t* out) {
    return filter_one_by_one(
        input.size, input.missing, rules, out, [&](std::size_t i, std::uint64_t& identity) {
            const std::byte* source = input.words + 8 * i;
            prefetch_ahead(source);
            return identify_word<Form>(load_word(source), *rules.hash, input.time_kind, identity);
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
    }
    return {0, 0};
}

}  // namespace cvmcount
