// A red run means that a saved sketch does not come back as it was, or that bytes from outside are
// taken on trust.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"
#include "identity/identity.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/saved_sketch.hpp"
#include "sketch/truncated_sketch.hpp"
#include "support/random_words.hpp"
#include "support/streams.hpp"

namespace cvmcount::testing {
namespace {

using saved_bytes = std::vector<std::byte>;

// The offsets of docs/format.md.
constexpr std::size_t at_capacity = 32, at_salt = 40, at_section = 48, at_sample = 56;
constexpr std::size_t at_estimate = 64, at_variance = 72, at_changes = 80, at_counted_ids = 88;
constexpr std::size_t at_evictions = 64, at_failures = 72, at_fresh_ids = 88;

sampler sampled(coins kind, std::size_t capacity, std::size_t distinct) {
    random_words random(capacity + distinct);
    sampler made(kind, capacity, 7);
    const auto items = make_stream(order::shuffled, distinct, random);
    if (distinct > 0) made.offer_filtered(items, items.size());
    return made;
}

sampler merged(std::size_t capacity, std::size_t distinct) {
    sampler made = sampled(coins::hashed, capacity, distinct);
    sample_merge both;
    both.add(sampled(coins::hashed, capacity + 1, distinct + 1));
    both.merge_into(made);
    return made;
}

std::vector<sampler> samplers_of_every_state() {
    std::vector<sampler> all;
    for (const std::size_t distinct : {0U, 1U, 9U, 20U, 21U, 500U, 3000U}) {
        all.push_back(sampled(coins::hashed, 20, distinct));
        all.push_back(sampled(coins::fresh, 20, distinct));
        all.push_back(merged(20, distinct));
    }
    // Of so many elements the identities are coded.
    for (const std::size_t distinct : {64U, 100U, 3000U}) {
        all.push_back(sampled(coins::hashed, 100, distinct));
        all.push_back(merged(100, distinct));
    }
    return all;
}

saved_bytes save(const sampler& sample, const saved_settings& settings) {
    return cvmcount::save(sample, settings, {});
}

std::unique_ptr<sampler> load(std::span<const std::byte> saved, saved_settings& settings) {
    kept_items kept;
    return cvmcount::load(saved, false, settings, kept);
}

saved_bytes with_word(saved_bytes saved, std::size_t offset, std::uint64_t word) {
    store_le(saved.data() + offset, word);
    seal(saved);
    return saved;
}

saved_bytes with_real(const saved_bytes& saved, std::size_t offset, double value) {
    return with_word(saved, offset, bit_cast<std::uint64_t>(value));
}

saved_bytes with_byte(saved_bytes saved, std::size_t offset, unsigned value) {
    saved[offset] = static_cast<std::byte>(value);
    seal(saved);
    return saved;
}

// Another section behind the sample.
saved_bytes with_section(saved_bytes saved, unsigned type, std::size_t size) {
    saved.resize(saved.size() + 8 + size);
    std::byte* const head = saved.data() + saved.size() - 16 - size;
    std::memset(head, 0, 8 + size);
    store_le(head, std::uint64_t{size} << 8 | type);
    seal(saved);
    return saved;
}

void check_invalid(const saved_bytes& saved, const std::string& reason) {
    saved_settings settings;
    settings.seed = 99;
    std::string given = "taken";
    try {
        load(saved, settings);
    } catch (const std::invalid_argument& error) {
        given = error.what();
    }
    CAPTURE(given);
    CAPTURE(reason);
    CHECK(given.find(reason) != std::string::npos);
    CHECK(settings.seed == 99);
}

TEST_CASE("what is loaded is what was saved, and goes on alike") {
    saved_settings settings = {.seed = 5,
                               .epsilon = 0.1,
                               .delta = 0.01,
                               .dropna = false,
                               .hashes = process_hashes{77, true}};
    random_words random(1);
    for (sampler& original : samplers_of_every_state()) {
        const auto saved = save(original, settings);
        if (original.kind() == coins::hashed || original.is_exact()) {
            CHECK(static_cast<double>(saved.size()) <=
                  8.2 * static_cast<double>(original.retained()) + 100);
        }
        saved_settings found;
        const auto loaded = load(saved, found);
        CHECK(found == settings);
        CHECK(*loaded == original);
        CHECK(save(*loaded, found) == saved);
        const auto more = make_stream(order::shuffled, 700, random);
        original.offer_filtered(more, more.size());
        loaded->offer_filtered(more, more.size());
        CHECK(*loaded == original);
        CHECK(loaded->estimate() == original.estimate());
        CHECK(loaded->confidence_interval(0.9) == original.confidence_interval(0.9));
        CHECK(save(*loaded, found) == save(original, settings));
    }
}

saved_bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    saved_bytes bytes;
    for (std::istreambuf_iterator<char> next(file); next != std::istreambuf_iterator<char>();
         ++next) {
        bytes.push_back(static_cast<std::byte>(*next));
    }
    return bytes;
}

// The files that tests/support/golden_sketches.py makes and explains: here for machines without
// Python.
TEST_CASE("golden files") {
    const auto tests = std::filesystem::path(CVMCOUNT_GOLDEN_IDENTITIES).parent_path();
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tests / "golden_sketches")) {
        CAPTURE(entry.path().string());
        const auto saved = read_file(entry.path());
        ++files;
        if (entry.path().stem().string().starts_with("truncated_")) {
            CHECK(truncated_sketch::from_bytes(saved).to_bytes() == saved);
            continue;
        }
        saved_settings settings;
        kept_items kept;
        const auto loaded = cvmcount::load(saved, false, settings, kept);
        // Long samples were written without a code at first.
        const bool is_earlier = entry.path().stem() == "hashed_long_counted";
        CHECK((cvmcount::save(*loaded, settings, kept) == saved) == !is_earlier);
    }
    CHECK(files >= 22);

    hashed_sampler made(12);
    const identity_hash hash(0);
    for (std::int64_t i = 0; i < 12; ++i) {
        const std::uint64_t identity = hash.of_integer(i);
        made.offer({&identity, 1});
    }
    CHECK(save(sampler(made), {0, 0.0, 0.001, true}) ==
          read_file(tests / "golden_sketches" / "hashed_full_exact.cvms"));
}

TEST_CASE("every damaged bit and every cut is noticed") {
    for (const auto kind : {coins::hashed, coins::fresh}) {
        const auto saved = save(sampled(kind, 5, 40), {});
        saved_settings settings;
        for (std::size_t bit = 0; bit < 8 * saved.size(); ++bit) {
            auto damaged = saved;
            damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
            REQUIRE_THROWS_AS(load(damaged, settings), std::invalid_argument);
        }
        for (std::size_t size = 0; size < saved.size(); ++size) {
            auto cut = saved;
            cut.resize(size);
            REQUIRE_THROWS_AS(load(cut, settings), std::invalid_argument);
            if (size < 8) continue;
            seal(cut);
            REQUIRE_THROWS_AS(load(cut, settings), std::invalid_argument);
        }
    }
}

TEST_CASE("whatever is changed behind a right checksum is refused, or is one state's only form") {
    random_words random(2);
    int taken = 0;
    for (const sampler& original : samplers_of_every_state()) {
        const auto saved = save(original, {});
        for (int round = 0; round < 2000; ++round) {
            auto changed = saved;
            for (std::uint64_t i = random.below(3) + 1; i-- > 0;) {
                changed[random.below(saved.size() - 8)] = static_cast<std::byte>(random.next());
            }
            seal(changed);
            saved_settings settings;
            try {
                const auto loaded = load(changed, settings);
                ++taken;
                REQUIRE(save(*loaded, settings) == changed);
            } catch (const std::invalid_argument&) {
                continue;
            }
        }
    }
    CHECK(taken > 100);
}

TEST_CASE("the head") {
    const auto saved = save(sampled(coins::hashed, 20, 500), {});
    check_invalid({}, "does not begin with CVMS");
    check_invalid(with_byte(saved, 0, 'X'), "does not begin with CVMS");
    check_invalid(with_byte(saved, 4, 2), "format version 2");
    check_invalid(with_byte(saved, 5, 9), "identities of version 9");
    check_invalid(with_byte(saved, 6, 8), "flags");
    check_invalid(with_byte(saved, 6, 5), "a salt without its flag");
    check_invalid(with_byte(saved, 7, 1), "flags");
    check_invalid(with_real(saved, 16, 1.0), "epsilon");
    check_invalid(with_real(saved, 16, -0.0), "epsilon");
    check_invalid(with_real(saved, 16, std::numeric_limits<double>::quiet_NaN()), "epsilon");
    check_invalid(with_real(saved, 24, 0.0), "delta");
    check_invalid(with_real(saved, 24, 1.5), "delta");
    for (const std::uint64_t capacity : {0ULL, 2ULL, (1ULL << 31) + 1, ~0ULL}) {
        check_invalid(with_word(saved, at_capacity, capacity), "capacity");
    }
    check_invalid(with_word(saved, at_salt, 1), "salt");
    auto damaged = saved;
    damaged.back() ^= std::byte{1};
    check_invalid(damaged, "checksum");
}

TEST_CASE("sections") {
    const auto saved = save(sampled(coins::hashed, 20, 500), {});
    const std::uint64_t head = load_le<std::uint64_t>(saved.data() + at_section);
    check_invalid(with_word(saved, at_section, head + (1 << 8)), "longer");
    check_invalid(with_word(saved, at_section, ~0ULL), "longer");
    check_invalid(with_word(saved, at_section, head - (8 << 8)), "");
    for (std::uint64_t size = 0; size < 32; ++size) {  // four numbers are due
        check_invalid(with_word(saved, at_section, size << 8 | (head & 0xff)), "too early");
    }
    check_invalid(with_byte(saved, at_section, 0), "no sample");
    check_invalid(with_byte(saved, at_section, 128), "no sample");
    check_invalid(with_section(saved, 2, 8), "order");
    check_invalid(with_section(saved, 8, 8), "type 8");
    check_invalid(with_section(with_section(saved, 200, 3), 200, 3), "order");
    // What a later version adds for those who know it is passed over.
    const auto more = with_section(with_section(saved, 128, 3), 255, 0);
    saved_settings settings;
    CHECK(save(*load(more, settings), settings) == saved);
}

TEST_CASE("the sample of hashed coins") {
    const auto saved = save(sampled(coins::hashed, 20, 500), {});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check_invalid(with_word(saved, at_sample, 20), "too few items");
    check_invalid(with_word(saved, at_sample, ~0ULL), "items_seen");
    check_invalid(with_word(saved, at_capacity, 19), "more elements than its capacity");
    check_invalid(with_word(saved, at_capacity, 21), "before it was full");
    const double estimate = bit_cast<double>(load_le<std::uint64_t>(&saved[at_estimate]));
    const double variance = bit_cast<double>(load_le<std::uint64_t>(&saved[at_variance]));
    for (const double wrong : {0.0, estimate / 100, estimate * 100, -estimate, infinity}) {
        check_invalid(with_real(saved, at_estimate, wrong), "sums");
    }
    for (const double wrong : {0.0, variance / 100, variance * 100, -0.0, infinity}) {
        check_invalid(with_real(saved, at_variance, wrong), "sums");
    }
    check_invalid(with_real(saved, at_estimate, std::nan("")), "sums");
    check_invalid(with_real(saved, at_variance, std::nan("")), "sums");
    check_invalid(with_word(saved, at_changes, 19), "sums");
    check_invalid(with_word(saved, at_changes, 20), "sums");
    check_invalid(with_word(saved, at_changes, 1501), "more often");
    check_invalid(with_word(saved, at_counted_ids, ~0ULL), "ascending");
    check_invalid(
        with_word(saved, at_counted_ids, load_le<std::uint64_t>(&saved[at_counted_ids + 8])),
        "ascending");
    check_invalid(with_word(save(sampled(coins::hashed, 20, 5), {}), at_sample, 4), "than it has");
    check_invalid(with_word(save(sampled(coins::hashed, 20, 0), {}), at_sample, 4), "no element");
}

TEST_CASE("coded identities") {
    constexpr std::size_t at_count = 88, at_width = 92, at_low_bits = 93;
    const auto saved = save(sampled(coins::hashed, 100, 500), {});
    CHECK(load_le<std::uint32_t>(&saved[at_count]) == 100);
    check_invalid(with_byte(saved, at_count, 63), "so few");
    check_invalid(with_byte(saved, at_count, 101), "no such code");
    check_invalid(with_byte(saved, at_count + 3, 255), "no such code");
    check_invalid(with_byte(saved, at_width, 255), "no such code");
    const auto last = saved.size() - 9;
    check_invalid(with_byte(saved, last, 0), "no such code");
    const auto other =
        with_byte(saved, at_low_bits, std::to_integer<unsigned>(saved[at_low_bits]) ^ 1U);
    saved_settings settings;
    CHECK(save(*load(other, settings), settings) == other);
}

TEST_CASE("the sample of fresh coins") {
    const auto saved = save(sampled(coins::fresh, 20, 500), {});
    check_invalid(with_word(saved, at_sample, 20), "too few items");
    check_invalid(with_word(saved, at_evictions, 1490), "part of an element");
    check_invalid(with_byte(saved, at_evictions, 1), "future");
    check_invalid(with_word(save(sampled(coins::fresh, 20, 19), {}), at_failures, 1), "skips");
    check_invalid(with_word(saved, at_fresh_ids, load_le<std::uint64_t>(&saved[at_fresh_ids + 8])),
                  "alike");
    const fresh_state worn = {3, max_items, 10000, 0, 0, {}, {}};
    check_invalid(save(sampler(fresh_sampler(worn)), {}), "rate");
}

}  // namespace
}  // namespace cvmcount::testing
