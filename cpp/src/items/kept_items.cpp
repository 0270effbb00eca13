#include "items/kept_items.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

#include "base/bit_cast.hpp"
#include "base/mix.hpp"
#include "base/near_slot.hpp"

namespace cvmcount {
namespace {

constexpr std::size_t fewest_slots = 16;
constexpr std::size_t slots_for_each = 4;  // with fewer, more searches take a second look

// A sampler counts no more items either.
constexpr std::uint64_t most_items = (std::uint64_t{1} << 63) - 1;

}  // namespace

// The identities of a sample are small numbers, and those of saved bytes may be any.
std::size_t kept_items::slot_of(std::uint64_t identity) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    return near_slot(mix64(identity) & mask, mask, most_near, [&](std::size_t slot) {
        return slots_[slot] == free_slot || items_[slots_[slot]].identity == identity;
    });
}

void kept_items::make_index(std::size_t slots) {
    std::vector<std::uint32_t>(slots, free_slot).swap(slots_);
    crowded_.clear();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const std::uint64_t identity = items_[i].identity;
        const std::size_t slot = slot_of(identity);
        (slot == no_slot ? crowded_[identity] : slots_[slot]) = static_cast<std::uint32_t>(i);
    }
}

kept_item& kept_items::at(std::uint64_t identity) {
    if (slots_for_each * (items_.size() + 1) > slots_.size()) {
        make_index(std::max(fewest_slots, 2 * slots_.size()));
    }
    const std::size_t slot = slot_of(identity);
    std::uint32_t& place =
        slot == no_slot ? crowded_.try_emplace(identity, free_slot).first->second : slots_[slot];
    if (place == free_slot) {
        items_.push_back({.identity = identity});
        place = static_cast<std::uint32_t>(items_.size() - 1);
    }
    return items_[place];
}

const kept_item* kept_items::find(std::uint64_t identity) const noexcept {
    if (slots_.empty()) return nullptr;
    const std::size_t slot = slot_of(identity);
    if (slot != no_slot) return slots_[slot] == free_slot ? nullptr : &items_[slots_[slot]];
    const auto found = crowded_.find(identity);
    return found == crowded_.end() || found->second == free_slot ? nullptr : &items_[found->second];
}

void kept_items::keep_only(const std::vector<std::uint64_t>& identities) {
    const auto removed = std::erase_if(items_, [&](const kept_item& item) {
        return !std::binary_search(identities.begin(), identities.end(), item.identity);
    });
    if (removed > 0) make_index(slots_.size());
}

void kept_items::keep_smallest(std::size_t most) {
    if (items_.size() <= most) return;
    std::nth_element(
        items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(most), items_.end(),
        [](const kept_item& a, const kept_item& b) { return a.identity < b.identity; });
    items_.resize(most);
    make_index(slots_.size());
}

// Integers become doubles where doubles come, too.
void kept_items::agree_on(enum number_form form) {
    if (form == form_ || form == number_form::none) return;
    if (form_ == number_form::none) {
        form_ = form;
        return;
    }
    if (form == number_form::duration || form_ == number_form::duration) {
        throw std::invalid_argument("values must be numbers or durations, not both");
    }
    if (form_ == number_form::real) return;
    for (kept_item& item : items_) item.summary.totals.make_real();
    form_ = number_form::real;
}

bool kept_items::count(std::uint64_t identity, item_number number) {
    // Most are there, and at() is long.
    const std::size_t slot = slots_.empty() ? no_slot : slot_of(identity);
    const std::uint32_t place = slot == no_slot ? free_slot : slots_[slot];
    item_summary& summary = (place == free_slot ? at(identity) : items_[place]).summary;
    const bool is_first = summary.count++ == 0;
    if (number.form == number_form::none) return is_first;
    const bool becomes_real = form_ == number_form::real && number.form == number_form::integer;
    summary.totals.add(
        becomes_real ? bit_cast<std::uint64_t>(as_double(number.bits, number.form)) : number.bits,
        form_);
    return is_first;
}

void kept_items::clear_summary(std::uint64_t identity) noexcept {
    items_[static_cast<std::size_t>(find(identity) - items_.data())].summary = {};
}

void kept_items::merge(const kept_items& others) {
    agree_on(others.form_);
    for (const kept_item& other : others.items_) {
        kept_item& item = at(other.identity);
        if (item.bytes.empty()) item.bytes = other.bytes;
        item.summary.count = std::min(item.summary.count + other.summary.count, most_items);
        number_totals totals = other.summary.totals;
        if (form_ == number_form::real && others.form_ == number_form::integer) totals.make_real();
        item.summary.totals.add(totals, form_);
    }
}

std::size_t kept_items::memory_bytes() const noexcept {
    constexpr std::size_t crowded_bytes = 48;  // of a tree's node, with what the heap adds
    std::size_t bytes = items_.capacity() * sizeof(kept_item) + slots_.size() * sizeof slots_[0] +
                        crowded_.size() * crowded_bytes;
    for (const kept_item& item : items_) bytes += item.bytes.capacity();
    return bytes;
}

lacking_items::lacking_items(std::vector<std::uint64_t> identities)
    : identities_(std::move(identities)), values_(identities_.size()), left_(identities_.size()) {
    const auto bits = static_cast<unsigned>(std::bit_width(largest()));
    const auto bucket_bits = static_cast<unsigned>(std::bit_width(2 * identities_.size()));
    shift_ = bits > bucket_bits ? bits - bucket_bits : 0;
    starts_.resize(static_cast<std::size_t>(largest() >> shift_) + 2);
    for (const std::uint64_t identity : identities_) ++starts_[(identity >> shift_) + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
}

std::size_t lacking_items::place_of(std::uint64_t identity) const noexcept {
    if (identity > largest()) return identities_.size();
    const std::size_t bucket = static_cast<std::size_t>(identity >> shift_);
    const auto end = identities_.begin() + starts_[bucket + 1];
    const auto at = std::lower_bound(identities_.begin() + starts_[bucket], end, identity);
    const bool is_there = at != end && *at == identity;
    return is_there ? static_cast<std::size_t>(at - identities_.begin()) : identities_.size();
}

void lacking_items::move_to(kept_items& items) {
    for (std::size_t i = 0; i < identities_.size(); ++i) {
        if (values_[i].empty()) continue;
        kept_item& item = items.at(identities_[i]);
        if (item.bytes.empty()) item.bytes = std::move(values_[i]);
    }
}

}  // namespace cvmcount
