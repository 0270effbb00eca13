#include "lines/line_ends.hpp"

#include <algorithm>
#include <bit>

#include "base/byte_masks.hpp"
#include "lines/quoted_bytes.hpp"

namespace cvmcount {
namespace {

constexpr std::ptrdiff_t none = -1;

}  // namespace

line_ends::line_ends(const line_form& form, std::size_t buffer_bytes) : form_(form) {
    if (form.quotes) begins_.reserve(buffer_bytes / grid + 1);
    begin_file();
}

void line_ends::begin_file() noexcept {
    row_begin_ = 0;
    after_closed_ = none;
    in_quotes_ = is_comment_ = false;
    num_rows_ = 0;
}

line_ends::found line_ends::next(std::span<const std::byte> piece, std::size_t offset) noexcept {
    if (!form_.quotes) {
        const auto last = std::find(piece.rbegin(), piece.rend(), form_.end).base();
        if (last == piece.begin()) return {};
        const auto first = std::find(piece.begin(), last, form_.end) + 1;
        return {static_cast<std::size_t>(first - piece.begin()),
                static_cast<std::size_t>(last - piece.begin())};
    }
    offset_ = offset;
    found_ = {};
    for (std::size_t at = 0; at < piece.size(); at += byte_masks::bytes) read_block(piece, at);

    const auto size = static_cast<std::ptrdiff_t>(piece.size());
    if (form_.comment && row_begin_ >= 0 && row_begin_ < size) {
        is_comment_ = piece[static_cast<std::size_t>(row_begin_)] == *form_.comment;
    }
    row_begin_ = row_begin_ == size ? 0 : none;
    after_closed_ = after_closed_ == size ? 0 : none;
    if (size > 0) before_ = piece.back();
    return found_;
}

void line_ends::read_block(std::span<const std::byte> piece, std::size_t at) noexcept {
    const text_block block(piece, at);
    const std::uint64_t quotes = block.mask_of(line_form::quote);
    const std::uint64_t ends = block.mask_of(std::byte{'\n'}, std::byte{'\r'});
    const auto begin = static_cast<std::ptrdiff_t>(at);
    if (!form_.comment) {
        const auto delimiter = static_cast<std::byte>(form_.delimiter.front());
        const bool may_open =
            begin == row_begin_ || begin == after_closed_ || byte_at(piece, begin - 1) == delimiter;
        const std::uint64_t separators = quotes == 0 ? 0 : ends | block.mask_of(delimiter);
        const quoted_bytes quoted(quotes, separators, in_quotes_, may_open);
        if (quoted.regular) {
            take_ends(begin, ends & ~quoted.inside);
            in_quotes_ = quoted.ends_inside();
            if (quoted.closings != 0) after_closed_ = begin + quoted.after_closing();
            return;
        }
    }
    for (std::uint64_t unread = ~std::uint64_t{0};;) {
        const std::uint64_t left = (in_quotes_ ? quotes : quotes | ends) & unread;
        if (left == 0) return;
        const int bit = std::countr_zero(left);
        unread = ~std::uint64_t{1} << bit;
        const std::ptrdiff_t position = begin + bit;
        if ((quotes >> bit & 1) != 0) {
            meet_quote(piece, position);
        } else {
            take_ends(begin, std::uint64_t{1} << bit);
        }
    }
}

std::byte line_ends::byte_at(std::span<const std::byte> piece,
                             std::ptrdiff_t position) const noexcept {
    return position < 0 ? before_ : piece[static_cast<std::size_t>(position)];
}

void line_ends::meet_quote(std::span<const std::byte> piece, std::ptrdiff_t position) noexcept {
    if (in_quotes_) {
        in_quotes_ = false;
        after_closed_ = position + 1;
    } else if (position == after_closed_) {
        in_quotes_ = true;
    } else {
        const bool is_comment =
            form_.comment &&
            (row_begin_ < 0 ? is_comment_ : byte_at(piece, row_begin_) == *form_.comment);
        in_quotes_ = !is_comment && (position == row_begin_ ||
                                     byte_at(piece, position - 1) ==
                                         static_cast<std::byte>(form_.delimiter.front()));
    }
}

// An end right behind another, or at the beginning of a row, ends an empty row.
void line_ends::take_ends(std::ptrdiff_t begin, std::uint64_t ends) noexcept {
    if (ends == 0) return;
    std::uint64_t empty = ends << 1;
    if (row_begin_ >= begin) empty |= std::uint64_t{1} << (row_begin_ - begin);
    num_rows_ += static_cast<unsigned>(std::popcount(ends & ~empty));
    row_begin_ = begin + std::bit_width(ends);
    found_.last = static_cast<std::size_t>(row_begin_);
    if (found_.first == 0) {
        found_.first = static_cast<std::size_t>(begin + std::countr_zero(ends) + 1);
    }
    keep_begin(offset_ + found_.last);
}

void line_ends::keep_begin(std::size_t position) noexcept {
    if (position < next_begin_ || begins_.size() == begins_.capacity()) return;
    begins_.push_back(position);
    next_begin_ = position + grid;
}

void line_ends::clear_begins() noexcept {
    begins_.clear();
    next_begin_ = 0;
}

std::size_t line_ends::line_at(std::size_t position, std::size_t end) const noexcept {
    const auto found = std::ranges::lower_bound(begins_, position);
    return found == begins_.end() ? end : std::min(*found, end);
}

}  // namespace cvmcount
