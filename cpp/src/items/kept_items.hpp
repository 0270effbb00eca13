// What is kept of elements beside their identities: the value, and in a summary how often it came
// and what the numbers that came with it add up to.
//
// It keeps whatever it is given. The sketch that owns it takes away what is not in its sample any
// more, now and then: an element that is in the sample now was in it at every occurrence, so its
// summary has missed nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "items/item_number.hpp"
#include "items/item_writer.hpp"

namespace cvmcount {

// The occurrences of one element.
struct item_summary {
    std::uint64_t count = 0;
    number_totals totals = {};  // of the numbers that came with them

    friend bool operator==(const item_summary&, const item_summary&) = default;
};

// One element with what is kept of it. The bytes are empty as long as the value is not known.
struct kept_item {
    std::uint64_t identity = 0;
    item_bytes bytes = {};
    item_summary summary = {};

    friend bool operator==(const kept_item&, const kept_item&) = default;
};

class kept_items {
  public:
    // The item of this identity, made where there is none. Throws std::bad_alloc.
    kept_item& at(std::uint64_t identity);

    // Null where there is none.
    const kept_item* find(std::uint64_t identity) const noexcept;

    std::size_t size() const noexcept { return items_.size(); }

    // Takes away all items but those of these identities, which ascend.
    void keep_only(const std::vector<std::uint64_t>& identities);

    // Takes away all but the items of so many of the smallest identities.
    void keep_smallest(std::size_t most);

    // Finds the form that all numbers so far can have together with one of this form. Throws
    // std::invalid_argument where that is none: numbers and durations.
    void agree_on(enum number_form form);

    // One more occurrence of an element, and the number that came with it, of a form that was
    // agreed on. Returns whether it is the first. Throws std::bad_alloc.
    bool count(std::uint64_t identity, item_number number);

    // Takes the occurrences of an element back. Precondition: it is there.
    void clear_summary(std::uint64_t identity) noexcept;

    // Adds what others hold, of the same elements or more. Throws as agree_on() does, and
    // std::bad_alloc.
    void merge(const kept_items& others);

    // The entries of the sample when no value was lacking.
    std::uint64_t entries_given = 0;

    // The form of all numbers so far.
    enum number_form number_form() const noexcept { return form_; }
    void set_number_form(enum number_form form) noexcept { form_ = form; }

    std::size_t memory_bytes() const noexcept;

  private:
    static constexpr std::uint32_t free_slot = ~std::uint32_t{0};

    // As near_slot() gives it.
    std::size_t slot_of(std::uint64_t identity) const noexcept;
    void make_index(std::size_t slots);

    enum number_form form_ = number_form::none;
    std::vector<kept_item> items_;      // in the order in which they came
    std::vector<std::uint32_t> slots_;  // a power of two of them, at most a quarter in use
    std::map<std::uint64_t, std::uint32_t> crowded_;  // places of those that have no slot
};

// The elements of a sample whose values are not known yet, for readers to give them.
class lacking_items {
  public:
    // The identities ascend. Throws std::bad_alloc.
    explicit lacking_items(std::vector<std::uint64_t> identities);

    std::size_t left() const noexcept { return left_; }

    std::uint64_t entries = 0;  // of the sample when it was asked what is lacking

    // All of them have entered the sample by what the reader that gives them has read.
    bool only_of_reader = false;

    // No larger one is lacking.
    std::uint64_t largest() const noexcept { return identities_.empty() ? 0 : identities_.back(); }

    bool lacks(std::uint64_t identity) const noexcept {
        const std::size_t place = place_of(identity);
        return place < identities_.size() && values_[place].empty();
    }

    // Precondition: it is lacking, and the bytes are not empty.
    void give(std::uint64_t identity, item_bytes bytes) noexcept {
        values_[place_of(identity)] = std::move(bytes);
        --left_;
    }

    // Gives an item if it is lacking. `write` writes it to an item_writer.
    template <class Write>
    void give_if_lacking(std::uint64_t identity, Write write) {
        if (!lacks(identity)) return;
        written_.clear();
        item_writer out(written_);
        write(out);
        give(identity, item_bytes(written_));  // a copy, which takes no more memory than it needs
    }

    // Calls write(identity, item_writer) for each that is lacking, and gives what that has written
    // unless it returns false.
    template <class Write>
    void give_each(Write write) {
        for (std::size_t i = 0; i < identities_.size(); ++i) {
            if (!values_[i].empty()) continue;
            written_.clear();
            item_writer out(written_);
            if (!write(identities_[i], out)) continue;
            values_[i] = item_bytes(written_);
            --left_;
        }
    }

    // What was given, or nothing. Precondition: it was lacking at first.
    std::span<const std::byte> value_of(std::uint64_t identity) const noexcept {
        return values_[place_of(identity)];
    }

    // Moves what was given to where it is kept. Throws std::bad_alloc.
    void move_to(kept_items& items);

  private:
    // Where the identity is, or the number of them.
    std::size_t place_of(std::uint64_t identity) const noexcept;

    // Readers ask for many that are not lacking. So the highest bits of an identity choose a
    // bucket, which has one or none where identities are hashes.
    std::vector<std::uint64_t> identities_;
    unsigned shift_;                     // what it is shifted by to give its bucket
    std::vector<std::uint32_t> starts_;  // of the buckets, in order, and the end of the last
    std::vector<item_bytes> values_;
    item_bytes written_;  // where items are written before they are given
    std::size_t left_;
};

}  // namespace cvmcount
