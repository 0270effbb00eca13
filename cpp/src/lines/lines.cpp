#include "lines/lines.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/byte_masks.hpp"

namespace cvmcount {
namespace {

using text_span = std::span<std::byte>;

constexpr std::byte carriage_return{'\r'};

std::size_t find(text_span text, std::byte sought) noexcept {
    if (text.empty()) return 0;
    const void* found = std::memchr(text.data(), std::to_integer<int>(sought), text.size());
    if (found == nullptr) return text.size();
    return static_cast<std::size_t>(static_cast<const std::byte*>(found) - text.data());
}

void fold_case(text_span text) noexcept {
    for (std::byte& byte : text) {
        const auto letter = std::to_integer<unsigned>(byte) - 'A';
        byte |= letter < 26 ? std::byte{0x20} : std::byte{0};
    }
}

// Cuts the line down to its field. Returns false where it has no such field.
bool cut_field(text_span& line, const line_form& form) noexcept {
    for (std::size_t left = form.field - 1; left > 0; --left) {
        const std::size_t at = find(line, form.delimiter);
        if (at == line.size()) return false;
        line = line.subspan(at + 1);
    }
    line = line.first(find(line, form.delimiter));
    return true;
}

// Cuts the line down to what is counted. Returns false where it is no item.
bool cut(text_span& line, const line_form& form) noexcept {
    if (form.strips_cr && !line.empty() && line.back() == carriage_return) {
        line = line.first(line.size() - 1);
    }
    if (form.field > 0 && !cut_field(line, form)) return false;
    if (form.skips_empty && line.empty()) return false;
    if (form.folds_case) fold_case(line);
    return true;
}

byte_masks masks_at(text_span text, std::size_t at, std::byte end) noexcept {
    const std::size_t size = text.size() - at;
    if (size >= byte_masks::bytes) return masks_of(text.data() + at, end);
    std::byte last[byte_masks::bytes] = {};
    std::memcpy(last, text.data() + at, size);
    byte_masks masks = masks_of(last, end);
    masks.ends &= (std::uint64_t{1} << size) - 1;
    return masks;
}

class line_reader {
  public:
    line_reader(text_span text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept
        : text_(text),
          form_(form),
          text_key_(rules.hash->bytes_key_of(kind::text)),
          bytes_key_(rules.hash->bytes_key_of(kind::bytes)),
          threshold_(rules.threshold),
          output_(output) {}

    void read() noexcept {
        const bool all_special = form_.field > 0 || form_.skips_empty || form_.folds_case;
        bool special = false;  // the line that has begun
        for (std::size_t at = 0; at < text_.size(); at += byte_masks::bytes) {
            const byte_masks masks = masks_at(text_, at, form_.end);
            if (all_special || special || masks.special != 0) {
                read_any(at, masks.ends);
            } else {
                read_plain(at, masks.ends);
            }
            if (masks.ends != 0) special = false;
            const int last_end = masks.ends != 0 ? 63 - std::countl_zero(masks.ends) : 0;
            special = special || masks.special >> last_end != 0;
        }
    }

  private:
    // Lines of ASCII that are elements as they are: this is where the time goes. Through members
    // the loop would take longer.
    void read_plain(std::size_t at, std::uint64_t ends) noexcept {
        const std::byte* const text = text_.data();
        const std::uint64_t key = text_key_, threshold = threshold_;
        std::uint64_t* const out = output_.identities;
        std::size_t begin = begin_, kept = output_.kept;
        std::uint64_t item_count = output_.item_count;
        for (; ends != 0; ends &= ends - 1) {
            const std::size_t end = at + static_cast<unsigned>(std::countr_zero(ends));
            const std::uint64_t identity = rapidhash::hash({text + begin, end - begin}, key);
            out[kept] = identity;
            kept += identity <= threshold ? 1 : 0;
            begin = end + 1;
            ++item_count;
        }
        begin_ = begin;
        output_.kept = kept;
        output_.item_count = item_count;
    }

    void read_any(std::size_t at, std::uint64_t ends) noexcept {
        for (; ends != 0; ends &= ends - 1) {
            const std::size_t end = at + static_cast<unsigned>(std::countr_zero(ends));
            text_span line = text_.subspan(begin_, end - begin_);
            begin_ = end + 1;
            if (!cut(line, form_)) continue;
            const std::uint64_t identity =
                rapidhash::hash(line, is_utf8(line) ? text_key_ : bytes_key_);
            if (identity <= threshold_) output_.identities[output_.kept++] = identity;
            ++output_.item_count;
        }
    }

    text_span text_;
    const line_form& form_;
    std::uint64_t text_key_;
    std::uint64_t bytes_key_;
    std::uint64_t threshold_;
    reading_output& output_;
    std::size_t begin_ = 0;  // of the next line
};

}  // namespace

void read_lines(text_span text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept {
    line_reader(text, form, rules, output).read();
}

long_line::long_line(const line_form& form, const identity_hash& hash) noexcept
    : form_(form),
      text_(hash.bytes_key_of(kind::text)),
      bytes_(hash.bytes_key_of(kind::bytes)),
      delimiters_left_(form.field > 0 ? form.field - 1 : 0) {}

void long_line::add(text_span chunk) noexcept {
    if (chunk.empty()) return;
    if (holds_cr_) {
        std::byte held = carriage_return;
        add_decided({&held, 1});
    }
    holds_cr_ = form_.strips_cr && chunk.back() == carriage_return;
    add_decided(chunk.first(chunk.size() - (holds_cr_ ? 1 : 0)));
}

void long_line::add_decided(text_span chunk) noexcept {
    if (form_.field == 0) return add_content(chunk);
    for (; delimiters_left_ > 0; --delimiters_left_) {
        const std::size_t at = find(chunk, form_.delimiter);
        if (at == chunk.size()) return;
        chunk = chunk.subspan(at + 1);
    }
    if (field_ended_) return;
    const std::size_t size = find(chunk, form_.delimiter);
    field_ended_ = size < chunk.size();
    add_content(chunk.first(size));
}

void long_line::add_content(text_span chunk) noexcept {
    if (chunk.empty()) return;
    empty_ = false;
    if (form_.folds_case) fold_case(chunk);
    utf8_.add(chunk);
    text_.add(chunk);
    bytes_.add(chunk);
}

bool long_line::finish(std::uint64_t& identity) noexcept {
    if (delimiters_left_ > 0 || (form_.skips_empty && empty_)) return false;
    identity = utf8_.is_text() ? text_.hash() : bytes_.hash();
    return true;
}

}  // namespace cvmcount
