#include "lines/line_stream.hpp"

#include <cstring>
#include <new>

namespace cvmcount {
namespace {

// Fewer bytes are read sooner than another thread has woken up.
constexpr std::size_t least_for_workers = 1 << 14;

}  // namespace

line_stream::line_stream(const line_form& form, std::size_t buffer_bytes, std::size_t workers,
                         bool keeps)
    : form_(form),
      buffer_bytes_(buffer_bytes * workers),
      buffer_(new std::byte[buffer_bytes_]),
      reader_(workers, {.first = buffer_bytes, .most = buffer_bytes, .least = least_for_workers}),
      ends_(form_, buffer_bytes_),
      long_line_(form_),
      keeps_(keeps) {
    if (keeps) kept_text_.reserve(buffer_bytes_);
}

void line_stream::take(std::size_t bytes, const reading_rules& rules,
                       reading_output& output) noexcept {
    std::span<std::byte> text = buffer().first(unfinished_ + bytes);
    ends_.clear_begins();
    kept_text_.clear();
    const auto [first, last] = ends_.next(text.subspan(unfinished_), unfinished_);
    if (last > 0) {
        // Of whole lines, those that came are behind the unfinished one.
        std::size_t begin = 0;
        const std::size_t end = unfinished_ + last;
        if (in_long_line_) {
            begin = first;
            add_to_long_line(text.first(first - 1), rules);
            end_long_line(rules, output);
        }
        take_lines(text.subspan(begin, end - begin), rules, output);
        text = text.subspan(end);
    }
    if (in_long_line_ || text.size() == buffer_bytes_) {
        add_to_long_line(text, rules);
        unfinished_ = 0;
    } else {
        unfinished_ = text.size();
        if (last > 0 && unfinished_ > 0) std::memmove(buffer_.get(), text.data(), unfinished_);
    }
}

std::uint64_t line_stream::end_file(const reading_rules& rules, reading_output& output) noexcept {
    kept_text_.clear();
    const std::uint64_t unclosed_row = ends_.in_quotes() ? ends_.num_rows() + 1 : 0;
    if (unfinished_ > 0) add_to_long_line(buffer().first(unfinished_), rules);
    if (in_long_line_ && unclosed_row == 0) end_long_line(rules, output);
    is_kept_ = is_kept_ && unclosed_row == 0;
    in_long_line_ = false;
    unfinished_ = 0;
    ends_.begin_file();
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
    if (position == 0 || position == text.size()) return position;
    if (form.quotes) return ends.line_at(offset + position, offset + text.size()) - offset;
    while (position < text.size() && text[position - 1] != form.end) ++position;
    return position;
}

std::size_t line_stream::whole_lines::read_slice(void* context, std::size_t, std::size_t begin,
                                                 std::size_t end, const reading_rules& rules,
                                                 reading_output& output) {
    const auto& self = *static_cast<const whole_lines*>(context);
    const std::size_t first = self.next_line(begin);
    read_lines(self.text.subspan(first, self.next_line(end) - first), self.form, rules, output);
    return end;
}

void line_stream::take_lines(std::span<std::byte> text, const reading_rules& rules,
                             reading_output& output) noexcept {
    // It was reserved, so this takes no memory.
    if (keeps_) kept_text_.assign(text.begin(), text.end());
    const auto offset = static_cast<std::size_t>(text.data() - buffer_.get());
    whole_lines lines = {text, offset, form_, ends_};
    reader_.read({whole_lines::read_slice, &lines}, 0, text.size(), rules, output);
}

}  // namespace cvmcount
