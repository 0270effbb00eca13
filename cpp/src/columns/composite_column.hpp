// Values that are made of one value of each field: Arrow structs, or columns of pandas that hold
// two arrays.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columns/column.hpp"

namespace cvmcount {

class composite_column final : public column {
  public:
    // Each field has `size` values. The kind is one that is known by its members.
    composite_column(kind which, std::vector<std::unique_ptr<column>> fields,
                     std::size_t size) noexcept
        : column(size), kind_(which), fields_(std::move(fields)) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;

    kind kind_;
    std::vector<std::unique_ptr<column>> fields_;
};

// One text, as often as there are values: the field that tells a class from others.
class same_text_column final : public column {
  public:
    same_text_column(std::string utf8, std::size_t size) noexcept
        : column(size), utf8_(std::move(utf8)) {}

  private:
    filter_output read_block(const block& which) const override;
    void write_one(std::size_t i, item_writer& out) const override;

    std::string utf8_;
};

}  // namespace cvmcount
