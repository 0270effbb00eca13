// What a fuzzer draws from: its bytes, one after the other.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace cvmcount::fuzz {

class input {
  public:
    explicit input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    // Zero when all is used up.
    template <class Value = std::uint8_t>
    Value take() {
        Value value{};
        const std::size_t size = std::min(sizeof value, bytes_.size());
        if (size > 0) std::memcpy(&value, bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
        return value;
    }

    std::size_t below(std::size_t end) { return take<std::uint16_t>() % end; }
    bool one_in(std::size_t times) { return take() % times == times - 1; }

    // As one_in(), for what makes the structures malformed.
    bool harm_one_in(std::size_t times) {
        const bool harm = one_in(times);
        harmed_ = harmed_ || harm;
        return harm;
    }
    bool harmed() const { return harmed_; }

    // A few bytes over and over, with a difference from one time to the next.
    void fill(std::byte* block, std::size_t size) {
        std::array<std::uint8_t, 16> pattern{};
        const std::size_t length = 1 + take() % pattern.size();
        const unsigned step = take() % 4;
        for (std::size_t i = 0; i < length; ++i) pattern[i] = take();
        for (std::size_t i = 0; i < size; ++i) {
            block[i] = static_cast<std::byte>(pattern[i % length] + step * (i / length));
        }
    }

  private:
    std::span<const std::uint8_t> bytes_;
    bool harmed_ = false;
};

}  // namespace cvmcount::fuzz
