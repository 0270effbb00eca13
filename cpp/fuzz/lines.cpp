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
                                std::size_t buffer_bytes, std::size_t piece_bytes) {
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
            stream.end_file(rules, output);
        }
        all.insert(all.end(), identities.begin(),
                   identities.begin() + static_cast<std::ptrdiff_t>(output.kept));
        if (output.item_count != output.kept) std::abort();
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
    form.field = data[0] >> 4 & 3;
    form.delimiter = static_cast<std::byte>(data[1]);
    if (form.delimiter == form.end) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 6, size - 6);
    const std::size_t buffer_bytes = 1 + (data[2] | (data[3] & 3U) << 8);
    const std::size_t piece_bytes = 1 + (data[4] | (data[5] & 3U) << 8);
    if (read(text, form, buffer_bytes, piece_bytes) !=
        testing::reference_identities(text, form, hash)) {
        std::abort();
    }
    return 0;
}
