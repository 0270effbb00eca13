// A red run means that an Arrow array is read otherwise than its specification says, that one which
// contradicts itself is believed, or that what a producer hands over is not released once.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arrow/batches.hpp"
#include "arrow/open_column.hpp"
#include "columns/column_sequence.hpp"
#include "columns/reading_work.hpp"
#include "identity/decimal.hpp"
#include "support/arrow_tree.hpp"

namespace cvmcount::testing {
namespace {

using identities = std::vector<std::uint64_t>;
using offsets = std::vector<std::int32_t>;

const identity_hash hash(1);

std::uint64_t text(std::string_view value) {
    return hash.of_text(std::as_bytes(std::span<const char>(value)));
}

std::uint64_t tuple(std::vector<std::uint64_t> members) {
    return hash.of_members(kind::tuple, members);
}

const std::uint64_t missing = hash.of_missing();

struct reading {
    identities found;
    std::uint64_t items = 0;
    std::string error;
};

reading read(const column& values, bool dropna = false, bool skip_repeats = false) {
    const reading_rules rules = {
        .hash = &hash, .threshold = ~0ULL, .dropna = dropna, .skip_repeats = skip_repeats};
    reading result;
    result.found.resize(2 * (values.size() + column::block_values));
    identity_cache cache;
    reading_output output = {.identities = result.found.data(), .room = result.found.size()};
    values.read(0, values.size(), rules, cache, output);
    result.found.resize(output.kept);
    result.items = output.item_count;
    if (output.error != nullptr) result.error = output.error;
    return result;
}

identities read(arrow_tree& tree) {
    return read(*open_arrow_column(tree.schema, tree.array)).found;
}

std::string error_of(arrow_tree& tree) {
    try {
        return read(*open_arrow_column(tree.schema, tree.array)).error;
    } catch (const malformed_column& error) {
        return error.what();
    }
}

TEST_CASE("numbers from an offset on, with nulls") {
    arrow_tree tree("i", 3, 1);
    tree.with(std::vector<std::uint8_t>{0b1011}).with(std::vector<std::int32_t>{7, -1, 8, 9});
    CHECK(read(tree) == identities{hash.of_integer(-1), missing, hash.of_integer(9)});
    tree.array.null_count = 0;  // then the bitmap means nothing
    CHECK(read(tree)[1] == hash.of_integer(8));
}

TEST_CASE("text by offsets") {
    arrow_tree tree("u", 3, 1);
    tree.without_buffer().with(offsets{0, 2, 3, 3, 5}).with_text("xxabc");
    CHECK(read(tree) == identities{text("a"), text(""), text("bc")});
    for (const offsets& bad :
         {offsets{0, 2, 1, 3, 5}, offsets{0, -1, 1, 3, 5}, offsets{0, 2, 7, 7, 5}}) {
        arrow_tree other("u", 3, 1);
        other.without_buffer().with(bad).with_text("xxabc");
        CHECK(error_of(other) == "its offsets are negative or fall");
    }
    // Of the text of a longer array, only the last offset says where it ends.
    arrow_tree longer("u", 2);
    longer.without_buffer().with(offsets{0, 7, 5}).with_text("xxabc");
    arrow_tree first("+s", 1);
    first.without_buffer().with_child(longer);
    CHECK(error_of(first) == "its offsets are negative or fall");
}

TEST_CASE("decimals of every width") {
    // Words, the least first, as a machine of either byte order has them.
    const auto wide = [](std::vector<std::uint64_t> words, std::size_t width) {
        if constexpr (std::endian::native == std::endian::big) {
            for (auto value = words.begin(); value != words.end();) {
                const auto next = value + static_cast<std::ptrdiff_t>(width);
                std::reverse(value, next);
                value = next;
            }
        }
        return words;
    };
    const auto decimal = [](const std::string& digits, bool negative, std::int64_t scale) {
        std::vector<std::byte> values;
        for (const char digit : digits) values.push_back(static_cast<std::byte>(digit - '0'));
        return identify_decimal_digits(values, negative, -scale, hash);
    };
    arrow_tree narrow("d:9,2,32", 4);
    narrow.without_buffer().with(std::vector<std::int32_t>{300, 25, -250, 1});
    CHECK(read(narrow) == identities{hash.of_integer(3), hash.of_real(0.25), hash.of_real(-2.5),
                                     decimal("1", false, 2)});
    arrow_tree whole("d:18,2,64", 2);
    whole.without_buffer().with(std::vector<std::int64_t>{300, -700});
    CHECK(read(whole) == identities{hash.of_integer(3), hash.of_integer(-7)});
    arrow_tree quarters("d:18,2,64", 2);  // multiples of 5**2, but not of 10**2
    quarters.without_buffer().with(std::vector<std::int64_t>{300, 25});
    CHECK(read(quarters) == identities{hash.of_integer(3), hash.of_real(0.25)});
    constexpr std::uint64_t ones = ~std::uint64_t{0};
    arrow_tree usual("d:38,1", 4);  // 2**64, -2**64, -1, the least int64
    usual.without_buffer().with(wide({0, 1, 0, ones, ones, ones, std::uint64_t{1} << 63, ones}, 2));
    CHECK(read(usual) == identities{decimal("18446744073709551616", false, 1),
                                    decimal("18446744073709551616", true, 1), decimal("1", true, 1),
                                    decimal("9223372036854775808", true, 1)});
    arrow_tree widest("d:76,0,256", 2);  // 2**128, -2**128
    widest.without_buffer().with(wide({0, 0, 1, 0, 0, 0, ones, ones}, 4));
    CHECK(read(widest) == identities{decimal("340282366920938463463374607431768211456", false, 0),
                                     decimal("340282366920938463463374607431768211456", true, 0)});
}

TEST_CASE("times of every unit") {
    const auto narrow = [](const char* format, std::int32_t count) {
        arrow_tree tree(format, 1);
        tree.without_buffer().with(std::vector{count});
        return read(tree).at(0);
    };
    const auto wide = [](const char* format, std::int64_t count) {
        arrow_tree tree(format, 1);
        tree.without_buffer().with(std::vector{count});
        return read(tree).at(0);
    };
    const auto date = [](std::int64_t days) {
        return hash.of_word(kind::date, static_cast<std::uint64_t>(days));
    };
    // A second and a quarter before the zero.
    const auto before = [](kind which) { return hash.of_time(which, -2, 750'000'000'000'000'000); };
    CHECK(narrow("tdD", -1) == date(-1));
    CHECK(wide("tdm", -1) == date(-1));
    CHECK(wide("tdm", 86'399'999) == date(0));
    CHECK(wide("tdm", 86'400'000) == date(1));
    CHECK(narrow("tts", 1) == hash.of_time(kind::time, 1, 0));
    CHECK(narrow("ttm", -1250) == before(kind::time));
    CHECK(wide("ttu", -1'250'000) == before(kind::time));
    CHECK(wide("ttn", -1'250'000'000) == before(kind::time));
    CHECK(wide("tDs", -1) == hash.of_time(kind::duration, -1, 0));
    CHECK(wide("tDm", -1250) == before(kind::duration));
    CHECK(wide("tDu", -1'250'000) == before(kind::duration));
    CHECK(wide("tDn", -1'250'000'000) == before(kind::duration));
    CHECK(wide("tss:", -1) == hash.of_time(kind::datetime, -1, 0));
    CHECK(wide("tsm:", -1250) == before(kind::datetime));
    CHECK(wide("tsu:", -1'250'000) == before(kind::datetime));
    CHECK(wide("tsn:", -1'250'000'000) == before(kind::datetime));
    CHECK(wide("tsm:UTC", -1250) == before(kind::aware_datetime));
}

TEST_CASE("text by views") {
    const std::string longer = "thirteen bytes and more";
    std::vector<char> views(32);
    const std::int32_t sizes[] = {2, static_cast<std::int32_t>(longer.size())};
    std::memcpy(views.data(), &sizes[0], 4);
    std::memcpy(views.data() + 4, "ab", 2);
    std::memcpy(views.data() + 16, &sizes[1], 4);  // buffer 0, offset 0
    const auto size = static_cast<std::int64_t>(longer.size());
    arrow_tree tree("vu", 2);
    tree.without_buffer().with(views).with_text(longer).with(std::vector{size});
    CHECK(read(tree) == identities{text("ab"), text(longer)});
    arrow_tree shorter("vu", 2);
    shorter.without_buffer().with(views).with_text(longer).with(std::vector{size - 1});
    CHECK(error_of(shorter) == "a view points beyond its buffer");
    const std::int32_t offset = -1;
    std::memcpy(views.data() + 28, &offset, 4);
    arrow_tree earlier("vu", 2);
    earlier.without_buffer().with(views).with_text(longer).with(std::vector{size});
    CHECK(error_of(earlier) == "a view points beyond its buffer");
}

TEST_CASE("a dictionary counts what is referred to, each entry once") {
    arrow_tree entries("u", 4);
    entries.with(std::vector<std::uint8_t>{0b1101}).with(offsets{0, 1, 1, 2, 3}).with_text("abc");
    arrow_tree tree("c", 5);
    tree.without_buffer().with(std::vector<std::int8_t>{2, 0, 2, 1, 1}).with_dictionary(entries);
    CHECK(read(tree) == identities{text("b"), text("a"), text("b"), missing, missing});
    const reading once = read(*open_arrow_column(tree.schema, tree.array), true, true);
    CHECK(once.found == identities{text("b"), text("a")});
    CHECK(once.items == 3);
    for (const int bad : {-1, 4}) {
        arrow_tree other("c", 1);
        other.without_buffer()
            .with(std::vector{static_cast<std::int8_t>(bad)})
            .with_dictionary(entries);
        CHECK(error_of(other) == "an index is not in its dictionary");
    }
}

TEST_CASE("run ends from an offset on") {
    arrow_tree values("u", 3);
    values.with(std::vector<std::uint8_t>{0b101}).with(offsets{0, 1, 1, 2}).with_text("ab");
    for (const offsets& run_ends : {offsets{2, 4, 6}, offsets{2, 2, 6}, offsets{2, 4, 5}}) {
        arrow_tree ends("i", 3);
        ends.without_buffer().with(run_ends);
        arrow_tree tree("+r", 5, 1);
        tree.with_child(ends).with_child(values);
        if (run_ends == offsets{2, 4, 6}) {
            CHECK(read(tree) == identities{text("a"), missing, missing, text("b"), text("b")});
            CHECK(read(*open_arrow_column(tree.schema, tree.array), true, true).found.size() == 2);
        } else {
            CHECK(error_of(tree) != "");
        }
    }
}

TEST_CASE("run ends are checked where they are needed, before a row is read") {
    arrow_tree values("i", 4);
    values.without_buffer().with(std::vector<std::int32_t>{1, 2, 3, 4});
    arrow_tree ends("i", 4);
    ends.without_buffer().with(offsets{5, 2, 4, 6});
    arrow_tree later("+r", 2, 4);
    later.with_child(ends).with_child(values);
    CHECK(read(later) == identities{hash.of_integer(4), hash.of_integer(4)});
    arrow_tree whole("+r", 6);
    whole.with_child(ends).with_child(values);
    CHECK_THROWS_AS(open_arrow_column(whole.schema, whole.array), malformed_column);
}

TEST_CASE("structs and lists are tuples") {
    arrow_tree numbers("s", 4);
    numbers.without_buffer().with(std::vector<std::int16_t>{1, 2, 3, 4});
    const std::uint64_t one = hash.of_integer(1), two = hash.of_integer(2),
                        three = hash.of_integer(3), four = hash.of_integer(4);
    SUBCASE("struct") {
        arrow_tree tree("+s", 2, 1);
        tree.with(std::vector<std::uint8_t>{0b010}).with_child(numbers).with_child(numbers);
        CHECK(read(tree) == identities{tuple({two, two}), missing});
        tree.array.length = 4;
        CHECK(error_of(tree) == "a child is too short");
    }
    SUBCASE("list") {
        arrow_tree tree("+l", 3);
        tree.without_buffer().with(offsets{0, 3, 3, 4}).with_child(numbers);
        CHECK(read(tree) == identities{tuple({one, two, three}), tuple({}), tuple({four})});
        arrow_tree beyond("+l", 1);
        beyond.without_buffer().with(offsets{0, 5}).with_child(numbers);
        CHECK(error_of(beyond) == "a list ends outside its values");
        arrow_tree ends_missing("+l", 2);
        ends_missing.with(std::vector<std::uint8_t>{0b01}).with(offsets{0, 4, 1});
        ends_missing.with_child(numbers);
        CHECK(read(ends_missing) == identities{tuple({one, two, three, four}), missing});
    }
    SUBCASE("list views, in any order") {
        arrow_tree tree("+vl", 2);
        tree.without_buffer().with(offsets{2, 0}).with(offsets{2, 3}).with_child(numbers);
        CHECK(read(tree) == identities{tuple({three, four}), tuple({one, two, three})});
        arrow_tree beyond("+vl", 1);
        beyond.without_buffer().with(offsets{2}).with(offsets{3}).with_child(numbers);
        CHECK(error_of(beyond) == "a list ends outside its values");
    }
    SUBCASE("lists of one length") {
        arrow_tree tree("+w:2", 1, 1);
        tree.without_buffer().with_child(numbers);
        CHECK(read(tree) == identities{tuple({three, four})});
        tree.array.length = 2;
        CHECK(error_of(tree) == "a child is too short");
    }
}

// Each of `rows` lists has all of the child's values, which are as many.
void make_shared(arrow_tree& lists, arrow_tree& child, std::int32_t rows) {
    const auto count = static_cast<std::size_t>(rows);
    lists.without_buffer().with(offsets(count, 0)).with(offsets(count, rows)).with_child(child);
}

TEST_CASE("a list of more members than a block is hashed in pieces as at once") {
    constexpr std::int32_t size = 2500;
    std::vector<std::int32_t> values;
    identities members;
    for (std::int32_t i = 0; i < size; ++i) {
        values.push_back(i);
        members.push_back(hash.of_integer(i));
    }
    arrow_tree numbers("i", size);
    numbers.without_buffer().with(values);
    arrow_tree tree("+l", 4);
    tree.without_buffer().with(offsets{0, 2, 2050, 2052, size}).with_child(numbers);
    identities expected;
    for (const auto& [begin, end] : {std::pair{0, 2}, {2, 2050}, {2050, 2052}, {2052, size}}) {
        expected.push_back(tuple({members.begin() + begin, members.begin() + end}));
    }
    CHECK(read(tree) == expected);
}

TEST_CASE("lists that share their members ask for no more steps than there may be") {
    arrow_tree numbers("i", 100);
    numbers.without_buffer().with(std::vector<std::int32_t>(100, 7));
    arrow_tree one("+vl", 100), two("+vl", 100), three("+vl", 100);
    make_shared(one, numbers, 100);
    make_shared(two, one, 100);
    CHECK(read(two).size() == 100);  // 10,000 members and as many again for each
    make_shared(three, two, 100);
    CHECK(error_of(three) == reading_work::too_many);

    // The windows of a whole block.
    arrow_tree many("i", 2048);
    many.without_buffer().with(std::vector<std::int32_t>(2048, 7));
    arrow_tree windows("+vl", 2048);
    make_shared(windows, many, 2048);
    CHECK(read(windows).size() == 2048);
}

TEST_CASE("what lies in no buffer may not come any number of times") {
    constexpr std::int64_t most = std::int64_t{1} << 34;
    constexpr bool fits = sizeof(std::size_t) == 8;  // in the sizes of this machine
    const std::string error = fits ? "it has an absurd number of values without bytes"
                                   : "its length or its offset is negative or absurd";
    arrow_tree nulls("n", 2'000'000'000);
    arrow_tree list("+w:2000000000", 1);
    list.without_buffer().with_child(nulls);
    CHECK(error_of(list) == (fits ? reading_work::too_many : error));
    nulls.array.length = 1'000'000;
    list.schema.format = "+w:1000000";
    CHECK(error_of(list).empty());
    nulls.array.length = most + 1;
    CHECK(error_of(nulls) == error);
    arrow_tree nothing("+s", most + 1), empty("+w:0", most + 1), no_bytes("w:0", most + 1);
    nothing.without_buffer();
    empty.without_buffer().with_child(nulls);
    no_bytes.without_buffer().without_buffer();
    for (arrow_tree* tree : {&nothing, &empty, &no_bytes}) {
        CHECK(error_of(*tree) == error);
    }
    arrow_tree ends("l", 1), runs("+r", most + 1);
    ends.without_buffer().with(std::vector<std::int64_t>{most + 1});
    arrow_tree values("i", 1);
    values.without_buffer().with(std::vector<std::int32_t>{7});
    runs.with_child(ends).with_child(values);
    CHECK(error_of(runs) == error);
}

TEST_CASE("who reads long lists is asked whether to stop, and helpers stop by themselves") {
    constexpr std::int32_t rows = 4000;
    arrow_tree numbers("i", rows);
    numbers.without_buffer().with(std::vector<std::int32_t>(rows, 7));
    arrow_tree lists("+vl", rows);
    make_shared(lists, numbers, rows);
    column_sequence columns(2);
    columns.append(open_arrow_column(lists.schema, lists.array));
    struct {
        int questions = 0;
        int stop_at = 1000;
    } asked;
    const auto ask = [](void* context) {
        auto& it = *static_cast<decltype(asked)*>(context);
        return ++it.questions >= it.stop_at;
    };
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL, .stop = {ask, &asked}};
    identities found(rows + column::block_values);
    const auto read_slice = [&](std::size_t worker) {
        reading_output output = {.identities = found.data(), .room = found.size()};
        const sliced_input slices = columns.slices();
        const auto end = slices.read_slice(slices.context, worker, 0, rows, rules, output);
        CHECK(output.error == nullptr);
        CHECK(output.item_count == end);
        return end;
    };
    CHECK(read_slice(0) == rows);
    CHECK(asked.questions == 4000 * 4000 / (1 << 20));
    asked = {0, 6};
    CHECK(read_slice(0) == column::block_values);
    CHECK(asked.questions == 6);
    asked = {};
    CHECK(read_slice(1) == rows);  // not long enough
    CHECK(asked.questions == 0);
    // A column so long that a helper stops: of which the lists need not be looked at twice.
    for (int i = 0; i < 2; ++i) columns.append(open_arrow_column(lists.schema, lists.array));
    const sliced_input slices = columns.slices();
    found.resize(3 * rows + column::block_values);
    reading_output output = {.identities = found.data(), .room = found.size()};
    const auto end = slices.read_slice(slices.context, 1, 0, 3 * rows, rules, output);
    CHECK(end > rows);
    CHECK(end < 3 * rows);
    CHECK(output.item_count == end);
}

TEST_CASE("views that share long bytes ask whether to stop") {
    const std::string bytes(1 << 20, 'x');
    constexpr std::int32_t rows = 1000;
    std::vector<std::int32_t> views;
    for (std::int32_t i = 0; i < rows; ++i) views.insert(views.end(), {1 << 20, 0, 0, 0});
    arrow_tree tree("vu", rows);
    tree.without_buffer().with(views).with_text(bytes).with(std::vector<std::int64_t>{1 << 20});
    int questions = 0;
    const auto ask = [](void* context) {
        ++*static_cast<int*>(context);
        return true;
    };
    const auto values = open_arrow_column(tree.schema, tree.array);
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL, .stop = {ask, &questions}};
    identities found(2 * column::block_values);
    reading_output output = {.identities = found.data(), .room = found.size()};
    identity_cache cache;
    CHECK(values->read(0, rows, rules, cache, output) == 0);
    CHECK(output.error == nullptr);
    CHECK(questions == 1);
}

TEST_CASE("a table is its only column") {
    arrow_tree numbers("s", 4);
    numbers.without_buffer().with(std::vector<std::int16_t>{1, 2, 3, 4});
    arrow_tree table("+s", 2, 1);
    table.without_buffer().with_child(numbers);
    table.schema.flags = 0;
    CHECK(read(table) == identities{hash.of_integer(2), hash.of_integer(3)});
    table.with_child(numbers);
    CHECK_THROWS_WITH_AS(read(table), "2 columns (it, it): pass one of them", unsupported_column);
}

TEST_CASE("structures that contradict themselves") {
    const auto number = [](auto change) {
        arrow_tree tree("i", 1);
        tree.without_buffer().with(std::vector<std::int32_t>{1});
        change(tree);
        return error_of(tree);
    };
    CHECK(number([](arrow_tree&) {}) == "");
    CHECK(number([](arrow_tree& it) { it.array.length = -1; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.offset = INT64_MAX; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.n_buffers = 1; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.buffers = nullptr; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.buffers[1] = nullptr; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.null_count = 1; }) != "");
    CHECK(number([](arrow_tree& it) { it.array.release = nullptr; }) != "");
    CHECK(number([](arrow_tree& it) { it.schema.format = nullptr; }) != "");
    CHECK(number([](arrow_tree& it) { it.schema.format = "+l"; }) != "");
    CHECK(number([](arrow_tree& it) { it.schema.format = "d:,"; }) != "");
    CHECK(number([](arrow_tree& it) { it.schema.format = "+w:"; }) != "");
    CHECK_THROWS_AS(number([](arrow_tree& it) { it.schema.format = "?"; }), unsupported_column);
    CHECK_THROWS_AS(number([](arrow_tree& it) { it.schema.format = "tiM"; }), unsupported_column);
    CHECK_THROWS_AS(number([](arrow_tree& it) { it.schema.format = "t"; }), unsupported_column);
}

TEST_CASE("a schema that contains itself") {
    arrow_tree tree("+s", 1);
    tree.without_buffer().with_child(tree);
    CHECK_THROWS_AS(read(tree), unsupported_column);
}

TEST_CASE("a stream to its end, or to its error") {
    for (const int error : {0, EINVAL}) {
        number_producer source;
        source.error = error;
        ArrowArrayStream stream = source.stream();
        {
            arrow_batches batches(stream);
            const bool is_taken = stream.release == nullptr;
            CHECK(is_taken);
            column_sequence columns;
            CHECK(batches.append_next(columns));
            columns.clear();
            batches.release();
            CHECK(source.handed_over.back()->released == 1);
            CHECK(batches.append_next(columns));
            if (error == 0) CHECK(!batches.append_next(columns));
            if (error != 0)
                CHECK_THROWS_WITH_AS(batches.append_next(columns), "no more", arrow_stream_error);
            CHECK(columns.size() == 1);
        }
        CHECK(source.all_released_once());
    }
}

TEST_CASE("what was consumed before") {
    number_producer source;
    ArrowArrayStream stream = source.stream();
    {
        arrow_batches batches(stream);
    }
    CHECK_THROWS_AS(arrow_batches{stream}, malformed_column);
    CHECK(source.all_released_once());
}

TEST_CASE("a single array is released once, read or not") {
    for (const bool reads : {false, true}) {
        arrow_tree tree("c", 1);
        tree.without_buffer().with(std::vector<std::int8_t>{1});
        {
            arrow_batches batches(tree.schema, tree.array);
            column_sequence columns;
            if (reads) {
                CHECK(batches.append_next(columns));
                CHECK(!batches.append_next(columns));
            }
        }
        CHECK(tree.released == 2);
    }
    arrow_tree half("c", 1);
    half.array.release = nullptr;
    CHECK_THROWS_AS((arrow_batches{half.schema, half.array}), malformed_column);
    CHECK(half.released == 1);
}

}  // namespace
}  // namespace cvmcount::testing
