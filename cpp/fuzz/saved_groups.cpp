// Loads any bytes as saved groups, behind a checksum made right, and uses what is taken.
//
// A finding means that bytes from outside crash, overflow or are read wrongly; or that groups were
// taken which cannot be: they must come back as the same bytes, in whatever pieces they come, and
// answer, take items and merge.
#include "groups/saved_groups.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "base/bytes.hpp"
#include "base/mix.hpp"

namespace {

using namespace cvmcount;

void require(bool holds) {
    if (!holds) std::abort();
}

std::vector<std::byte> save(const groups& all) {
    groups_writer writer(all);
    std::vector<std::byte> saved;
    for (auto piece = writer.next(); !piece.empty(); piece = writer.next()) {
        saved.insert(saved.end(), piece.begin(), piece.end());
    }
    return saved;
}

groups load(std::span<const std::byte> saved, std::size_t piece) {
    groups_loader loader(false);
    while (!saved.empty()) {
        const std::size_t size = std::min(piece, saved.size());
        loader.add(saved.first(size));
        saved = saved.subspan(size);
    }
    return loader.finish();
}

void seal(std::span<std::byte> saved) {
    if (saved.size() < sizeof(std::uint64_t)) return;
    rapidhash::stream checksum(rapidhash::key_of(0));
    checksum.add(saved.first(saved.size() - sizeof(std::uint64_t)));
    store_le(saved.data() + saved.size() - sizeof(std::uint64_t), checksum.hash());
}

void check_answers(const groups& all) {
    for (const groups::place place : all.in_order()) {
        const auto answer = all.ask(place, 0.95);
        require(answer.low <= answer.high);
        require(!answer.exact || (answer.low == answer.count && answer.high == answer.count));
        require(!all.saved_sketch(place).empty());
        const auto found = all.find(all.key(place));
        require(found && all.key(*found) == all.key(place));
    }
    require(!all.saved_total().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::byte> saved(size);
    std::transform(data, data + size, saved.begin(),
                   [](std::uint8_t octet) { return std::byte{octet}; });
    seal(saved);
    try {
        groups all = load(saved, ~std::size_t{0});
        require(save(all) == saved);
        require(load(saved, 1 + size % 61) == all);
        check_answers(all);

        groups more = all;
        std::vector<std::uint64_t> keys, values;
        for (const groups::place place : all.in_order()) keys.push_back(all.key(place));
        for (std::uint64_t i = 0; i < 300; ++i) keys.push_back(mix64(i) >> (i % 64));
        for (std::uint64_t i = 0; i < keys.size(); ++i) values.push_back(mix64(i / 2) >> (i % 64));
        more.take(keys, values);
        more.flush();
        for (std::size_t left = more.unnamed().size(); left > 0; --left) {
            const std::byte missing{0xf6};
            more.name({&missing, 1});
        }
        check_answers(more);
        more.merge(all);
        check_answers(more);
        require(load(save(more), 1000) == more);
    } catch (const std::invalid_argument&) {
        return 0;
    }
    return 0;
}
