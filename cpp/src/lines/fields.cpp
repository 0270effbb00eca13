// The fields of lines. Only the bytes where a field or a line may end are looked at: they are found
// 64 bytes at a time.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/byte_masks.hpp"
#include "base/utf8.hpp"
#include "lines/line_items.hpp"
#include "lines/lines.hpp"
#include "lines/row_stops.hpp"
#include "lines/wanted_fields.hpp"

namespace cvmcount {
namespace {

using text_span = std::span<std::byte>;

constexpr std::byte quote = line_form::quote;

const std::byte* next_quote(const std::byte* begin, const std::byte* end) noexcept {
    const auto size = static_cast<std::size_t>(end - begin);
    const void* const found =
        size > 0 ? std::memchr(begin, std::to_integer<int>(quote), size) : nullptr;
    return found != nullptr ? static_cast<const std::byte*>(found) : end;
}

// Takes the quotes off a field that begins with one, in place, and returns what is left. What
// follows the closing quote belongs to the field, and quotes in it are bytes as any other.
text_span unquoted(text_span field) noexcept {
    const std::byte* const end = field.data() + field.size();
    const std::byte* from = field.data() + 1;
    std::byte* to = field.data();
    const auto take_up_to = [&](const std::byte* stop) {
        const auto size = static_cast<std::size_t>(stop - from);
        std::memmove(to, from, size);
        to += size;
        from = stop;
    };
    if (next_quote(from, end) == end - 1) return field.subspan(1, field.size() - 2);
    for (;;) {
        take_up_to(next_quote(from, end));
        if (from != end) ++from;                   // the closing quote,
        if (from == end || *from != quote) break;  // or the first of two
        *to++ = quote;
        ++from;
    }
    take_up_to(end);
    return {field.data(), to};
}

class field_reader {
  public:
    // Reads from `begin`, where a line begins. `rows` says where those of CSV and their fields end.
    field_reader(text_span text, std::size_t begin, const row_stops* rows, const line_form& form,
                 const reading_rules& rules, reading_output& output,
                 lacking_items* lacking = nullptr) noexcept
        : text_(text),
          rows_(rows),
          form_(form),
          lacking_(lacking),
          wanted_(form),
          delimiter_(std::as_bytes(std::span(form.delimiter))),
          hash_(*rules.hash),
          threshold_(rules.threshold),
          output_(output) {
        begin_line(begin);
    }

    void read() {
        const std::size_t begin = line_begin_;
        for (std::size_t at = begin - begin % block_bytes; at < text_.size(); at += block_bytes) {
            const std::size_t before = begin > at ? begin - at : 0;
            const std::size_t size = text_.size() - at;
            std::uint64_t wanted = ~std::uint64_t{0} << before;
            if (size < block_bytes) wanted &= (std::uint64_t{1} << size) - 1;
            read_block(at, wanted);
        }
    }

  private:
    void read_block(std::size_t at, std::uint64_t wanted) {
        if (rows_ != nullptr) {
            const std::size_t block = at / block_bytes;
            return take_stops(at, rows_->ends(block) & wanted, rows_->delimiters(block) & wanted);
        }
        const text_block block(text_, at);
        take_stops(at, block.mask_of(form_.end) & wanted,
                   (form_.blanks ? block.mask_of(std::byte{' '}, std::byte{'\t'})
                                 : block.mask_of(delimiter_.front())) &
                       wanted);
    }

    void take_stops(std::size_t at, std::uint64_t ends, std::uint64_t delimiters) {
        for (std::uint64_t unread = ~std::uint64_t{0};;) {
            const std::uint64_t stops = next_ < wanted_.size() ? ends | delimiters : ends;
            const std::uint64_t left = stops & unread;
            if (left == 0) return;
            const int bit = std::countr_zero(left);
            unread = ~std::uint64_t{1} << bit;
            take_stop(at + static_cast<unsigned>(bit), (ends >> bit & 1) != 0);
        }
    }

    void take_stop(std::size_t position, bool is_end) {
        if (is_end) {
            end_line(position);
        } else if (next_ < wanted_.size()) {
            meet_delimiter(position);
        }
    }

    void begin_line(std::size_t position) noexcept {
        line_begin_ = field_begin_ = position;
        field_ = 1;
        next_ = 0;
        is_comment_ = form_.comment && position < text_.size() && text_[position] == *form_.comment;
    }

    void meet_delimiter(std::size_t position) noexcept {
        if (form_.blanks) {
            if (position > field_begin_) end_field(position);
            field_begin_ = position + 1;
            return;
        }
        const std::size_t size = delimiter_.size();
        if (size > 1) {  // it may lie within the one before, or be another text
            if (position < field_begin_ || text_.size() - position < size) return;
            const auto found = text_.begin() + static_cast<std::ptrdiff_t>(position);
            if (!std::equal(delimiter_.begin(), delimiter_.end(), found)) return;
        }
        end_field(position);
        field_begin_ = position + size;
    }

    void end_field(std::size_t position) noexcept {
        if (next_ < wanted_.size() && field_++ == wanted_[next_]) {
            fields_[next_++] = text_.subspan(field_begin_, position - field_begin_);
        }
    }

    void end_line(std::size_t position) {
        std::size_t end = position;
        if (form_.strips_cr && !form_.quotes && end > line_begin_ &&
            text_[end - 1] == std::byte{'\r'})
            --end;
        const bool has_field =
            form_.blanks ? end > field_begin_ : !form_.quotes || end > line_begin_;
        if (has_field) end_field(end);
        if (next_ == wanted_.size() && !is_comment_) take_line();
        begin_line(position + 1);
    }

    void take_line() {
        bool empty = true;
        for (text_span& field : std::span(fields_).first(wanted_.size())) {
            if (form_.quotes && !field.empty() && field.front() == quote) field = unquoted(field);
            if (form_.folds_case) fold_case(field);
            empty = empty && field.empty();
        }
        if (form_.skips_empty && empty) return;
        const std::size_t num_keys = form_.num_keys;
        const std::size_t num_asked = num_keys > 0 ? num_keys : form_.fields.size();
        const std::uint64_t identity = identity_of_fields(0, num_asked);
        if (lacking_ != nullptr) {
            return lacking_->give_if_lacking(
                identity, [=, this](item_writer& out) { write(out, num_asked); });
        }
        if (num_keys > 0) {
            output_.identities[output_.kept++] = identity;
            output_.identities[output_.kept++] =
                identity_of_fields(num_keys, form_.fields.size() - num_keys);
        } else if (identity <= threshold_) {
            output_.identities[output_.kept++] = identity;
        }
        ++output_.item_count;
    }

    // The first so many fields, as an item.
    void write(item_writer& out, std::size_t count) const {
        if (count > 1) out.begin_tuple(count);
        for (std::size_t i = 0; i < count; ++i) {
            write_text(out, fields_[wanted_.place_of(form_.fields[i])]);
        }
    }

    std::uint64_t identity_of(text_span field) const noexcept {
        return is_utf8(field) ? hash_.of_text(field) : hash_.of_bytes(field);
    }

    // One field is an element by itself, several are a tuple.
    std::uint64_t identity_of_fields(std::size_t first, std::size_t count) const noexcept {
        std::array<std::uint64_t, line_form::most_fields> members;
        for (std::size_t i = 0; i < count; ++i) {
            members[i] = identity_of(fields_[wanted_.place_of(form_.fields[first + i])]);
        }
        if (count == 1) return members[0];
        return hash_.of_members(kind::tuple, std::span(members).first(count));
    }

    text_span text_;
    const row_stops* const rows_;
    const line_form& form_;
    lacking_items* const lacking_;  // null where identities are read
    const wanted_fields wanted_;
    const std::span<const std::byte> delimiter_;
    const identity_hash& hash_;
    const std::uint64_t threshold_;
    reading_output& output_;

    std::size_t line_begin_ = 0;
    std::size_t field_begin_ = 0;
    std::size_t field_ = 1;  // the number of the one that begins there
    std::size_t next_ = 0;   // of the wanted fields
    bool is_comment_ = false;
    std::array<text_span, line_form::most_fields> fields_;  // the wanted ones of this line
};

}  // namespace

void read_fields(text_span text, const line_form& form, const reading_rules& rules,
                 reading_output& output) noexcept {
    field_reader(text, 0, nullptr, form, rules, output).read();
}

void read_rows(text_span text, std::size_t begin, const row_stops& stops, const line_form& form,
               const reading_rules& rules, reading_output& output) noexcept {
    field_reader(text, begin, &stops, form, rules, output).read();
}

void find_fields(text_span text, const line_form& form, const identity_hash& hash,
                 lacking_items& lacking) {
    reading_output nothing;
    std::optional<row_stops> rows;
    if (form.quotes) rows.emplace(form, text.size()).scan(text, 0);
    field_reader(text, 0, rows ? &*rows : nullptr, form, {.hash = &hash}, nothing, &lacking).read();
}

}  // namespace cvmcount
