// Which fields of a line are looked at, whatever their order and number in the tuple.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "lines/line_form.hpp"

namespace cvmcount {

class wanted_fields {
  public:
    explicit wanted_fields(const line_form& form) noexcept {
        const auto end = std::copy(form.fields.begin(), form.fields.end(), numbers_.begin());
        std::sort(numbers_.begin(), end);
        size_ = static_cast<std::size_t>(std::unique(numbers_.begin(), end) - numbers_.begin());
    }

    std::size_t size() const noexcept { return size_; }

    // The number of a field, ascending with the place.
    std::size_t operator[](std::size_t place) const noexcept { return numbers_[place]; }

    std::size_t place_of(std::size_t number) const noexcept {
        const auto end = numbers_.begin() + static_cast<std::ptrdiff_t>(size_);
        return static_cast<std::size_t>(std::lower_bound(numbers_.begin(), end, number) -
                                        numbers_.begin());
    }

  private:
    std::array<std::size_t, line_form::most_fields> numbers_{};
    std::size_t size_ = 0;
};

}  // namespace cvmcount
