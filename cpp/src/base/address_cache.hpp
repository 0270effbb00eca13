// Objects that a stream has seen a moment ago, by their addresses.
//
// A list often holds few objects many times. To look at one of them costs a cache miss or two; to
// look its address up in a table that fits in the second-level cache costs almost nothing. So the
// table pays where most lookups succeed, and doubles the time where few do: it watches itself,
// and rests for longer and longer where it does not pay.
//
// It may lose an object, but never takes one for another. What is remembered is right only as
// long as no object that it was told of can have been freed: the caller must clear() after
// anything that may free one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cvmcount {

class address_cache {
  public:
    address_cache() : pairs_(pairs) {}

    // Returns whether the next items should be looked up here.
    bool pays() const noexcept { return phase_ != phase::resting; }

    // Must be told what came of the last items, looked up or not.
    void record(std::size_t items, std::size_t found) noexcept;

    bool contains(std::uint64_t address) const noexcept {
        const std::uint64_t pair = pairs_[place_of(address)];
        const std::uint64_t tag = tag_of(address);
        return (pair >> 32 == tag) | ((pair & low_half) == tag);  // | has one branch less than ||
    }

    // Remembers an object instead of the older one of the pair in its place.
    void add(std::uint64_t address) noexcept {
        const std::uint64_t tag = tag_of(address);
        if (tag > low_half) return;  // no system gives a process so much memory yet
        std::uint64_t& pair = pairs_[place_of(address)];
        pair = pair << 32 | tag;
    }

    // All of them.
    void clear() noexcept;

    // Clears it and rests, where it would have to be cleared so often that nothing would be found.
    void rest() noexcept;

    static constexpr std::size_t pairs = std::size_t{1} << 17;
    static constexpr std::size_t phase_items = std::size_t{1} << 16;
    static constexpr std::size_t first_rest = std::size_t{1} << 22;

  private:
    enum class phase { warming_up, judging, resting };

    static constexpr std::uint64_t low_half = 0xffffffff;

    // Place and tag together are one-to-one, so that no object is taken for another. The place is
    // the number of the object's cache line, as in a cache: of objects that were allocated together
    // no two compete. The upper bits, mixed in, help where objects lie far apart. The tag is
    // what the place leaves out, plus 1, because 0 marks a free half of a pair.
    static std::size_t place_of(std::uint64_t address) noexcept {
        return static_cast<std::size_t>(address >> 6 ^ address >> 18) % pairs;
    }
    static std::uint64_t tag_of(std::uint64_t address) noexcept {
        return (address >> 23 << 6 | (address & 63)) + 1;
    }

    void enter(phase next, std::size_t items) noexcept;

    std::vector<std::uint64_t> pairs_;  // the newer tag of each is in the low half
    phase phase_ = phase::warming_up;
    std::size_t left_ = phase_items;  // items until the next decision
    std::size_t found_ = 0;           // of those since the last one
    std::size_t next_rest_ = first_rest;
};

}  // namespace cvmcount
