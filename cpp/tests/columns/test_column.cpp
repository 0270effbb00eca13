// A red run means that a column counts differently than its values one by one: by its stride, its
// byte order, its mask, or where it is cut.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/utf8.hpp"
#include "columns/array_columns.hpp"
#include "columns/column_sequence.hpp"
#include "columns/composite_column.hpp"
#include "columns/dictionary_column.hpp"
#include "simd/vector_level.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

struct reading {
    std::vector<std::uint64_t> identities;
    std::uint64_t items = 0;
};

// Reads the values begin ... end in stretches of `step`, or fails where one is not readable.
reading read(const column& values, std::size_t begin, std::size_t end, std::size_t step,
             const reading_rules& rules) {
    reading result;
    identity_cache cache;
    while (begin < end) {
        const std::size_t stop = std::min(begin + step, end);
        std::vector<std::uint64_t> identities(stop - begin + filter_slack);
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        REQUIRE(values.read(begin, stop, rules, cache, output) == stop);
        result.identities.insert(result.identities.end(), identities.begin(),
                                 identities.begin() + static_cast<std::ptrdiff_t>(output.kept));
        result.items += output.item_count;
        begin = stop;
    }
    return result;
}

// Memory in which values of a size lie at any distance and alignment, with rubbish between them.
class memory {
  public:
    memory(std::size_t value_bytes, std::size_t size, random_words& random)
        : value_bytes_(value_bytes),
          stride_(value_bytes + random.below(3) * random.below(20)),
          bytes_(stride_ * size + 16) {
        for (auto& byte : bytes_) byte = static_cast<std::byte>(random.next());
        const std::size_t shift = random.below(16);
        backwards_ = random.below(3) == 0 && size > 0;
        const auto last = static_cast<std::ptrdiff_t>(stride_ * (size - (backwards_ ? 1 : size)));
        where_.data = bytes_.data() + shift + (backwards_ ? last : 0);
        where_.stride = static_cast<std::ptrdiff_t>(stride_) * (backwards_ ? -1 : 1);
        where_.size = size;
        where_.swapped = random.below(2) == 0;
    }

    // part: the size of what is swapped as one.
    void put(std::size_t i, const void* value, std::size_t part) {
        std::vector<std::byte> copy(value_bytes_);
        std::memcpy(copy.data(), value, value_bytes_);
        if (where_.swapped) {
            for (auto from = copy.begin(); from != copy.end();) {
                const auto to = from + static_cast<std::ptrdiff_t>(part);
                std::reverse(from, to);
                from = to;
            }
        }
        const std::ptrdiff_t offset = where_.data - bytes_.data();
        std::memcpy(bytes_.data() + offset + where_.stride * static_cast<std::ptrdiff_t>(i),
                    copy.data(), value_bytes_);
    }

    const layout& where() const { return where_; }

  private:
    std::size_t value_bytes_;
    std::size_t stride_;
    std::vector<std::byte> bytes_;
    bool backwards_ = false;
    layout where_{};
};

// A column of what lies in the memory of a vector.
template <class Value>
layout layout_of(const std::vector<Value>& values) {
    return {.data = reinterpret_cast<const std::byte*>(values.data()),
            .stride = sizeof(Value),
            .size = values.size()};
}

// What a column has to say of each of its values; nothing for a missing one.
using maybe_identity = std::pair<bool, std::uint64_t>;

void check(column& values, std::vector<maybe_identity> expected, random_words& random,
           const identity_hash& hash) {
    const std::size_t stride = 1 + 2 * random.below(2);
    std::vector<std::byte> mask(stride * expected.size());
    const std::size_t first_bit = random.below(20);
    std::vector<std::uint8_t> validity((first_bit + expected.size() + 7) / 8, 0xff);
    const std::uint64_t which = random.below(4);  // missing values by a mask, by a bitmap, or none
    if (which < 2) {
        const std::size_t seldom = 1 + random.below(300);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            if (random.below(seldom) != 0) continue;
            mask[stride * i] = static_cast<std::byte>(1 + random.below(255));
            const std::size_t bit = first_bit + i;
            validity[bit / 8] &= static_cast<std::uint8_t>(~(1U << bit % 8));
            expected[i].first = false;
        }
    }
    if (which == 0) {
        values.set_mask({.data = mask.data(),
                         .stride = static_cast<std::ptrdiff_t>(stride),
                         .size = expected.size()});
    } else if (which == 1) {
        values.set_validity(validity.data(), first_bit);
    }
    for (const vector_level& level : vector_levels()) {
        REQUIRE(use_level(level.name));
        reading_rules rules = {.hash = &hash,
                               .threshold = random.below(2) == 0 ? ~0ULL : random.next(),
                               .dropna = random.below(2) == 0};
        reading twin;
        for (const auto& [counts, identity] : expected) {
            if (!counts && rules.dropna) continue;
            ++twin.items;
            const std::uint64_t one = counts ? identity : hash.of_missing();
            if (one <= rules.threshold) twin.identities.push_back(one);
        }
        const std::size_t steps[] = {expected.size() + 1,
                                     static_cast<std::size_t>(1 + random.below(3000))};
        for (const std::size_t step : steps) {
            const reading real = read(values, 0, expected.size(), step, rules);
            REQUIRE(real.identities == twin.identities);
            REQUIRE(real.items == twin.items);
        }
        // Where repeats may be skipped, the first of each has to stay, in its order.
        rules.skip_repeats = true;
        const reading once = read(values, 0, expected.size(), expected.size() + 1, rules);
        const auto firsts = [](const std::vector<std::uint64_t>& all) {
            std::vector<std::uint64_t> result;
            for (const std::uint64_t one : all) {
                if (std::find(result.begin(), result.end(), one) == result.end()) {
                    result.push_back(one);
                }
            }
            return result;
        };
        REQUIRE(once.items == twin.items);
        REQUIRE(once.identities.size() <= twin.identities.size());
        REQUIRE(firsts(once.identities) == firsts(twin.identities));
    }
    use_level(vector_levels().front().name);
}

std::size_t random_size(random_words& random) {
    const std::size_t sizes[] = {
        0, 1, 7, 8, 9, 1023, 1024, 1025, static_cast<std::size_t>(random.below(2500))};
    return sizes[random.below(9)];
}

template <class Value>
void check_numbers(number_type type, const std::function<Value(random_words&)>& draw,
                   const std::function<maybe_identity(Value, const identity_hash&)>& identify) {
    random_words random(static_cast<std::uint64_t>(type) + 1);
    const identity_hash hash(3);
    for (int round = 0; round < 20; ++round) {
        const std::size_t size = random_size(random);
        memory place(sizeof(Value), size, random);
        std::vector<maybe_identity> expected;
        for (std::size_t i = 0; i < size; ++i) {
            const Value value = draw(random);
            place.put(i, &value, sizeof value);
            expected.push_back(identify(value, hash));
        }
        number_column values(type, place.where());
        check(values, expected, random, hash);
    }
}

template <class Value>
Value any_integer(random_words& random) {
    return static_cast<Value>(random.next() >> random.below(64));
}

template <class Value>
maybe_identity integer_identity(Value value, const identity_hash& hash) {
    if constexpr (std::is_signed_v<Value>) {
        return {true, hash.of_integer(value)};
    } else {
        return {true, hash.of_unsigned(value)};
    }
}

maybe_identity real_identity(double value, const identity_hash& hash) {
    if (std::isnan(value)) return {false, 0};
    return {true, hash.of_real(value)};
}

TEST_CASE("integers of every width") {
    const auto check_integers = []<class Value>(number_type type, Value) {
        check_numbers<Value>(type, any_integer<Value>, integer_identity<Value>);
    };
    check_integers(number_type::int8, std::int8_t{});
    check_integers(number_type::int16, std::int16_t{});
    check_integers(number_type::int32, std::int32_t{});
    check_integers(number_type::int64, std::int64_t{});
    check_integers(number_type::uint8, std::uint8_t{});
    check_integers(number_type::uint16, std::uint16_t{});
    check_integers(number_type::uint32, std::uint32_t{});
    check_integers(number_type::uint64, std::uint64_t{});
    check_numbers<std::uint8_t>(number_type::boolean, any_integer<std::uint8_t>,
                                [](std::uint8_t value, const identity_hash& hash) {
                                    return maybe_identity{true, hash.of_integer(value != 0)};
                                });
}

TEST_CASE("floating-point numbers of every width") {
    check_numbers<double>(
        number_type::real64,
        [](random_words& random) {
            if (random.below(2) == 0) return static_cast<double>(random.below(100)) / 4;
            return bit_cast<double>(random.next());
        },
        real_identity);
    check_numbers<float>(
        number_type::real32,
        [](random_words& random) {
            if (random.below(2) == 0) return static_cast<float>(random.below(100)) / 4;
            return bit_cast<float>(static_cast<std::uint32_t>(random.next()));
        },
        real_identity);
    // Every one of the 16-bit numbers, by their definition.
    check_numbers<std::uint16_t>(
        number_type::real16, any_integer<std::uint16_t>,
        [](std::uint16_t bits, const identity_hash& hash) -> maybe_identity {
            const int exponent = bits >> 10 & 31;
            const int fraction = bits & 1023;
            if (exponent == 31 && fraction != 0) return {false, 0};
            const double size = exponent == 31  ? HUGE_VAL
                                : exponent == 0 ? std::ldexp(fraction, -24)
                                                : std::ldexp(1024 + fraction, exponent - 25);
            return {true, hash.of_real(bits >> 15 == 0 ? size : -size)};
        });
}

TEST_CASE("complex numbers") {
    random_words random(5);
    const identity_hash hash(3);
    for (int round = 0; round < 20; ++round) {
        const std::size_t size = random_size(random);
        memory place(2 * sizeof(float), size, random);
        std::vector<maybe_identity> expected;
        for (std::size_t i = 0; i < size; ++i) {
            std::array<float, 2> parts{};
            for (float& part : parts) part = static_cast<float>(random.below(3)) / 2;
            if (random.below(9) == 0) parts[random.below(2)] = std::nanf("");
            place.put(i, parts.data(), sizeof(float));
            std::array<std::uint64_t, 2> members = {hash.of_real(parts[0]), hash.of_real(parts[1])};
            const bool counts = !std::isnan(parts[0]) && !std::isnan(parts[1]);
            expected.emplace_back(
                counts, parts[1] == 0 ? members[0] : hash.of_members(kind::complex, members));
        }
        number_column values(number_type::complex64, place.where());
        check(values, expected, random, hash);
    }
}

TEST_CASE("times, as long as they are nanoseconds") {
    random_words random(6);
    const identity_hash hash(3);
    constexpr auto nat = std::numeric_limits<std::int64_t>::min();
    for (const std::int64_t factor : {1, 1000, 1000000000}) {
        const std::size_t size = random_size(random);
        memory place(8, size, random);
        std::vector<maybe_identity> expected;
        for (std::size_t i = 0; i < size; ++i) {
            const auto count = static_cast<std::int64_t>(random.below(1000)) - 500;
            const std::int64_t value = random.below(9) == 0 ? nat : count;
            place.put(i, &value, 8);
            const auto nanoseconds = static_cast<std::uint64_t>(count * factor);
            expected.emplace_back(value != nat, hash.of_word(kind::duration, nanoseconds));
        }
        time_column values({.which = kind::duration, .factor = factor, .least_is_missing = true},
                           place.where());
        check(values, expected, random, hash);
    }
}

TEST_CASE("a block with a time beyond all that is stored is not read") {
    const identity_hash hash(3);
    std::vector<std::int64_t> counts(3000, 1);
    counts[1500] = std::int64_t{1} << 62;
    const layout where = {.data = reinterpret_cast<const std::byte*>(counts.data()),
                          .stride = 8,
                          .size = counts.size()};
    const time_column values({.which = kind::datetime, .factor = 604800 * std::int64_t{1000000000}},
                             where);
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL};
    std::vector<std::uint64_t> identities(4000);
    identity_cache cache;
    reading_output output = {.identities = identities.data(), .room = identities.size()};
    CHECK(values.read(0, 3000, rules, cache, output) == 1024);
    CHECK(output.item_count == 1024);
    CHECK(values.read(2048, 3000, rules, cache, output) == 3000);
}

TEST_CASE("times beyond the nanoseconds") {
    const identity_hash hash(3);
    constexpr std::int64_t microsecond = 1000, minute = 60'000'000'000;
    // The first of each column lies so far from 1970 that nanoseconds would take 65 bits.
    const std::vector<std::int64_t> microseconds = {-10'000'000'000'000'001, -1, 1};
    const std::vector<std::int64_t> minutes = {-200'000'000, -1, 1};
    const time_column short_units({.which = kind::datetime, .factor = microsecond},
                                  layout_of(microseconds));
    const time_column long_units({.which = kind::datetime, .factor = minute}, layout_of(minutes));
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL};
    constexpr std::int64_t attoseconds_a_microsecond = 1'000'000'000'000;
    CHECK(read(short_units, 0, 3, 3, rules).identities ==
          std::vector{
              hash.of_time(kind::datetime, -10'000'000'001, 999'999 * attoseconds_a_microsecond),
              hash.of_time(kind::datetime, -1, 999'999 * attoseconds_a_microsecond),
              hash.of_time(kind::datetime, 0, attoseconds_a_microsecond)});
    CHECK(read(long_units, 0, 3, 3, rules).identities ==
          std::vector{hash.of_time(kind::datetime, -12'000'000'000, 0),
                      hash.of_time(kind::datetime, -60, 0), hash.of_time(kind::datetime, 60, 0)});
}

template <class Code>
void check_codes(number_type type, random_words& random, const identity_hash& hash) {
    const std::size_t size = random_size(random);
    // The value that one of them stands for is missing.
    std::vector<std::uint64_t> identities = {hash.of_missing()};
    while (identities.size() < 100) identities.push_back(random.next());
    memory place(sizeof(Code), size, random);
    std::vector<maybe_identity> expected;
    for (std::size_t i = 0; i < size; ++i) {
        const auto code = static_cast<Code>(random.below(identities.size() + 1)) - 1;
        const auto stored = static_cast<Code>(random.below(2) == 0 && code < 0 ? code - 9 : code);
        place.put(i, &stored, 1);  // never swapped
        if (code > 0) {
            expected.emplace_back(true, identities[static_cast<std::size_t>(code)]);
        } else {
            expected.emplace_back(false, 0);
        }
    }
    dictionary_column values(type, place.where(),
                             std::make_unique<identity_column>(identities, identities.size()),
                             dictionary_column::negative_index::is_missing);
    check(values, expected, random, hash);
}

TEST_CASE("codes of values that were identified before") {
    random_words random(12);
    const identity_hash hash(3);
    for (int round = 0; round < 20; ++round) {
        check_codes<std::int8_t>(number_type::int8, random, hash);
        check_codes<std::int16_t>(number_type::int16, random, hash);
        check_codes<std::int32_t>(number_type::int32, random, hash);
        check_codes<std::int64_t>(number_type::int64, random, hash);
    }
}

TEST_CASE("a block with the code of a value that was not identified is not read") {
    const identity_hash hash(3);
    const std::vector<std::uint64_t> identities = {1, 2, 3};
    std::vector<std::int8_t> codes(3000, 2);
    codes[1500] = 3;
    const layout where = {.data = reinterpret_cast<const std::byte*>(codes.data()),
                          .stride = 1,
                          .size = codes.size()};
    const dictionary_column values(number_type::int8, where,
                                   std::make_unique<identity_column>(identities, 4),
                                   dictionary_column::negative_index::is_missing);
    for (const bool skip_repeats : {false, true}) {
        const reading_rules rules = {
            .hash = &hash, .threshold = ~0ULL, .skip_repeats = skip_repeats};
        std::vector<std::uint64_t> out(4000);
        identity_cache cache;
        reading_output output = {.identities = out.data(), .room = out.size()};
        CHECK(values.read(0, 3000, rules, cache, output) == 1024);
        CHECK(output.item_count == 1024);
        CHECK(output.kept == (skip_repeats ? 1 : 1024));
        CHECK(out[0] == 3);
    }
}

TEST_CASE("a column stops where there is no room") {
    const identity_hash hash(3);
    std::vector<std::uint64_t> words(5000);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = i;
    const layout where = {.data = reinterpret_cast<const std::byte*>(words.data()),
                          .stride = 8,
                          .size = words.size()};
    const number_column values(number_type::int64, where);
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL};
    std::vector<std::uint64_t> identities(3000);
    identity_cache cache;
    reading_output output = {.identities = identities.data(), .room = identities.size()};
    CHECK(values.read(0, 5000, rules, cache, output) == 2048);
    CHECK(output.kept == 2048);
    // What a vector writes behind a block needs room, too.
    for (const std::size_t slack : {filter_slack - 1, filter_slack}) {
        reading_output tight = {.identities = identities.data(), .room = 2048 + slack};
        CHECK(values.read(0, 5000, rules, cache, tight) == (slack < filter_slack ? 1024 : 2048));
    }
}

TEST_CASE("rows of several columns are tuples") {
    random_words random(13);
    const identity_hash hash(3);
    for (int round = 0; round < 20; ++round) {
        const std::size_t size = random_size(random);
        std::vector<std::int64_t> first(size), second(size);
        std::vector<maybe_identity> expected;
        for (std::size_t i = 0; i < size; ++i) {
            first[i] = static_cast<std::int64_t>(random.next());
            second[i] = static_cast<std::int64_t>(random.below(3));
            std::vector<std::uint64_t> members = {hash.of_integer(first[i]),
                                                  hash.of_integer(second[i])};
            expected.emplace_back(true, hash.of_members(kind::tuple, members));
        }
        std::vector<std::unique_ptr<column>> fields;
        fields.push_back(std::make_unique<number_column>(number_type::int64, layout_of(first)));
        fields.push_back(std::make_unique<number_column>(number_type::int64, layout_of(second)));
        composite_column rows(kind::tuple, std::move(fields), size);
        check(rows, expected, random, hash);
    }
}

TEST_CASE("columns one after the other are one column") {
    const identity_hash hash(3);
    const std::vector<std::int8_t> codes = {0, 1, 2, 2, 1, 0};
    // Three columns with dictionaries of one size, but of other entries.
    const std::vector<std::vector<std::uint64_t>> entries = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    column_sequence columns;
    const auto append = [&](const std::vector<std::uint64_t>& identities) {
        columns.append(std::make_unique<dictionary_column>(
            number_type::int8, layout_of(codes),
            std::make_unique<identity_column>(identities, identities.size()),
            dictionary_column::negative_index::is_missing));
    };
    const auto read_from = [&](std::size_t begin, bool skip_repeats) {
        std::vector<std::uint64_t> found(columns.size() + 2 * column::block_values);
        const reading_rules rules = {
            .hash = &hash, .threshold = ~0ULL, .skip_repeats = skip_repeats};
        reading_output output = {.identities = found.data(), .room = found.size()};
        const sliced_input slices = columns.slices();
        CHECK(slices.read_slice(slices.context, 0, begin, columns.size(), rules, output) ==
              columns.size());
        found.resize(output.kept);
        return found;
    };
    using identities = std::vector<std::uint64_t>;
    append(entries[0]);
    append(entries[1]);
    CHECK(columns.size() == 12);
    CHECK(read_from(0, false) == identities{1, 2, 3, 3, 2, 1, 4, 5, 6, 6, 5, 4});
    CHECK(read_from(5, false) == identities{1, 4, 5, 6, 6, 5, 4});
    CHECK(read_from(8, false) == identities{6, 6, 5, 4});
    CHECK(read_from(0, true) == identities{1, 2, 3, 4, 5, 6});
    columns.clear();
    append(entries[2]);
    CHECK(read_from(0, true) == identities{7, 8, 9});
}

TEST_CASE("text and bytes of fixed width") {
    random_words random(7);
    const identity_hash hash(3);
    for (int round = 0; round < 20; ++round) {
        const std::size_t size = random_size(random);
        const std::size_t width = 1 + random.below(20);
        memory text_place(4 * width, size, random);
        memory bytes_place(width, size, random);
        std::vector<maybe_identity> texts, byte_strings;
        for (std::size_t i = 0; i < size; ++i) {
            std::vector<std::uint32_t> units(width);
            std::vector<std::uint8_t> bytes(width);
            const std::size_t used = random.below(width + 1);
            const std::uint32_t largest = random.below(2) == 0 ? 0x80 : 0x110000;
            for (std::size_t j = 0; j < used; ++j) {
                units[j] = static_cast<std::uint32_t>(random.below(largest));
                bytes[j] = static_cast<std::uint8_t>(random.below(3));
            }
            text_place.put(i, units.data(), 4);
            bytes_place.put(i, bytes.data(), 1);
            while (!units.empty() && units.back() == 0) units.pop_back();
            while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
            std::vector<std::byte> utf8(4 * width);
            utf8.resize(encode_utf8(units.data(), units.size(), utf8.data()));
            texts.emplace_back(true, hash.of_text(utf8));
            byte_strings.emplace_back(true, hash.of_bytes(std::as_bytes(std::span(bytes))));
        }
        fixed_text_column text(width, text_place.where());
        check(text, texts, random, hash);
        fixed_bytes_column bytes(width, bytes_place.where());
        check(bytes, byte_strings, random, hash);
    }
}

TEST_CASE("units that are no code points are not read") {
    const identity_hash hash(3);
    const reading_rules rules = {.hash = &hash, .threshold = ~0ULL};
    for (const std::uint32_t unit : {0x10ffffU, 0x110000U}) {
        const std::vector<std::uint32_t> units = {unit};
        const fixed_text_column values(1, layout_of(units));
        std::vector<std::uint64_t> identities(1 + filter_slack);
        identity_cache cache;
        reading_output output = {.identities = identities.data(), .room = identities.size()};
        CHECK(values.read(0, 1, rules, cache, output) == (unit < 0x110000 ? 1 : 0));
    }
}

}  // namespace
}  // namespace cvmcount::testing
