// The lines of a text in the slowest and plainest form: what lines.hpp and line_stream.hpp do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "identity/identity.hpp"
#include "items/item_writer.hpp"
#include "lines/lines.hpp"

namespace cvmcount::testing {

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span<const char>(text));
}

// By decoding, and encoding again: what is not valid does not come out as it was.
inline bool reference_is_utf8(const std::string& text) {
    std::vector<std::uint32_t> points;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        const int tails = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        std::uint32_t point = lead & (tails == 0 ? 0x7fU : 0x3fU >> tails);
        for (int tail = 0; tail < tails; ++tail) {
            if (i == text.size()) return false;
            point = point << 6 | (static_cast<unsigned char>(text[i++]) & 0x3fU);
        }
        if (point >= 0x110000 || (point >= 0xd800 && point < 0xe000)) return false;
        points.push_back(point);
    }
    std::vector<std::byte> again(4 * points.size());
    again.resize(encode_utf8(points.data(), points.size(), again.data()));
    return text == std::string(reinterpret_cast<const char*>(again.data()), again.size());
}

using reference_row = std::vector<std::string>;

inline void reference_fold(std::string& text) {
    for (char& letter : text) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
}

inline bool reference_is_comment(const std::string& line, const line_form& form) {
    return form.comment && !line.empty() && static_cast<std::byte>(line[0]) == *form.comment;
}

inline reference_row reference_fields(std::string line, const line_form& form) {
    reference_row row;
    if (form.blanks) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            const auto blank = [&](std::size_t at) { return line[at] == ' ' || line[at] == '\t'; };
            if (blank(i)) continue;
            if (i == 0 || blank(i - 1)) row.emplace_back();
            row.back() += line[i];
        }
        return row;
    }
    for (;;) {
        const std::size_t at = line.find(form.delimiter);
        row.push_back(line.substr(0, at));
        if (at == std::string::npos) return row;
        line.erase(0, at + form.delimiter.size());
    }
}

// The rows of CSV, each with all of its fields. `unclosed` is the number of the row that does not
// end within quotes, or 0.
inline std::vector<reference_row> reference_csv(const std::string& text, const line_form& form,
                                                std::uint64_t& unclosed) {
    std::vector<reference_row> rows;
    std::uint64_t num_rows = 0;
    unclosed = 0;
    for (std::size_t i = 0; i < text.size();) {
        const bool comment = reference_is_comment(text.substr(i, 1), form);
        reference_row row(1);
        const std::size_t begin = i;
        for (bool field_begins = true; i < text.size() && text[i] != '\n' && text[i] != '\r';) {
            if (field_begins && text[i] == '"' && !comment) {
                for (++i;; ++i) {
                    if (i == text.size()) {
                        unclosed = num_rows + 1;
                        return rows;
                    }
                    if (text[i] == '"' && (i + 1 == text.size() || text[++i] != '"')) break;
                    row.back() += text[i];
                }
                if (i + 1 == text.size() && text[i] == '"') ++i;
                field_begins = false;
            } else if (text[i] == form.delimiter[0]) {
                row.emplace_back();
                field_begins = true;
                ++i;
            } else {
                row.back() += text[i++];
                field_begins = false;
            }
        }
        if (i > begin) {
            ++num_rows;
            if (!comment) rows.push_back(row);
        }
        ++i;
    }
    return rows;
}

inline std::vector<reference_row> reference_rows(const std::string& text, const line_form& form,
                                                 std::uint64_t& unclosed) {
    unclosed = 0;
    if (form.quotes) return reference_csv(text, form, unclosed);
    std::vector<reference_row> rows;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end =
            std::min(text.find(static_cast<char>(form.end), begin), text.size());
        std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (reference_is_comment(line, form)) continue;
        if (form.strips_cr && line.ends_with('\r')) line.pop_back();
        rows.push_back(form.fields.empty() ? reference_row{line} : reference_fields(line, form));
    }
    return rows;
}

// An element with the value that a sketch keeps of it.
struct reference_element {
    std::uint64_t identity;
    item_bytes item;
};

inline std::vector<reference_element> reference_elements(const std::string& text,
                                                         const line_form& form,
                                                         const identity_hash& hash,
                                                         std::uint64_t& unclosed) {
    std::vector<reference_element> elements;
    const std::vector<std::size_t> fields =
        form.fields.empty() ? std::vector<std::size_t>{1} : form.fields;
    for (reference_row row : reference_rows(text, form, unclosed)) {
        if (*std::max_element(fields.begin(), fields.end()) > row.size()) continue;
        std::vector<std::uint64_t> members;
        item_bytes item;
        item_writer out(item);
        if (fields.size() > 1) out.begin_tuple(fields.size());
        bool empty = true;
        for (const std::size_t field : fields) {
            std::string element = row[field - 1];
            if (form.folds_case) reference_fold(element);
            empty = empty && element.empty();
            const auto bytes = bytes_of(element);
            const bool is_text = reference_is_utf8(element);
            members.push_back(is_text ? hash.of_text(bytes) : hash.of_bytes(bytes));
            is_text ? out.text(bytes) : out.bytes(bytes);
        }
        if (form.skips_empty && empty) continue;
        if (form.num_keys > 0) {
            // The key and the value as two elements, which only the identities of are compared.
            const auto middle = members.begin() + static_cast<std::ptrdiff_t>(form.num_keys);
            for (std::vector<std::uint64_t> part :
                 {std::vector(members.begin(), middle), std::vector(middle, members.end())}) {
                elements.push_back(
                    {part.size() == 1 ? part[0] : hash.of_members(kind::tuple, part), {}});
            }
            continue;
        }
        elements.push_back(
            {fields.size() == 1 ? members[0] : hash.of_members(kind::tuple, members), item});
    }
    return elements;
}

inline std::vector<std::uint64_t> reference_identities(const std::string& text,
                                                       const line_form& form,
                                                       const identity_hash& hash,
                                                       std::uint64_t& unclosed) {
    std::vector<std::uint64_t> identities;
    for (const reference_element& each : reference_elements(text, form, hash, unclosed)) {
        identities.push_back(each.identity);
    }
    return identities;
}

}  // namespace cvmcount::testing
