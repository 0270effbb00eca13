#include <algorithm>
#include <array>
#include <cstring>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "columns/array_columns.hpp"
#include "columns/string_filter.hpp"
#include "simd/word_filter_levels.hpp"

namespace cvmcount {
namespace {

std::uint32_t load_unit(const std::byte* source, bool swapped) noexcept {
    std::uint32_t unit;
    std::memcpy(&unit, source, sizeof unit);
    return swapped ? byte_swap(unit) : unit;
}

// Text of UTF-32 units, encoded in place of the last one.
class text_encoder {
  public:
    // Returns false where the text is longer than this holds, or has units that are no code
    // points.
    bool encode(const std::byte* source, std::size_t width, bool swapped) noexcept {
        while (width > 0 && load_unit(source + 4 * (width - 1), false) == 0) --width;
        if (width > units_.size()) return false;
        std::uint32_t largest = 0;
        for (std::size_t i = 0; i < width; ++i) {
            units_[i] = load_unit(source + 4 * i, swapped);
            largest = std::max(largest, units_[i]);
        }
        if (largest >= 0x110000) return false;
        size_ = width;
        if (largest >= 0x80) {
            size_ = encode_utf8(units_.data(), width, utf8_.data());
            return true;
        }
        for (std::size_t i = 0; i < width; ++i) utf8_[i] = static_cast<std::byte>(units_[i]);
        return true;
    }

    std::span<const std::byte> utf8() const noexcept { return {utf8_.data(), size_}; }

  private:
    static constexpr std::size_t max_units = 1024;  // 8 kB on the stack of any thread

    std::array<std::uint32_t, max_units> units_;
    std::array<std::byte, 4 * max_units> utf8_;
    std::size_t size_ = 0;
};

}  // namespace

filter_output fixed_bytes_column::read_block(const block& which) const {
    const auto string = [&](std::size_t i) {
        const std::byte* source = value(which.begin + i);
        std::size_t used = width_;
        while (end_ == padding::zeros && used > 0 && source[used - 1] == std::byte{0}) --used;
        return std::span<const std::byte>(source, used);
    };
    return filter_strings(which.size, which.missing, which.rules, kind_, which.out, string);
}

filter_output fixed_text_column::read_block(const block& which) const {
    text_encoder encoder;
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        if (!encoder.encode(value(which.begin + i), width_, values().swapped)) {
            throw_unidentified();
        }
        identity = which.rules.hash->of_text(encoder.utf8());
        return true;
    };
    return filter_one_by_one(which.size, which.missing, which.rules, which.out, identify);
}

filter_output packed_text_column::read_block(const block& which) const {
    using answer = library::answer;
    const auto identify = [&](std::size_t i, std::uint64_t& identity) {
        const char* text = nullptr;
        std::size_t size = 0;
        const answer found =
            library_.unpack(library_.context, value(which.begin + i), &text, &size);
        if (found == answer::error) throw_unidentified();
        if (found != answer::text) return false;
        const auto* bytes = reinterpret_cast<const std::byte*>(text);
        identity = which.rules.hash->of_text({bytes, size});
        return true;
    };
    const struct opened {
        explicit opened(const library& packer) : packer_(packer) { packer_.open(packer_.context); }
        ~opened() { packer_.close(packer_.context); }
        const library& packer_;
    } for_this_block(library_);
    return filter_one_by_one(which.size, which.missing, which.rules, which.out, identify);
}

}  // namespace cvmcount
