// A red run means that a file counts other elements than its lines, or that it matters how it was
// read: in which pieces, into how large a buffer, by how many workers.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/byte_masks.hpp"
#include "lines/line_stream.hpp"
#include "support/random_words.hpp"
#include "support/reference_lines.hpp"

namespace cvmcount::testing {
namespace {

const identity_hash hash(7);
constexpr std::uint64_t everything = ~std::uint64_t{0};

struct result {
    std::vector<std::uint64_t> identities;
    std::uint64_t items;
    std::uint64_t unclosed = 0;

    friend bool operator==(const result&, const result&) = default;
};

result expected(const std::string& text, const line_form& form,
                std::uint64_t threshold = everything) {
    result all = {{}, 0};
    all.identities = reference_identities(text, form, hash, all.unclosed);
    all.items = all.identities.size() / (form.num_keys > 0 ? 2 : 1);
    std::erase_if(all.identities, [=](std::uint64_t identity) { return identity > threshold; });
    return all;
}

// Reads a text whose pieces have such sizes, cyclically.
result read(const std::string& text, const line_form& form, std::size_t buffer_bytes,
            const std::vector<std::size_t>& pieces, std::size_t workers = 1,
            std::uint64_t threshold = everything) {
    line_stream stream(form, buffer_bytes, workers);
    const reading_rules rules = {.hash = &hash, .threshold = threshold};
    result all = {{}, 0};
    std::vector<std::uint64_t> identities(stream.most_identities());
    std::size_t turn = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        const auto room = stream.room();
        const std::size_t wanted = pieces[turn++ % pieces.size()];
        const std::size_t size = std::min<std::size_t>({wanted, room.size(), text.size() - begin});
        if (size > 0) {
            std::memcpy(room.data(), text.data() + begin, size);
            stream.take(size, rules, output);
            begin += size;
        } else {
            all.unclosed = stream.end_file(rules, output);
            begin = text.size() + 1;
        }
        REQUIRE(output.kept <= identities.size());
        all.items += output.item_count;
        all.identities.insert(all.identities.end(), identities.begin(),
                              identities.begin() + static_cast<std::ptrdiff_t>(output.kept));
    }
    return all;
}

result read_at_once(const std::string& text, const line_form& form) {
    return read(text, form, text.size() + 1, {text.size() + 1});
}

std::vector<line_form> all_forms() {
    std::vector<line_form> forms;
    const std::vector<std::vector<std::size_t>> fields = {{}, {1}, {2}, {3}, {3, 1}, {2, 2, 1}};
    for (unsigned bits = 0; bits < 16; ++bits) {
        for (const auto& each : fields) {
            line_form form;
            if (bits & 1) form.end = std::byte{0};
            form.strips_cr = (bits & 2) == 0;
            form.skips_empty = (bits & 4) != 0;
            form.folds_case = (bits & 8) != 0;
            form.delimiter = ",";
            form.fields = each;
            if (bits % 3 == 0) form.comment = std::byte{'a'};
            forms.push_back(form);
        }
    }
    for (const auto& each : fields) {
        line_form form;
        form.fields = each;
        form.delimiter = ",a,";
        forms.push_back(form);
        form.delimiter = ",,";
        forms.push_back(form);
        form.blanks = true;
        forms.push_back(form);
        form.strips_cr = false;
        form.skips_empty = true;
        forms.push_back(form);
    }
    return forms;
}

std::vector<line_form> csv_forms() {
    std::vector<line_form> forms;
    for (const std::vector<std::size_t>& each :
         std::vector<std::vector<std::size_t>>{{1}, {2}, {3}, {2, 1}, {1, 3, 1}}) {
        for (unsigned bits = 0; bits < 8; ++bits) {
            line_form form;
            form.quotes = true;
            form.fields = each;
            form.delimiter = ",";
            form.skips_empty = (bits & 1) != 0;
            form.folds_case = (bits & 2) != 0;
            if (bits & 4) form.comment = std::byte{'a'};
            forms.push_back(form);
        }
    }
    return forms;
}

// All that is treated in some special way, often side by side.
std::string random_text(random_words& random, std::size_t size) {
    static const std::vector<std::string> parts = {
        "\n", "\n", "\n", "\r",   "\r\n", ",",    ",",    std::string(1, '\0'), "a",    "A", "Z",
        "[",  "@",  "é",  "日本", "𐍈",    "\xff", "\xe9", "\xed\xa0\x80",       "word", " ", "\t",
        ",a,"};
    std::string text;
    while (text.size() < size) text += parts[random.below(parts.size())];
    return text;
}

// Rows of CSV: well-formed most of the time, so that quotes do not swallow everything.
std::string random_csv(random_words& random, std::size_t size) {
    static const std::vector<std::string> fields = {
        "\"\"", "\"a,\"\"b\"", "\"\r\n\"", "\"\n\"\"\"\"\"", "a\"b", "\"x\"y\"", "é", "",
        "A",    "\"\xff\"",    "word"};
    static const std::vector<std::string> ends = {"\n", "\r", "\r\n", "\n\n", ",", ",", ",", ","};
    std::string text;
    while (text.size() < size) {
        text += fields[random.below(fields.size())];
        if (random.below(300) == 0) text += ",\"";
        text += ends[random.below(ends.size())];
    }
    return text;
}

TEST_CASE("examples") {
    const auto elements = [](const std::string& text, const line_form& form = {}) {
        return read_at_once(text, form).identities;
    };
    const auto text = [](const std::string& line) { return hash.of_text(bytes_of(line)); };
    using ids = std::vector<std::uint64_t>;
    CHECK(elements("") == ids{});
    CHECK(elements("\n") == ids{text("")});
    CHECK(elements("a") == ids{text("a")});
    CHECK(elements("a\nb") == ids{text("a"), text("b")});
    CHECK(elements("a\r\n\r\nb\r") == ids{text("a"), text(""), text("b")});
    CHECK(elements("a\rb\r\r\n") == ids{text("a\rb\r")});
    CHECK(elements("\xff\n") == ids{hash.of_bytes(bytes_of("\xff"))});
    line_form second;
    second.fields = {2};
    CHECK(elements("a\tb\tc\na\nx\t\n", second) == ids{text("b"), text("")});
    second.quotes = true;
    second.delimiter = ",";
    CHECK(elements("a,\"b\"\"\r\n,\",c\r\rx,y\nz,", second) ==
          ids{text("b\"\r\n,"), text("y"), text("")});
    line_form both;
    both.fields = {2, 1};
    both.delimiter = "::";
    ids members = {text(":b"), text("a")};
    CHECK(elements("a:::b::c\n", both) == ids{hash.of_members(kind::tuple, members)});
}

using kept_values = std::map<std::uint64_t, item_bytes>;

kept_values expected_values(const std::string& text, const line_form& form) {
    kept_values values;
    std::uint64_t unclosed = 0;
    for (const reference_element& each : reference_elements(text, form, hash, unclosed)) {
        values.emplace(each.identity, each.item);  // of equal ones, the first
    }
    return values;
}

// What a stream gives when it is asked, after each piece, for the values of all that are lacking.
kept_values values_found(const std::string& text, const line_form& form, std::size_t buffer_bytes,
                         std::size_t piece, std::size_t workers = 1) {
    std::vector<std::uint64_t> lacking_ids;
    for (const auto& [identity, item] : expected_values(text, form)) {
        lacking_ids.push_back(identity);
    }
    lacking_items lacking(lacking_ids);
    line_stream stream(form, buffer_bytes, workers, true);
    const reading_rules rules = {.hash = &hash, .threshold = 0};  // what is kept does not matter
    std::vector<std::uint64_t> identities(stream.most_identities());
    for (std::size_t begin = 0; begin <= text.size();) {
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        const auto room = stream.room();
        const std::size_t size = std::min({piece, room.size(), text.size() - begin});
        if (size > 0) {
            std::memcpy(room.data(), text.data() + begin, size);
            stream.take(size, rules, output);
            begin += size;
        } else {
            stream.end_file(rules, output);
            begin = text.size() + 1;
        }
        stream.find_items(rules, lacking);
    }
    kept_items kept;
    lacking.move_to(kept);
    kept_values values;
    for (const std::uint64_t identity : lacking_ids) {
        if (const kept_item* const found = kept.find(identity)) {
            values.emplace(identity, found->bytes);
        }
    }
    return values;
}

TEST_CASE("the values of lines are those that were counted, however they were read") {
    random_words random(11);
    for (int round = 0; round < 60; ++round) {
        for (const bool csv : {false, true}) {
            const std::string text = csv ? random_csv(random, random.below(700))
                                         : random_text(random, random.below(700));
            for (const line_form& form : csv ? csv_forms() : all_forms()) {
                const kept_values whole = expected_values(text, form);
                CHECK(values_found(text, form, text.size() + 1, text.size() + 1) == whole);
                const std::size_t buffer = 1 + random.below(200), piece = 1 + random.below(200);
                CHECK(values_found(text, form, buffer, piece) == whole);
                CHECK(values_found(text, form, buffer, piece, 3) == whole);
            }
        }
    }
}

TEST_CASE("a line that is too long is counted without its value") {
    const line_form form;
    for (const std::size_t beyond : {0U, 1U}) {
        const std::string text =
            "before\n" + std::string(line_stream::most_kept_bytes + beyond, 'x') + "\nafter\n";
        kept_values whole = expected_values(text, form);
        if (beyond > 0) {
            std::erase_if(whole, [](const auto& each) { return each.second.size() > 10; });
        }
        CHECK(values_found(text, form, 1 << 16, 1 << 16) == whole);
    }
}

TEST_CASE("every cut of a short text into pieces, and every buffer") {
    random_words random(1);
    for (const line_form& form : all_forms()) {
        const std::string text = random_text(random, 10);
        CAPTURE(text);
        const result whole = expected(text, form);
        for (std::size_t cuts = 0; cuts < std::size_t{1} << (text.size() - 1); cuts += 1) {
            std::vector<std::size_t> pieces = {1};
            for (std::size_t i = 0; i + 1 < text.size(); ++i) {
                if (cuts >> i & 1) pieces.push_back(0);
                ++pieces.back();
            }
            for (const std::size_t buffer : {1U, 2U, 3U, 5U, 40U}) {
                if (read(text, form, buffer, pieces) == whole) continue;
                CAPTURE(buffer);
                CAPTURE(cuts);
                FAIL("differs");
            }
        }
    }
}

TEST_CASE("every cut of a short CSV into pieces, and every buffer") {
    random_words random(7);
    for (const line_form& form : csv_forms()) {
        const std::string text = random_csv(random, 9).substr(0, 10);
        CAPTURE(text);
        const result whole = expected(text, form);
        for (std::size_t cuts = 0; cuts < std::size_t{1} << (text.size() - 1); cuts += 1) {
            std::vector<std::size_t> pieces = {1};
            for (std::size_t i = 0; i + 1 < text.size(); ++i) {
                if (cuts >> i & 1) pieces.push_back(0);
                ++pieces.back();
            }
            for (const std::size_t buffer : {1U, 2U, 3U, 5U, 40U}) {
                if (read(text, form, buffer, pieces) == whole) continue;
                CAPTURE(buffer);
                CAPTURE(cuts);
                FAIL("differs");
            }
        }
    }
}

TEST_CASE("random CSV, and random texts read as CSV") {
    random_words random(8);
    for (int round = 0; round < 400; ++round) {
        const std::string text = round % 4 ? random_csv(random, random.below(700))
                                           : random_text(random, random.below(700));
        for (const line_form& form : csv_forms()) {
            const result whole = expected(text, form);
            CHECK(read_at_once(text, form) == whole);
            const std::size_t buffer = 1 + random.below(200), piece = 1 + random.below(200);
            CHECK(read(text, form, buffer, {piece, 1, 64}) == whole);
        }
    }
}

TEST_CASE("CSV by several workers") {
    random_words random(9);
    for (int round = 0; round < 10; ++round) {
        std::string text;
        while (text.size() < 200'000) {
            text += '"' + std::string(random.below(60), random.below(2) ? '\n' : 'x') + "\",é\r\n";
            if (random.below(1000) == 0)
                text += '"' + std::string(random.below(20'000), ',') + "\"\n";
        }
        for (const line_form& form : csv_forms()) {
            for (const std::size_t workers : {2U, 5U}) {
                const std::size_t buffer = 1 + (30'000 + random.below(100'000)) / workers;
                CHECK(read(text, form, buffer, {buffer * workers}, workers) ==
                      expected(text, form));
            }
        }
    }
}

TEST_CASE("keys and values of lines come in pairs, however they are read") {
    random_words random(12);
    for (int round = 0; round < 100; ++round) {
        for (const bool csv : {false, true}) {
            std::string text = csv ? random_csv(random, random.below(700))
                                   : random_text(random, random.below(700));
            if (round % 4 == 0) text += std::string(300, 'x') + ",y,z\n";
            for (line_form form : csv ? csv_forms() : all_forms()) {
                if (form.fields.empty()) continue;
                form.fields.push_back(1);
                form.num_keys = 1 + random.below(form.fields.size() - 1);
                const result whole = expected(text, form);
                CHECK(read_at_once(text, form) == whole);
                const std::size_t buffer = 1 + random.below(200), piece = 1 + random.below(200);
                CHECK(read(text, form, buffer, {piece, 1, 64}) == whole);
                CHECK(read(text, form, buffer, {piece}, 3) == whole);
            }
        }
    }
}

TEST_CASE("random texts") {
    random_words random(2);
    for (int round = 0; round < 200; ++round) {
        const std::string text = random_text(random, random.below(700));
        for (const line_form& form : all_forms()) {
            const result whole = expected(text, form);
            CHECK(read_at_once(text, form) == whole);
            const std::size_t buffer = 1 + random.below(200), piece = 1 + random.below(200);
            CHECK(read(text, form, buffer, {piece, 1, 64}) == whole);
        }
    }
}

TEST_CASE("texts in which something special is rare") {
    random_words random(3);
    for (int round = 0; round < 1000; ++round) {
        std::string text;
        while (text.size() < 400) text += std::string(random.below(30), 'x') + '\n';
        for (int i = 0; i < 3; ++i) {
            const std::string part = random_text(random, 1);
            text.replace(random.below(text.size() - 10), part.size(), part);
        }
        CHECK(read_at_once(text, {}) == expected(text, {}));
    }
}

TEST_CASE("lines far longer than the buffer") {
    random_words random(4);
    for (const char* unit : {"x", "é", "日", "\xff", "x,"}) {
        std::string text;
        for (int line = 0; line < 20; ++line) {
            for (std::size_t i = random.below(3000); i > 0; --i) text += unit;
            text += line % 2 ? "\r\n" : "\n";
        }
        line_form form;
        form.delimiter = ",";
        for (const std::vector<std::size_t>& fields :
             std::vector<std::vector<std::size_t>>{{}, {1}, {2}, {2, 1}}) {
            form.fields = fields;
            CHECK(read(text, form, 100, {100}) == expected(text, form));
        }
    }
}

TEST_CASE("workers and a threshold") {
    random_words random(5);
    for (int round = 0; round < 20; ++round) {
        std::string text = random_text(random, 100000);
        if (round % 2) text += std::string(100000, 'x') + random_text(random, 100000);
        for (const std::uint64_t threshold : {everything, everything / 3, everything / 1000}) {
            const result whole = expected(text, {}, threshold);
            for (const std::size_t workers : {3U, 8U}) {
                CHECK(read(text, {}, 50000 / workers, {50000}, workers, threshold) == whole);
                CHECK(read(text, {}, 400000 / workers, {400000}, workers, threshold) == whole);
            }
        }
    }
}

#if !defined(_WIN32)
TEST_CASE("a file that the workers read at once") {
    random_words random(13);
    const std::string text = random_text(random, 300'000) + "the end";
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    REQUIRE(std::fwrite(text.data(), 1, text.size(), file) == text.size());
    REQUIRE(std::fflush(file) == 0);
    const reading_rules rules = {.hash = &hash, .threshold = everything};
    for (const std::size_t workers : {1U, 2U, 5U}) {
        line_stream stream({}, 20'000, workers);
        std::vector<std::uint64_t> identities(stream.most_identities());
        result all = {{}, 0};
        std::uint64_t offset = 0;
        for (bool ended = false; !ended;) {
            reading_output output = {.identities = identities.data(), .room = identities.size()};
            const std::size_t size = stream.read_file(fileno(file), offset);
            offset += size;
            ended = size == 0;
            if (ended) {
                all.unclosed = stream.end_file(rules, output);
            } else {
                stream.take(size, rules, output);
            }
            all.items += output.item_count;
            all.identities.insert(all.identities.end(), identities.begin(),
                                  identities.begin() + static_cast<std::ptrdiff_t>(output.kept));
        }
        CHECK(offset == text.size());
        CHECK(all == expected(text, {}));
        CHECK(stream.read_file(-1, 0) == 0);
    }
    std::fclose(file);
}
#endif

TEST_CASE("a line at the threshold is kept, one above it is not") {
    const std::string text = "a\nb\nc\nd\n";
    line_form folds, first;
    folds.folds_case = true;
    first.fields = {1};
    for (const char* line : {"a", "b", "c", "d"}) {
        const std::uint64_t threshold = hash.of_text(bytes_of(line));
        for (const line_form& form : {line_form(), folds, first}) {
            const result whole = expected(text, form, threshold);
            CHECK(std::count(whole.identities.begin(), whole.identities.end(), threshold) == 1);
            for (const std::size_t buffer : {1U, 100U}) {
                CHECK(read(text, form, buffer, {buffer}, 1, threshold) == whole);
            }
        }
    }
}

TEST_CASE("one file does not flow into the next") {
    line_stream stream({}, 4, 1);
    const reading_rules rules = {.hash = &hash, .threshold = everything};
    for (const std::string& text : {std::string("ab"), std::string("abcdefgh"), std::string()}) {
        std::vector<std::uint64_t> identities(stream.most_identities());
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        for (std::size_t i = 0; i < text.size(); ++i) {
            stream.room()[0] = static_cast<std::byte>(text[i]);
            stream.take(1, rules, output);
        }
        CHECK(output.item_count == 0);
        stream.end_file(rules, output);
        CHECK(output.item_count == (text.empty() ? 0 : 1));
        if (!text.empty()) CHECK(identities[0] == hash.of_text(bytes_of(text)));
    }
}

TEST_CASE("all ways to find bytes agree") {
    random_words random(6);
    for (int round = 0; round < 10000; ++round) {
        std::array<std::byte, block_bytes> data{};
        const std::size_t size = 1 + random.below(block_bytes);
        const bool plain_text = round % 3 == 0;  // nothing special
        for (std::byte& byte : std::span(data).first(size)) {
            byte = plain_text ? std::byte{'x'} : std::byte{'\r'};
            if (random.below(2))
                byte = static_cast<std::byte>(random.next() >> (plain_text ? 61 : 56));
        }
        const std::byte one = data[random.below(size)], other{'\r'};
        std::uint64_t ones = 0, others = 0, specials = 0;
        for (unsigned i = 0; i < data.size(); ++i) {
            ones |= std::uint64_t{data[i] == one} << i;
            others |= std::uint64_t{data[i] == other} << i;
            specials |= std::uint64_t{data[i] >= std::byte{0x80}} << i;
        }
        specials |= others;
        CHECK(mask_of(data.data(), one) == ones);
        CHECK(plain::mask_of(data.data(), one) == ones);
        CHECK(mask_of(data.data(), one, other) == (ones | others));
        CHECK(mask_of_special(data.data()) == specials);
        CHECK(plain::mask_of_special(data.data()) == specials);
        CHECK(has_special(data.data()) == (specials != 0));

        std::vector<std::byte> text(5 + size);  // the block behind some bytes, with nothing behind
        std::memcpy(text.data() + 5, data.data(), size);
        const std::span<const std::byte> last(text.data() + 5, size);
        const text_block block(last, 0);
        const std::uint64_t valid = size == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << size) - 1;
        CHECK(block.mask_of(one) == (ones & valid));
        CHECK(block.mask_of(std::byte{0}, one) ==
              ((ones | mask_of(data.data(), std::byte{0})) & valid));
        CHECK(block.mask_of_special() == specials);
        CHECK(block.has_special() == (specials != 0));
    }
}

}  // namespace
}  // namespace cvmcount::testing
