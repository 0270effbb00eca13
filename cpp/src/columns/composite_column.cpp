#include "columns/composite_column.hpp"

#include <array>

#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

// So many rows are read at a time, whatever the depth: a block of each level would not fit on the
// stack of every thread.
constexpr std::size_t nested_rows = 64;

}  // namespace

filter_output composite_column::read_block(const block& which) const {
    const reading_rules& rules = which.rules;
    const std::size_t width = fields_.size();
    std::array<std::uint64_t, nested_rows + filter_slack> field;
    std::vector<std::uint64_t> rows(width * nested_rows);
    filter_output result = {0, 0};
    for (std::size_t first = 0; first < which.size; first += nested_rows) {
        const std::size_t size = std::min(nested_rows, which.size - first);
        for (std::size_t number = 0; number < width; ++number) {
            fields_[number]->identify(which.begin + first, size, which.rules, field.data());
            for (std::size_t i = 0; i < size; ++i) rows[i * width + number] = field[i];
        }
        const auto identify = [&](std::size_t i, std::uint64_t& identity) {
            identity = rules.hash->of_members(kind_, {rows.data() + i * width, width});
            return true;
        };
        const std::uint8_t* missing =
            which.missing == nullptr ? nullptr : which.missing + first / 8;
        const filter_output part =
            filter_one_by_one(size, missing, rules, which.out + result.kept, identify);
        result.kept += part.kept;
        result.missing += part.missing;
    }
    return result;
}

filter_output same_text_column::read_block(const block& which) const {
    const std::uint64_t only = which.rules.hash->of_text(std::as_bytes(std::span(utf8_)));
    return filter_one_by_one(which.size, which.missing, which.rules, which.out,
                             [only](std::size_t, std::uint64_t& identity) {
                                 identity = only;
                                 return true;
                             });
}

}  // namespace cvmcount
