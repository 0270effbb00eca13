#include "lines/long_line.hpp"

#include <algorithm>

namespace cvmcount {
namespace {

constexpr std::byte carriage_return{'\r'};

}  // namespace

long_line::long_line(const line_form& form)
    : form_(form),
      wanted_(form),
      elements_(std::max<std::size_t>(wanted_.size(), 1)),
      identities_(form.fields.size()) {
    held_.reserve(form.delimiter.size());
}

void long_line::begin(const identity_hash& hash) noexcept {
    hash_ = &hash;
    for (element& each : elements_) {
        each = {.text = rapidhash::stream(hash.bytes_key_of(kind::text)),
                .bytes = rapidhash::stream(hash.bytes_key_of(kind::bytes))};
    }
    num_content_ = next_ = 0;
    field_ = 1;
    held_.clear();
    field_begins_ = line_begins_ = true;
    in_quotes_ = quote_closed_ = is_comment_ = holds_cr_ = false;
}

void long_line::add(std::span<std::byte> chunk) noexcept {
    if (chunk.empty()) return;
    if (line_begins_) is_comment_ = form_.comment == chunk.front();
    line_begins_ = false;
    if (is_comment_) return;
    if (holds_cr_) {
        std::byte held = carriage_return;
        add_decided({&held, 1});
    }
    holds_cr_ = form_.strips_cr && !form_.quotes && chunk.back() == carriage_return;
    add_decided(chunk.first(chunk.size() - (holds_cr_ ? 1 : 0)));
}

void long_line::add_decided(std::span<std::byte> chunk) noexcept {
    if (form_.fields.empty()) return add_to(elements_[0], chunk);
    for (const std::byte byte : chunk) add_byte(byte);
}

void long_line::add_byte(std::byte byte) noexcept {
    if (in_quotes_) {
        quote_closed_ = byte == line_form::quote;
        in_quotes_ = !quote_closed_;
        if (in_quotes_) add_content(byte);
        return;
    }
    if (form_.quotes && byte == line_form::quote && (field_begins_ || quote_closed_)) {
        if (quote_closed_) add_content(byte);
        in_quotes_ = true;
        field_begins_ = quote_closed_ = false;
        return;
    }
    quote_closed_ = false;
    if (form_.blanks) {
        if (!is_blank(byte)) return add_content(byte);
        if (!field_begins_) end_field();
        return;
    }
    held_.push_back(std::to_integer<char>(byte));
    if (held_ == form_.delimiter) return end_field();
    while (!form_.delimiter.starts_with(held_)) {
        add_content(static_cast<std::byte>(held_.front()));
        held_.erase(0, 1);
    }
}

void long_line::add_content(std::byte byte) noexcept {
    field_begins_ = false;
    if (next_ == wanted_.size() || field_ != wanted_[next_]) return;
    content_[num_content_++] = byte;
    if (num_content_ == content_.size()) flush();
}

void long_line::flush() noexcept {
    add_to(elements_[next_], std::span(content_).first(num_content_));
    num_content_ = 0;
}

void long_line::add_to(element& which, std::span<std::byte> content) noexcept {
    if (content.empty()) return;
    which.empty = false;
    if (form_.folds_case) fold_case(content);
    which.utf8.add(content);
    which.text.add(content);
    which.bytes.add(content);
}

void long_line::end_field() noexcept {
    if (next_ < wanted_.size() && field_ == wanted_[next_]) {
        flush();
        ++next_;
    }
    ++field_;
    held_.clear();
    field_begins_ = true;
}

bool long_line::finish() noexcept {
    if (is_comment_ || (form_.quotes && line_begins_)) return false;
    if (!form_.fields.empty()) {
        const bool has_field = !form_.blanks || !field_begins_;
        while (!held_.empty()) {
            add_content(static_cast<std::byte>(held_.front()));
            held_.erase(0, 1);
        }
        if (has_field) end_field();
        if (next_ < wanted_.size()) return false;
    }
    const auto is_empty = [](const element& each) { return each.empty; };
    return !form_.skips_empty || !std::all_of(elements_.begin(), elements_.end(), is_empty);
}

std::uint64_t long_line::identity(std::size_t first, std::size_t count) noexcept {
    if (form_.fields.empty()) return elements_[0].identity();
    for (std::size_t i = 0; i < count; ++i) {
        identities_[i] = elements_[wanted_.place_of(form_.fields[first + i])].identity();
    }
    if (count == 1) return identities_[0];
    return hash_->of_members(kind::tuple, std::span(identities_).first(count));
}

}  // namespace cvmcount
