#include "lines/line_stream.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/read_at.hpp"

namespace cvmcount {
namespace {

// What a file holds from this place on, and where it belongs.
struct file_bytes {
    int descriptor;
    std::uint64_t offset;
    std::span<std::byte> room;

    static std::size_t read_slice(void* context, std::size_t, std::size_t begin, std::size_t end,
                                  const reading_rules&, reading_output&) {
        const auto& self = *static_cast<const file_bytes*>(context);
        while (begin < end) {
            const std::size_t size = read_at(self.descriptor, self.offset + begin,
                                             self.room.subspan(begin, end - begin));
            if (size == 0) break;
            begin += size;
        }
        return begin;
    }
};

// Fewer bytes are read sooner than another thread has woken up.
constexpr std::size_t least_for_workers = 1 << 14;

}  // namespace

line_stream::line_stream(const line_form& form, std::size_t buffer_bytes, std::size_t workers,
                         bool keeps)
    : form_(form),
      buffer_bytes_(buffer_bytes * workers),
      buffer_(new std::byte[buffer_bytes_]),
      reader_(workers, {.first = buffer_bytes, .most = buffer_bytes, .least = least_for_workers}),
      rows_(form_, form.quotes ? buffer_bytes_ : 0),
      long_line_(form_),
      keeps_(keeps) {
    if (keeps) kept_text_.reserve(buffer_bytes_);
}

std::size_t line_stream::read_file(int descriptor, std::uint64_t offset) noexcept {
    file_bytes bytes = {descriptor, offset, room()};
    reading_output nothing;
    return reader_.read({file_bytes::read_slice, &bytes}, 0, bytes.room.size(), {}, nothing);
}

void line_stream::take(std::size_t bytes, const reading_rules& rules,
                       reading_output& output) noexcept {
    const std::span<std::byte> text = buffer().first(unfinished_ + bytes);
    kept_text_.clear();
    const std::size_t end = after_last_end(text);
    if (end > 0) {
        std::size_t begin = 0;
        if (in_long_line_) {
            begin = after_first_end(text);
            add_to_long_line(text.first(begin - 1), rules);
            end_long_line(rules, output);
        }
        take_lines(begin, end, rules, output);
    }
    const std::span<std::byte> rest = text.subspan(end);
    if (in_long_line_ || rest.size() == buffer_bytes_) {
        add_to_long_line(rest, rules);
        unfinished_ = 0;
    } else {
        unfinished_ = rest.size();
        if (end > 0 && unfinished_ > 0) std::memmove(buffer_.get(), rest.data(), unfinished_);
    }
    if (form_.quotes) rows_.move_to_front(text.size() - unfinished_, text.size());
}

// Where the line after the first end in the buffer begins. There is one.
std::size_t line_stream::after_first_end(std::span<const std::byte> text) const noexcept {
    if (form_.quotes) return rows_.after_end(0, text.size());
    return static_cast<std::size_t>(std::find(text.begin(), text.end(), form_.end) - text.begin()) +
           1;
}

// Where the line after the last end in the buffer begins; 0 where there is none. No end stands in
// the unfinished line.
std::size_t line_stream::after_last_end(std::span<const std::byte> text) noexcept {
    if (form_.quotes) {
        rows_.scan(text, unfinished_);
        return rows_.last_row();
    }
    const auto unfinished = text.rend() - static_cast<std::ptrdiff_t>(unfinished_);
    const auto last = std::find(text.rbegin(), unfinished, form_.end);
    return last == unfinished ? 0 : static_cast<std::size_t>(last.base() - text.begin());
}

std::uint64_t line_stream::end_file(const reading_rules& rules, reading_output& output) noexcept {
    kept_text_.clear();
    const std::uint64_t unclosed_row = rows_.in_quotes() ? rows_.num_rows() + 1 : 0;
    if (unfinished_ > 0) add_to_long_line(buffer().first(unfinished_), rules);
    if (in_long_line_ && unclosed_row == 0) end_long_line(rules, output);
    is_kept_ = is_kept_ && unclosed_row == 0;
    in_long_line_ = false;
    unfinished_ = 0;
    rows_.begin_file();
    return unclosed_row;
}

void line_stream::add_to_long_line(std::span<std::byte> text, const reading_rules& rules) noexcept {
    if (!in_long_line_) {
        long_line_.begin(*rules.hash);
        long_text_.clear();
        is_kept_ = keeps_;
    }
    in_long_line_ = true;
    keep_long_line(text);
    long_line_.add(text);
}

void line_stream::end_long_line(const reading_rules& rules, reading_output& output) noexcept {
    in_long_line_ = false;
    if (!long_line_.finish()) return;
    ++output.item_count;
    const std::size_t num_fields = form_.fields.size();
    const std::size_t num_keys = form_.num_keys;
    if (num_keys > 0) {
        output.identities[output.kept++] = long_line_.identity(0, num_keys);
        output.identities[output.kept++] = long_line_.identity(num_keys, num_fields - num_keys);
        return;
    }
    const std::uint64_t identity = long_line_.identity(0, num_fields);
    if (identity <= rules.threshold) output.identities[output.kept++] = identity;
}

// What does not fit is left out: the line is counted, but its value is not known.
void line_stream::keep_long_line(std::span<const std::byte> text) noexcept try {
    is_kept_ = is_kept_ && text.size() <= most_kept_bytes - long_text_.size();
    if (is_kept_) long_text_.insert(long_text_.end(), text.begin(), text.end());
} catch (const std::bad_alloc&) {
    is_kept_ = false;
}

void line_stream::find_items(const reading_rules& rules, lacking_items& lacking) {
    if (is_kept_ && !in_long_line_) {
        long_text_.push_back(form_.quotes ? std::byte{'\n'} : form_.end);
        find_lines(long_text_, form_, *rules.hash, lacking);
        is_kept_ = false;
    }
    find_lines(kept_text_, form_, *rules.hash, lacking);
    kept_text_.clear();
}

// Where the first line begins at this position or after it.
std::size_t line_stream::whole_lines::next_line(std::size_t position) const noexcept {
    if (position == begin || position == text.size()) return position;
    if (form.quotes) return rows.after_end(position - 1, text.size());
    while (position < text.size() && text[position - 1] != form.end) ++position;
    return position;
}

std::size_t line_stream::whole_lines::read_slice(void* context, std::size_t, std::size_t begin,
                                                 std::size_t end, const reading_rules& rules,
                                                 reading_output& output) {
    const auto& self = *static_cast<const whole_lines*>(context);
    const std::size_t first = self.next_line(begin);
    const std::span<std::byte> lines = self.text.first(self.next_line(end));
    if (self.form.quotes) {
        read_rows(lines, first, self.rows, self.form, rules, output);
    } else {
        read_lines(lines.subspan(first), self.form, rules, output);
    }
    return end;
}

void line_stream::take_lines(std::size_t begin, std::size_t end, const reading_rules& rules,
                             reading_output& output) noexcept {
    const std::span<std::byte> text = buffer().first(end);
    // It was reserved, so this takes no memory.
    if (keeps_) kept_text_.assign(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end());
    whole_lines lines = {text, begin, form_, rows_};
    reader_.read({whole_lines::read_slice, &lines}, begin, end, rules, output);
}

}  // namespace cvmcount
