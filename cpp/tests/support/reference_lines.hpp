// The lines of a text in the slowest and plainest form: what lines.hpp and line_stream.hpp do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "identity/identity.hpp"
#include "lines/lines.hpp"

namespace cvmcount::testing {

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
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

inline std::optional<std::string> reference_element(std::string line, const line_form& form) {
    if (form.strips_cr && line.ends_with('\r')) line.pop_back();
    if (form.field > 0) {
        const auto delimiter = static_cast<char>(form.delimiter);
        for (std::size_t i = 1; i < form.field; ++i) {
            const std::size_t at = line.find(delimiter);
            if (at == std::string::npos) return std::nullopt;
            line.erase(0, at + 1);
        }
        line = line.substr(0, line.find(delimiter));
    }
    if (form.skips_empty && line.empty()) return std::nullopt;
    if (form.folds_case) {
        for (char& letter : line) {
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        }
    }
    return line;
}

inline std::vector<std::string> reference_elements(const std::string& text, const line_form& form) {
    std::vector<std::string> elements;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end =
            std::min(text.find(static_cast<char>(form.end), begin), text.size());
        const auto element = reference_element(text.substr(begin, end - begin), form);
        if (element) elements.push_back(*element);
        begin = end + 1;
    }
    return elements;
}

inline std::vector<std::uint64_t> reference_identities(const std::string& text,
                                                       const line_form& form,
                                                       const identity_hash& hash) {
    std::vector<std::uint64_t> identities;
    for (const std::string& element : reference_elements(text, form)) {
        identities.push_back(reference_is_utf8(element) ? hash.of_text(bytes_of(element))
                                                        : hash.of_bytes(bytes_of(element)));
    }
    return identities;
}

}  // namespace cvmcount::testing
