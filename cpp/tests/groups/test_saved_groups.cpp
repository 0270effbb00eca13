// A red run means that saved groups do not come back as they were, or that bytes from outside are
// taken for groups which cannot be.
#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "base/bytes.hpp"
#include "groups/saved_groups.hpp"
#include "items/item_writer.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

using saved_bytes = std::vector<std::byte>;

groups some_groups(std::uint64_t num_keys, std::uint64_t num_values, std::size_t items) {
    random_words random(num_keys + num_values);
    std::vector<std::uint64_t> keys, values;
    for (std::size_t i = 0; i < items; ++i) {
        keys.push_back(mix64(random.below(random.below(num_keys) + 1)));
        values.push_back(mix64(random.below(num_values)));
    }
    groups made({.capacity = 64, .seed = 5, .dropna = false}, false);
    made.take(keys, values);
    made.flush();
    for (const auto& each : made.unnamed()) {
        item_bytes name;
        item_writer(name).natural(each.key);
        made.name(name);
    }
    return made;
}

saved_bytes save(const groups& all) {
    groups_writer writer(all);
    saved_bytes saved;
    for (auto piece = writer.next(); !piece.empty(); piece = writer.next()) {
        saved.insert(saved.end(), piece.begin(), piece.end());
    }
    return saved;
}

groups load(std::span<const std::byte> saved, std::size_t piece = ~std::size_t{0}) {
    groups_loader loader(false);
    while (!saved.empty()) {
        const std::size_t size = std::min(piece, saved.size());
        loader.add(saved.first(size));
        saved = saved.subspan(size);
    }
    return loader.finish();
}

void seal(saved_bytes& saved) {
    rapidhash::stream checksum(rapidhash::key_of(0));
    checksum.add(std::span(saved).first(saved.size() - 8));
    store_le(saved.data() + saved.size() - 8, checksum.hash());
}

TEST_CASE("groups come back, whatever the pieces") {
    for (const auto& [num_keys, num_values, items] : std::vector<std::array<std::size_t, 3>>{
             {1, 1, 0}, {1, 10, 100}, {50, 1000, 10'000}, {20'000, 30, 100'000}}) {
        const groups made = some_groups(num_keys, num_values, items);
        const auto saved = save(made);
        for (const std::size_t piece : {std::size_t{7}, std::size_t{1000}, ~std::size_t{0}}) {
            if (piece == 7 && saved.size() > 100'000) continue;
            const groups loaded = load(saved, piece);
            CHECK(loaded == made);
            CHECK(save(loaded) == saved);
        }
    }
}

TEST_CASE("every damaged bit and every cut is noticed") {
    const auto saved = save(some_groups(6, 200, 400));
    for (std::size_t bit = 0; bit < 8 * saved.size(); ++bit) {
        auto damaged = saved;
        damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        REQUIRE_THROWS_AS(load(damaged), std::invalid_argument);
    }
    for (std::size_t size = 0; size < saved.size(); ++size) {
        REQUIRE_THROWS_AS(load(std::span(saved).first(size)), std::invalid_argument);
    }
    auto longer = saved;
    longer.push_back(std::byte{0});
    CHECK_THROWS_AS(load(longer), std::invalid_argument);
}

TEST_CASE("whatever is changed behind a right checksum is refused, or is the only form of groups") {
    random_words random(2);
    int taken = 0;
    for (const std::size_t items : {10U, 300U, 3000U}) {
        const auto saved = save(some_groups(8, 500, items));
        for (int round = 0; round < 5000; ++round) {
            auto changed = saved;
            for (std::uint64_t i = random.below(3) + 1; i-- > 0;) {
                changed[random.below(saved.size() - 8)] ^=
                    static_cast<std::byte>(1U << random.below(8));
            }
            seal(changed);
            try {
                const groups loaded = load(changed);
                REQUIRE(save(loaded) == changed);
                ++taken;
            } catch (const std::invalid_argument&) {
                continue;
            }
        }
    }
    CHECK(taken > 100);
}

}  // namespace
}  // namespace cvmcount::testing
