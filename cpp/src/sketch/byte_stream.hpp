// The numbers of a saved sketch to bytes and back, little-endian on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/bit_cast.hpp"
#include "base/bytes.hpp"

namespace cvmcount {

class byte_writer {
  public:
    explicit byte_writer(std::size_t size) { bytes_.reserve(size); }

    void byte(std::uint8_t value) { bytes_.push_back(std::byte{value}); }
    void word(std::uint64_t value) { number(value, sizeof value); }
    void real(double value) { word(bit_cast<std::uint64_t>(value)); }

    // The lowest bytes of it, so many.
    void number(std::uint64_t value, std::size_t width) {
        std::array<std::byte, sizeof value> little;
        store_le(little.data(), value);
        const auto end = little.begin() + static_cast<std::ptrdiff_t>(width);
        bytes_.insert(bytes_.end(), little.begin(), end);
    }

    void bytes(std::span<const std::byte> values) {
        bytes_.insert(bytes_.end(), values.begin(), values.end());
    }

    void words(const std::vector<std::uint64_t>& values) {
        const std::size_t begin = bytes_.size();
        bytes_.resize(begin + values.size() * sizeof(std::uint64_t));
        for (std::size_t i = 0; i < values.size(); ++i) {
            store_le(bytes_.data() + begin + i * sizeof(std::uint64_t), values[i]);
        }
    }

    std::size_t size() const noexcept { return bytes_.size(); }

    std::vector<std::byte> take() && { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

// Throws std::invalid_argument where fewer bytes are left than asked for.
class byte_reader {
  public:
    explicit byte_reader(std::span<const std::byte> rest) noexcept : rest_(rest) {}

    std::size_t left() const noexcept { return rest_.size(); }

    std::span<const std::byte> take(std::size_t size) {
        if (size > rest_.size()) {
            throw std::invalid_argument("the saved sketch is not valid: it ends too early");
        }
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1)[0]); }
    std::uint64_t word() { return load_le<std::uint64_t>(take(sizeof(std::uint64_t)).data()); }
    double real() { return bit_cast<double>(word()); }

    std::uint64_t number(std::size_t width) {
        std::array<std::byte, sizeof(std::uint64_t)> little = {};
        const auto source = take(width);
        std::copy(source.begin(), source.end(), little.begin());
        return load_le<std::uint64_t>(little.data());
    }

    std::vector<std::uint64_t> words(std::size_t count) {
        if (count > left() / sizeof(std::uint64_t)) take(left() + 1);
        const auto source = take(count * sizeof(std::uint64_t));
        std::vector<std::uint64_t> values(count);
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = load_le<std::uint64_t>(source.data() + i * sizeof(std::uint64_t));
        }
        return values;
    }

  private:
    std::span<const std::byte> rest_;
};

}  // namespace cvmcount
