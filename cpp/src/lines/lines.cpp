#include "lines/lines.hpp"

#include <bit>

#include "base/byte_masks.hpp"
#include "base/utf8.hpp"
#include "lines/line_items.hpp"

namespace cvmcount {
namespace {

using text_span = std::span<std::byte>;

constexpr std::byte carriage_return{'\r'};

// Cuts the line down to what is counted. Returns false where it is no item.
bool cut(text_span& line, const line_form& form) noexcept {
    if (form.comment && !line.empty() && line.front() == *form.comment) return false;
    if (form.strips_cr && !line.empty() && line.back() == carriage_return) {
        line = line.first(line.size() - 1);
    }
    if (form.skips_empty && line.empty()) return false;
    if (form.folds_case) fold_case(line);
    return true;
}

class line_reader {
  public:
    line_reader(text_span text, const line_form& form, const reading_rules& rules,
                reading_output& output, lacking_items* lacking = nullptr) noexcept
        : text_(text),
          form_(form),
          lacking_(lacking),
          text_key_(rules.hash->bytes_key_of(kind::text)),
          bytes_key_(rules.hash->bytes_key_of(kind::bytes)),
          threshold_(rules.threshold),
          output_(output) {}

    void read() {
        const bool all_special =
            form_.skips_empty || form_.folds_case || form_.comment || lacking_ != nullptr;
        bool special = false;  // the line that has begun
        for (std::size_t at = 0; at < text_.size(); at += block_bytes) {
            const text_block block(text_, at);
            const std::uint64_t ends = block.mask_of(form_.end);
            if (!all_special && !special && !block.has_special()) {
                read_plain(at, ends);
                continue;
            }
            read_any(at, ends);
            const int last_end = ends != 0 ? 63 - std::countl_zero(ends) : 0;
            special = (special && ends == 0) || block.mask_of_special() >> last_end != 0;
        }
    }

  private:
    // Lines of ASCII that are elements as they are: this is where the time goes. Through members
    // the loop would take longer.
    void read_plain(std::size_t at, std::uint64_t ends) noexcept {
        const std::byte* const text = text_.data();
        const rapidhash::key key = text_key_;
        const std::uint64_t threshold = threshold_;
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

    void read_any(std::size_t at, std::uint64_t ends) {
        for (; ends != 0; ends &= ends - 1) {
            const std::size_t end = at + static_cast<unsigned>(std::countr_zero(ends));
            text_span line = text_.subspan(begin_, end - begin_);
            begin_ = end + 1;
            if (!cut(line, form_)) continue;
            const std::uint64_t identity =
                rapidhash::hash(line, is_utf8(line) ? text_key_ : bytes_key_);
            if (lacking_ != nullptr) {
                lacking_->give_if_lacking(identity,
                                          [=](item_writer& out) { write_text(out, line); });
                continue;
            }
            if (identity <= threshold_) output_.identities[output_.kept++] = identity;
            ++output_.item_count;
        }
    }

    text_span text_;
    const line_form& form_;
    lacking_items* lacking_;  // null where identities are read
    rapidhash::key text_key_;
    rapidhash::key bytes_key_;
    std::uint64_t threshold_;
    reading_output& output_;
    std::size_t begin_ = 0;  // of the next line
};

}  // namespace

void read_lines(text_span text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept {
    if (!form.fields.empty()) return read_fields(text, form, rules, output);
    line_reader(text, form, rules, output).read();
}

void find_lines(text_span text, const line_form& form, const identity_hash& hash,
                lacking_items& lacking) {
    if (!form.fields.empty()) return find_fields(text, form, hash, lacking);
    reading_output nothing;
    line_reader(text, form, {.hash = &hash}, nothing, &lacking).read();
}

}  // namespace cvmcount
