#include "lines/line_stream.hpp"

#include <algorithm>
#include <cstring>

namespace cvmcount {
namespace {

// Fewer bytes are read sooner than another thread has woken up.
constexpr std::size_t least_for_workers = 1 << 14;

}  // namespace

line_stream::line_stream(const line_form& form, std::size_t buffer_bytes, std::size_t workers)
    : form_(form),
      buffer_bytes_(buffer_bytes * workers),
      buffer_(new std::byte[buffer_bytes_]),
      reader_(workers, {.first = buffer_bytes, .most = buffer_bytes, .least = least_for_workers}) {}

void line_stream::take(std::size_t bytes, const reading_rules& rules,
                       reading_output& output) noexcept {
    std::span<std::byte> text = buffer().first(unfinished_ + bytes);
    const auto came = text.subspan(unfinished_);
    const auto last_end = std::find(came.rbegin(), came.rend(), form_.end);
    const bool ends = last_end != came.rend();
    if (ends && long_) {
        const auto end = std::find(text.begin(), text.end(), form_.end);
        const auto size = static_cast<std::size_t>(end - text.begin());
        long_->add(text.first(size));
        end_long_line(rules, output);
        text = text.subspan(size + 1);
    }
    const auto left = static_cast<std::size_t>(last_end - came.rbegin());
    if (ends) {
        take_lines(text.first(text.size() - left), rules, output);
        text = text.last(left);
    }
    if (long_ || text.size() == buffer_bytes_) {
        if (!long_) long_.emplace(form_, *rules.hash);
        long_->add(text);
        unfinished_ = 0;
    } else {
        unfinished_ = text.size();
        if (ends && left > 0) std::memmove(buffer_.get(), text.data(), left);
    }
}

void line_stream::end_file(const reading_rules& rules, reading_output& output) noexcept {
    if (unfinished_ > 0 && !long_) long_.emplace(form_, *rules.hash);
    if (!long_) return;
    long_->add(buffer().first(unfinished_));
    unfinished_ = 0;
    end_long_line(rules, output);
}

void line_stream::end_long_line(const reading_rules& rules, reading_output& output) noexcept {
    std::uint64_t identity = 0;
    if (long_->finish(identity)) {
        ++output.item_count;
        if (identity <= rules.threshold) output.identities[output.kept++] = identity;
    }
    long_.reset();
}

// Where the first line begins at this position or after it.
std::size_t line_stream::whole_lines::next_line(std::size_t position) const noexcept {
    while (position > 0 && position < text.size() && text[position - 1] != form.end) ++position;
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
    whole_lines lines = {text, form_};
    reader_.read({whole_lines::read_slice, &lines}, 0, text.size(), rules, output);
}

}  // namespace cvmcount
