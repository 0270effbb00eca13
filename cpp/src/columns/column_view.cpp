#include "cvmcount/column_view.hpp"

#include <utility>

#include "columns/array_columns.hpp"

namespace cvmcount {

column_view::column_view(std::unique_ptr<column> values) noexcept : values_(std::move(values)) {}
column_view::column_view(column_view&&) noexcept = default;
column_view& column_view::operator=(column_view&&) noexcept = default;
column_view::~column_view() = default;

column_view column_view::numbers(number_type type, const layout& values) {
    return column_view(std::make_unique<number_column>(type, values));
}

column_view column_view::fixed_text(std::size_t width, const layout& values) {
    return column_view(std::make_unique<fixed_text_column>(width, values));
}

column_view column_view::fixed_bytes(std::size_t width, const layout& values) {
    return column_view(std::make_unique<fixed_bytes_column>(width, values));
}

column_view column_view::times(std::int64_t nanoseconds, const layout& values) {
    const time_form form = {.which = kind::aware_datetime, .factor = nanoseconds};
    return column_view(std::make_unique<time_column>(form, values));
}

column_view& column_view::with_mask(const layout& mask) noexcept {
    values_->set_mask(mask);
    return *this;
}

column_view& column_view::with_validity(const std::uint8_t* bits, std::size_t first) noexcept {
    values_->set_validity(bits, first);
    return *this;
}

}  // namespace cvmcount
