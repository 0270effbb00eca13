// Values that lie in pages, so that none moves when there are more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace cvmcount {

template <class Value>
class pages {
  public:
    static_assert(std::is_trivially_copyable_v<Value>);

    pages() = default;
    pages(const pages& other) : size_(other.size_) {
        pages_.reserve(other.pages_.size());
        for (const auto& page : other.pages_) {
            pages_.emplace_back(new Value[page_size]);
            std::copy_n(page.get(), page_size, pages_.back().get());
        }
    }
    pages(pages&&) noexcept = default;
    pages& operator=(pages&&) noexcept = default;

    std::uint32_t size() const noexcept { return size_; }

    // Appends a value and returns its place. Throws std::bad_alloc.
    std::uint32_t add(const Value& value) {
        if (size_ % page_size == 0 && size_ / page_size == pages_.size()) {
            pages_.emplace_back(new Value[page_size]());
        }
        (*this)[size_] = value;
        return size_++;
    }

    Value& operator[](std::uint32_t place) noexcept {
        return pages_[place / page_size][place % page_size];
    }
    const Value& operator[](std::uint32_t place) const noexcept {
        return pages_[place / page_size][place % page_size];
    }

    std::size_t memory_bytes() const noexcept {
        return pages_.size() * (page_size * sizeof(Value) + sizeof(pages_[0]));
    }

  private:
    static constexpr std::uint32_t page_size = 16;

    std::vector<std::unique_ptr<Value[]>> pages_;
    std::uint32_t size_ = 0;
};

}  // namespace cvmcount
