// The values of Arrow columns as items: what is kept of an element beside its identity.
#include <algorithm>
#include <array>
#include <bit>

#include "arrow/columns.hpp"

namespace cvmcount {
namespace {

void write_string(kind which, std::span<const std::byte> bytes, item_writer& out) {
    which == kind::text ? out.text(bytes) : out.bytes(bytes);
}

}  // namespace

void null_column::write_one(std::size_t, item_writer& out) const {
    out.missing();
}

void bit_column::write_one(std::size_t i, item_writer& out) const {
    const std::size_t bit = first_ + i;
    out.boolean((bits_[bit / 8] >> bit % 8 & 1) != 0);
}

void decimal_column::write_one(std::size_t i, item_writer& out) const {
    std::array<std::byte, 32> magnitude;
    const bool negative = find_magnitude(i, magnitude);
    out.decimal({magnitude.data(), width_}, negative, -scale_);
}

template <class Offset>
void string_column<Offset>::write_one(std::size_t i, item_writer& out) const {
    write_string(kind_, bytes_at(i), out);
}

template void string_column<std::int32_t>::write_one(std::size_t, item_writer&) const;
template void string_column<std::int64_t>::write_one(std::size_t, item_writer&) const;

void view_column::write_one(std::size_t i, item_writer& out) const {
    write_string(kind_, bytes_of(views_ + i * view_bytes, nullptr), out);
}

template <class End>
void run_column<End>::write_one(std::size_t i, item_writer& out) const {
    values_->write_item(run_at(first_ + i), out);
}

template void run_column<std::int16_t>::write_one(std::size_t, item_writer&) const;
template void run_column<std::int32_t>::write_one(std::size_t, item_writer&) const;
template void run_column<std::int64_t>::write_one(std::size_t, item_writer&) const;

void list_column::write_one(std::size_t i, item_writer& out) const {
    const range list = range_of(i);
    out.begin_tuple(list.size);
    for (std::size_t member = 0; member < list.size; ++member) {
        values_->write_item(list.begin + member, out);
    }
}

}  // namespace cvmcount
