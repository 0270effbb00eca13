#include "lines/line_stream.hpp"

#include <algorithm>
#include <cstring>

namespace cvmcount {
namespace {

// Fewer bytes are read sooner than another thread has woken up.
constexpr std::size_t least_for_workers = 1 << 14;

}  // namespace

line_stream::line_stream(std::size_t buffer_bytes, thread_team* workers)
    : buffer_bytes_(buffer_bytes),
      buffer_(new std::byte[buffer_bytes]),
      workers_(workers),
      slices_(workers == nullptr ? 1 : workers->size()) {}

void line_stream::take(std::size_t bytes, const line_rules& rules, line_output& output) noexcept {
    std::span<std::byte> text = buffer().first(unfinished_ + bytes);
    const auto came = text.subspan(unfinished_);
    const auto last_end = std::find(came.rbegin(), came.rend(), rules.form.end);
    const bool ends = last_end != came.rend();
    if (ends && long_) {
        const auto end = std::find(text.begin(), text.end(), rules.form.end);
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
        if (!long_) long_.emplace(rules.form, *rules.hash);
        long_->add(text);
        unfinished_ = 0;
    } else {
        unfinished_ = text.size();
        if (ends && left > 0) std::memmove(buffer_.get(), text.data(), left);
    }
}

void line_stream::end_file(const line_rules& rules, line_output& output) noexcept {
    if (unfinished_ > 0 && !long_) long_.emplace(rules.form, *rules.hash);
    if (!long_) return;
    long_->add(buffer().first(unfinished_));
    unfinished_ = 0;
    end_long_line(rules, output);
}

void line_stream::end_long_line(const line_rules& rules, line_output& output) noexcept {
    std::uint64_t identity = 0;
    if (long_->finish(identity)) {
        ++output.items;
        if (identity <= rules.threshold) output.identities[output.kept++] = identity;
    }
    long_.reset();
}

void line_stream::read_slice(void* context, std::size_t number) {
    const auto& shared = *static_cast<const pass*>(context);
    read_lines(shared.slices[number].text, shared.rules, shared.slices[number].output);
}

// Each slice reads to the end of the line in which its part ends.
void line_stream::take_lines(std::span<std::byte> text, const line_rules& rules,
                             line_output& output) noexcept {
    if (slices_.size() == 1 || text.size() < least_for_workers) {
        read_lines(text, rules, output);
        return;
    }
    std::uint64_t* const identities = output.identities + output.kept;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
        std::size_t end = std::max(begin, text.size() / slices_.size() * (i + 1));
        if (i + 1 == slices_.size()) end = text.size();
        while (end > begin && end < text.size() && text[end - 1] != rules.form.end) ++end;
        slices_[i] = {text.subspan(begin, end - begin), {identities + begin}};
        begin = end;
    }
    pass shared = {rules, slices_};
    workers_->run(read_slice, &shared);
    for (const slice& one : slices_) {
        if (one.output.kept > 0) {
            std::memmove(output.identities + output.kept, one.output.identities,
                         one.output.kept * sizeof(std::uint64_t));
        }
        output.kept += one.output.kept;
        output.items += one.output.items;
    }
}

}  // namespace cvmcount
