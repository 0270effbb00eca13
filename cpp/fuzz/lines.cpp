// Any text, read by any rules in any pieces into any buffer, has the elements of its slow twin.
//
// A finding means that a line is lost, cut or hashed wrongly where it spans pieces or the buffer.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "lines/line_stream.hpp"
#include "support/reference_lines.hpp"

namespace {

using namespace cvmcount;

const identity_hash hash(7);

std::vector<std::uint64_t> read(const std::string& text, const line_form& form,
                                std::size_t buffer_bytes, std::size_t piece_bytes,
                                std::uint64_t& unclosed) {
    line_stream stream(form, buffer_bytes, 1);
    const reading_rules rules = {.hash = &hash, .threshold = ~std::uint64_t{0}};
    std::vector<std::uint64_t> all, identities(stream.most_identities());
    for (std::size_t begin = 0;;) {
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        const auto room = stream.room();
        const std::size_t size = std::min({piece_bytes, room.size(), text.size() - begin});
        if (size > 0) {
            std::memcpy(room.data(), text.data() + begin, size);
            stream.take(size, rules, output);
        } else {
            unclosed = stream.end_file(rules, output);
        }
        all.insert(all.end(), identities.begin(),
                   identities.begin() + static_cast<std::ptrdiff_t>(output.kept));
        if ((form.num_keys > 0 ? 2 : 1) * output.item_count != output.kept) std::abort();
        if (size == 0) return all;
        begin += size;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 6) return 0;
    line_form form;
    form.end = static_cast<std::byte>(data[0] & 1 ? 0 : '\n');
    form.strips_cr = (data[0] & 2) != 0;
    form.skips_empty = (data[0] & 4) != 0;
    form.folds_case = (data[0] & 8) != 0;
    form.fields.resize(data[0] >> 4 & 3);
    for (std::size_t i = 0; i < form.fields.size(); ++i)
        form.fields[i] = 1 + (data[0] >> 6) * i % 3;
    if (form.fields.size() > 1 && (data[5] & 4) != 0) form.num_keys = 1;
    form.delimiter = static_cast<char>(data[1]);
    if (data[3] & 4) form.delimiter += static_cast<char>(data[1]);
    if (data[3] & 8) form.delimiter += ',';
    form.blanks = (data[3] & 16) != 0;
    form.quotes = (data[3] & 32) != 0 && !form.fields.empty();
    if (data[3] & 64) form.comment = std::byte{'#'};
    if (form.quotes) {
        form.blanks = false;
        form.delimiter.resize(1);
    }
    const char end = static_cast<char>(form.end);
    if (form.delimiter.find_first_of(std::string("\"\r\n") + end) != std::string::npos) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 6, size - 6);
    const std::size_t buffer_bytes = 1 + (data[2] | (data[3] & 3U) << 8);
    const std::size_t piece_bytes = 1 + (data[4] | (data[5] & 3U) << 8);
    std::uint64_t unclosed = 0, expected_unclosed = 0;
    const auto identities = read(text, form, buffer_bytes, piece_bytes, unclosed);
    if (identities != testing::reference_identities(text, form, hash, expected_unclosed) ||
        unclosed != expected_unclosed) {
        std::abort();
    }
    return 0;
}
