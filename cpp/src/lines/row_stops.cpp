#include "lines/row_stops.hpp"

#include <algorithm>
#include <bit>

#include "base/byte_masks.hpp"
#include "lines/quoted_bytes.hpp"

namespace cvmcount {
namespace {

constexpr std::ptrdiff_t none = -1;

// The bits of a block from a position on.
std::uint64_t bits_from(std::size_t position, std::size_t at) noexcept {
    return position > at ? ~std::uint64_t{0} << (position - at) : ~std::uint64_t{0};
}

// The lowest bits become those that stood at `begin`.
void move_bits(std::vector<std::uint64_t>& bits, std::size_t begin, std::size_t count) noexcept {
    const std::size_t first = begin / block_bytes, shift = begin % block_bytes;
    for (std::size_t i = 0; i < (count + block_bytes - 1) / block_bytes; ++i) {
        bits[i] = bits[first + i] >> shift;
        if (shift > 0) bits[i] |= bits[first + i + 1] << (block_bytes - shift);
    }
}

}  // namespace

row_stops::row_stops(const line_form& form, std::size_t buffer_bytes)
    : form_(form), ends_(buffer_bytes / block_bytes + 2), delimiters_(ends_.size()) {
    begin_file();
}

void row_stops::begin_file() noexcept {
    row_begin_ = 0;
    after_closed_ = none;
    in_quotes_ = is_comment_ = false;
    num_rows_ = 0;
}

void row_stops::scan(text_span buffer, std::size_t begin) noexcept {
    if (begin == buffer.size()) return;
    const auto delimiter = static_cast<std::byte>(form_.delimiter.front());
    for (std::size_t at = begin - begin % block_bytes; at < buffer.size(); at += block_bytes) {
        const text_block block(buffer, at);
        const std::uint64_t fresh = bits_from(begin, at);
        const stops all = {block.mask_of(std::byte{'\n'}, std::byte{'\r'}) & fresh,
                           block.mask_of(delimiter) & fresh};
        const std::uint64_t quotes = block.mask_of(line_form::quote) & fresh;
        const stops found = stops_outside(buffer, at, std::max(begin, at), quotes, all);
        ends_[at / block_bytes] = (ends_[at / block_bytes] & ~fresh) | found.ends;
        delimiters_[at / block_bytes] = (delimiters_[at / block_bytes] & ~fresh) | found.delimiters;
    }
    const auto size = static_cast<std::ptrdiff_t>(buffer.size());
    if (form_.comment && row_begin_ >= 0 && row_begin_ < size) {
        is_comment_ = buffer[static_cast<std::size_t>(row_begin_)] == *form_.comment;
    }
    before_ = buffer.back();
}

// `begin` is the first byte of the block that has not been looked at.
row_stops::stops row_stops::stops_outside(text_span buffer, std::size_t at, std::size_t begin,
                                          std::uint64_t quotes, stops all) noexcept {
    const auto position = static_cast<std::ptrdiff_t>(at);
    if (quotes == 0) {
        if (in_quotes_) return {0, 0};
        take_ends(position, all.ends);
        return all;
    }
    if (form_.comment) return one_by_one(buffer, at, quotes, all);
    const bool opens = may_open(buffer, static_cast<std::ptrdiff_t>(begin));
    const quoted_bytes quoted(quotes, all.ends | all.delimiters, in_quotes_,
                              std::uint64_t{opens} << (begin - at));
    if (!quoted.regular) return one_by_one(buffer, at, quotes, all);
    in_quotes_ = quoted.ends_inside();
    if (quoted.closings != 0) after_closed_ = position + quoted.after_closing();
    const stops outside = {all.ends & ~quoted.inside, all.delimiters & ~quoted.inside};
    take_ends(position, outside.ends);
    return outside;
}

row_stops::stops row_stops::one_by_one(text_span buffer, std::size_t at, std::uint64_t quotes,
                                       stops all) noexcept {
    stops outside = {0, 0};
    for (std::uint64_t left = quotes | all.ends | all.delimiters; left != 0; left &= left - 1) {
        const std::uint64_t bit = left & (~left + 1);
        if ((quotes & bit) != 0) {
            meet_quote(buffer, static_cast<std::ptrdiff_t>(at) + std::countr_zero(left));
        } else if (!in_quotes_) {
            take_ends(static_cast<std::ptrdiff_t>(at), all.ends & bit);
            outside.ends |= all.ends & bit;
            outside.delimiters |= all.delimiters & bit;
        }
    }
    return outside;
}

// Whether a quote there opens a field, or opens anew the one that it has just closed.
bool row_stops::may_open(text_span buffer, std::ptrdiff_t position) const noexcept {
    if (position == row_begin_ || position == after_closed_) return true;
    const std::byte before =
        position == 0 ? before_ : buffer[static_cast<std::size_t>(position) - 1];
    return before == static_cast<std::byte>(form_.delimiter.front());
}

void row_stops::meet_quote(text_span buffer, std::ptrdiff_t position) noexcept {
    if (in_quotes_) {
        in_quotes_ = false;
        after_closed_ = position + 1;
        return;
    }
    const bool is_comment =
        form_.comment &&
        (row_begin_ < 0 ? is_comment_
                        : buffer[static_cast<std::size_t>(row_begin_)] == *form_.comment);
    in_quotes_ = !is_comment && may_open(buffer, position);
}

// An end right behind another, or at the beginning of a row, ends an empty row.
void row_stops::take_ends(std::ptrdiff_t at, std::uint64_t ends) noexcept {
    if (ends == 0) return;
    std::uint64_t empty = ends << 1;
    if (row_begin_ >= at) empty |= std::uint64_t{1} << (row_begin_ - at);
    num_rows_ += static_cast<unsigned>(std::popcount(ends & ~empty));
    row_begin_ = at + static_cast<std::ptrdiff_t>(std::bit_width(ends));
}

void row_stops::move_to_front(std::size_t begin, std::size_t end) noexcept {
    const auto by = static_cast<std::ptrdiff_t>(begin);
    row_begin_ = std::max(row_begin_ - by, none);
    after_closed_ = std::max(after_closed_ - by, none);
    move_bits(ends_, begin, end - begin);
    move_bits(delimiters_, begin, end - begin);
}

std::size_t row_stops::after_end(std::size_t position, std::size_t end) const noexcept {
    for (std::size_t at = position - position % block_bytes; at < end; at += block_bytes) {
        const std::uint64_t left = ends_[at / block_bytes] & bits_from(position, at);
        if (left == 0) continue;
        return std::min(at + static_cast<unsigned>(std::countr_zero(left)) + 1, end);
    }
    return end;
}

}  // namespace cvmcount
