// Arrow arrays from the bytes of a fuzzer, well-formed or not.
//
// Each buffer is a block of the heap of exactly the size that the structures and the buffers before
// it imply, so that ASan sees whoever reads on. What a consumer cannot check is never wrong: how
// long a buffer is, and that an array is of its schema's kind.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "arrow/abi.hpp"
#include "arrow_types.hpp"
#include "input.hpp"

namespace cvmcount::fuzz {

// How many structures were handed out and not yet released.
inline std::int64_t unreleased = 0;

struct held_schema {
    arrow_type type;
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;
};

template <class Structure>
void release_all(std::vector<Structure>& structures) {
    for (Structure& structure : structures) {
        if (structure.release != nullptr) structure.release(&structure);
    }
}

// Releasing twice frees twice, which ASan sees.
template <class Structure, class Held>
void release(Structure* structure) {
    auto* held = static_cast<Held*>(structure->private_data);
    release_all(held->children);
    delete held;
    structure->release = nullptr;
    --unreleased;
}

inline ArrowSchema schema_of(const arrow_type& type, bool is_nullable) {
    auto* held = new held_schema{type, {}, {}};
    for (const arrow_type& child : type.children) held->children.push_back(schema_of(child, true));
    for (ArrowSchema& child : held->children) held->pointers.push_back(&child);
    ++unreleased;
    ArrowSchema schema{};
    schema.format = held->type.format.c_str();
    schema.name = "name";
    schema.metadata = type.metadata.empty() ? nullptr : held->type.metadata.data();
    schema.flags = is_nullable ? ARROW_FLAG_NULLABLE : 0;
    const bool has_dictionary = type.form == shape::indices;
    schema.n_children = has_dictionary ? 0 : static_cast<std::int64_t>(held->pointers.size());
    schema.children = held->pointers.data();
    schema.dictionary = has_dictionary ? held->pointers[0] : nullptr;
    schema.release = release<ArrowSchema, held_schema>;
    schema.private_data = held;
    return schema;
}

struct held_array {
    std::vector<std::unique_ptr<std::byte[]>> blocks;
    std::vector<const void*> buffers;
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;

    // Perhaps at an odd address.
    std::byte* add(input& in, std::size_t size) {
        const std::size_t shift = in.take() % 8;
        blocks.push_back(std::make_unique<std::byte[]>(shift + size));
        std::byte* block = blocks.back().get() + shift;
        in.fill(block, size);
        buffers.push_back(block);
        return block;
    }
};

inline void store(std::byte* numbers, std::size_t i, std::size_t width, std::int64_t value) {
    for (std::size_t byte = 0; byte < width; ++byte) {
        const auto place = std::endian::native == std::endian::little ? byte : width - 1 - byte;
        numbers[i * width + place] = static_cast<std::byte>(value >> 8 * byte & 0xff);
    }
}

inline std::int64_t load(const std::byte* numbers, std::size_t i, std::size_t width) {
    if (width == 8) {
        std::int64_t value;
        std::memcpy(&value, numbers + i * 8, 8);
        return value;
    }
    std::int32_t value;
    std::memcpy(&value, numbers + i * 4, 4);
    return value;
}

// Some of them become the greatest, the least and what lies around zero.
inline void store_extremes(input& in, std::byte* numbers, std::size_t count, std::size_t width) {
    const std::size_t distance = 1 + in.take() % 4;
    if (width == 0) return;
    for (std::size_t i = 0; i < count; i += distance) {
        static constexpr std::array<std::array<std::uint8_t, 2>, 5> ends = {
            {{0xff, 0x7f}, {0, 0x80}, {1, 0x80}, {0xff, 0xff}, {0, 0}}};
        const std::size_t which = (in.take() + i) % ends.size();
        // From the least byte to the greatest, the last of which is the second.
        const bool is_little = std::endian::native == std::endian::little;
        std::byte* number = numbers + i * width;
        std::memset(number, which == 2 ? 0 : ends[which][0], width);
        number[is_little ? 0 : width - 1] = static_cast<std::byte>(ends[which][0]);
        number[is_little ? width - 1 : 0] = static_cast<std::byte>(ends[which][1]);
    }
}

// No difference of two neighbours is negative, modulo what their type holds.
inline void store_leaps(input& in, std::byte* numbers, std::size_t count, std::size_t width) {
    const std::uint64_t most = width == 4 ? INT32_MAX : INT64_MAX;
    const std::array<std::uint64_t, 4> steps = {0, 1, most, most - 1};
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        store(numbers, i, width, static_cast<std::int64_t>(number));
        number += steps[in.take() % steps.size()];
    }
}

// Rising offsets of `count` pieces, up to `end` if that is not negative.
inline std::int64_t store_offsets(input& in, std::byte* offsets, std::size_t count,
                                  std::size_t width, std::int64_t end) {
    const std::size_t longest = 1 + in.take() % 24;
    std::int64_t offset = static_cast<std::int64_t>(in.below(4));
    for (std::size_t i = 0; i <= count; ++i) {
        if (end >= 0) offset = std::min(offset, end);
        store(offsets, i, width, offset);
        if (i < count) offset += static_cast<std::int64_t>((in.take() + i) % longest);
    }
    return load(offsets, count, width);
}

inline void add_strings(input& in, held_array& held, std::size_t rows, std::size_t width) {
    constexpr std::int64_t longest = 1 << 14;
    std::byte* offsets = held.add(in, (rows + 1) * width);
    std::int64_t last = 0;
    if (in.harm_one_in(8)) {  // the last offset says how many bytes there are
        const std::size_t how = in.take() % 4;
        if (how == 1) store_extremes(in, offsets, rows, width);
        if (how == 2) store_leaps(in, offsets, rows + 1, width);
        last = load(offsets, rows, width);
        if (last > longest) store(offsets, rows, width, last %= longest);
    } else {
        last = store_offsets(in, offsets, rows, width, -1);
    }
    held.add(in, static_cast<std::size_t>(std::max<std::int64_t>(last, 0)));
}

inline void add_views(input& in, held_array& held, std::size_t rows) {
    std::byte* views = held.add(in, rows * 16);
    std::array<std::int64_t, 3> sizes{};
    const std::size_t count = in.below(sizes.size() + 1);
    for (std::size_t i = 0; i < count; ++i) {
        sizes[i] = static_cast<std::int64_t>(in.below(200));
        held.add(in, static_cast<std::size_t>(sizes[i]));
    }
    std::byte* stored = held.add(in, count * 8);
    for (std::size_t i = 0; i < count; ++i) {
        constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
        const bool harmed = in.harm_one_in(16);  // a size that is too large nobody could tell
        store(stored, i, 8,
              harmed ? (in.one_in(2) ? least + in.take() : -1 - in.take()) : sizes[i]);
    }
    const bool any = in.harm_one_in(8);
    for (std::size_t i = 0; i < rows; ++i) {
        std::byte* view = views + 16 * i;
        const std::size_t which = count == 0 ? 0 : (in.take() + i) % count;
        if (any && in.one_in(4)) {  // some are nearly right
            store(view, 2, 4, static_cast<std::int64_t>(in.below(count + 2)));
            store(view, 0, 4, static_cast<std::int64_t>(in.below(300)) - 4);
        } else if (!any) {
            const std::int64_t size = count == 0 ? 0 : sizes[which];
            const std::int64_t most = std::max<std::int64_t>(size, 12);
            const std::int64_t length =
                (in.take<std::uint16_t>() + static_cast<int>(i)) % (most + 1);
            store(view, 0, 4, length);
            if (length <= 12) continue;
            store(view, 2, 4, static_cast<std::int64_t>(which));
            store(view, 3, 4, in.take() % (size - length + 1));
        }
    }
}

inline ArrowArray draw_array(input& in, const arrow_type& type, std::size_t length, int depth);
inline ArrowArray draw_whole_array(input& in, const arrow_type& type, std::size_t length,
                                   int depth);

inline void add_child(input& in, held_array& held, const arrow_type& type, std::size_t length,
                      int depth) {
    if (in.harm_one_in(64)) length /= 2;
    held.children.push_back(draw_array(in, type, length, depth + 1));
}

inline void add_lists(input& in, held_array& held, const arrow_type& type, std::size_t rows,
                      int depth) {
    const std::size_t values = in.below(depth == 0 ? 100 : 20);
    const auto end = static_cast<std::int64_t>(values);
    const bool is_view = type.form == shape::list_views;
    std::byte* offsets = held.add(in, (is_view ? rows : rows + 1) * type.width);
    std::byte* sizes = is_view ? held.add(in, rows * type.width) : nullptr;
    if (in.harm_one_in(8)) {
        if (in.one_in(2)) store_extremes(in, offsets, rows, type.width);
        if (is_view && in.one_in(2)) store_extremes(in, sizes, rows, type.width);
        if (!is_view && in.one_in(2)) store_leaps(in, offsets, rows + 1, type.width);
    } else {
        if (!is_view) store_offsets(in, offsets, rows, type.width, end);
        const bool is_shared = is_view && in.one_in(3);  // all by all
        for (std::size_t i = 0; is_shared && i < rows; ++i) {
            store(offsets, i, type.width, 0);
            store(sizes, i, type.width, end);
        }
        for (std::size_t i = 0; is_view && !is_shared && i < rows; ++i) {
            const std::int64_t offset = (in.take() + static_cast<int>(i)) % (end + 1);
            store(offsets, i, type.width, offset);
            store(sizes, i, type.width, in.take() % (end - offset + 1));
        }
    }
    add_child(in, held, type.children[0], values, depth);
}

inline void add_runs(input& in, held_array& held, const arrow_type& type, std::size_t rows,
                     int depth) {
    const std::size_t runs =
        rows == 0 ? in.below(2) : 1 + in.below(std::min<std::size_t>(rows, 50));
    ArrowArray ends = draw_whole_array(in, type.children[0], runs, depth + 1);
    auto* block = const_cast<void*>(ends.buffers[1]);
    const bool any = in.harm_one_in(8);  // what was drawn
    const auto first = static_cast<std::size_t>(ends.offset);
    for (std::size_t i = 0; !any && i < runs; ++i) {
        const std::size_t end = i + 1 == runs ? std::max(rows, runs) : i + 1;
        store(static_cast<std::byte*>(block), first + i, type.children[0].width,
              static_cast<std::int64_t>(end));
    }
    held.children.push_back(ends);
    add_child(in, held, type.children[1], runs, depth);
}

inline void add_indices(input& in, held_array& held, const arrow_type& type, std::size_t rows,
                        int depth) {
    const std::size_t entries = 1 + in.below(depth == 0 ? 100 : 10);
    std::byte* indices = held.add(in, rows * type.width);
    const bool any = in.harm_one_in(8);
    if (any && in.one_in(2)) store_extremes(in, indices, rows, type.width);
    for (std::size_t i = 0; !any && i < rows; ++i) {
        store(indices, i, type.width, static_cast<std::int64_t>((in.take() + i) % entries));
    }
    add_child(in, held, type.children[0], entries, depth);
}

// Harms that a consumer can see.
inline void harm(input& in, ArrowArray& array) {
    auto& held = *static_cast<held_array*>(array.private_data);
    switch (in.take() % 6) {
        case 0:
            array.n_buffers = static_cast<std::int64_t>(in.below(2)) - 1;
            break;
        case 1:
            array.n_children = 1 - array.n_children;
            break;
        case 2:
            array.length = -1;
            break;
        case 3:
            array.offset = in.one_in(2) ? -1 : INT64_MAX - 5;
            break;
        case 4:
            if (!held.buffers.empty()) held.buffers[in.below(held.buffers.size())] = nullptr;
            break;
        default:
            if (held.pointers.empty()) break;
            array.dictionary = nullptr;
            held.pointers[0] = nullptr;
    }
}

// `length` rows behind some others.
inline ArrowArray draw_whole_array(input& in, const arrow_type& type, std::size_t length,
                                   int depth) {
    auto* held = new held_array;
    const std::size_t offset = in.one_in(2) ? in.below(20) : 0;
    const std::size_t rows = offset + length;
    std::int64_t null_count = 0;
    if (type.has_nulls) {
        const bool has_bitmap = in.one_in(2);
        if (has_bitmap) held->add(in, (rows + 7) / 8);
        if (!has_bitmap) held->buffers.push_back(nullptr);
        null_count = has_bitmap || in.one_in(2) ? -1 : 0;
    } else if (type.form == shape::fixed) {
        held->buffers.push_back(nullptr);
    }
    switch (type.form) {
        case shape::nothing:
            if (type.is_runs) add_runs(in, *held, type, rows, depth);
            break;
        case shape::bits:
            held->add(in, (rows + 7) / 8);
            break;
        case shape::fixed:
            held->add(in, rows * type.width);
            if (in.one_in(4)) {
                auto* block = static_cast<std::byte*>(const_cast<void*>(held->buffers.back()));
                store_extremes(in, block, rows, type.width);
            }
            break;
        case shape::strings:
            add_strings(in, *held, rows, type.width);
            break;
        case shape::views:
            add_views(in, *held, rows);
            break;
        case shape::indices:
            add_indices(in, *held, type, rows, depth);
            break;
        case shape::lists:
        case shape::list_views:
            add_lists(in, *held, type, rows, depth);
            break;
        case shape::tuples:
            for (const arrow_type& child : type.children) {
                const bool is_list = type.format != "+s";
                const std::size_t more = in.one_in(4) ? in.below(4) : 0;
                add_child(in, *held, child, (is_list ? rows * type.list_length : rows) + more,
                          depth);
            }
            break;
    }
    for (ArrowArray& child : held->children) held->pointers.push_back(&child);
    ++unreleased;
    const bool has_dictionary = type.form == shape::indices;
    ArrowArray array{};
    array.length = static_cast<std::int64_t>(length);
    array.offset = static_cast<std::int64_t>(offset);
    array.null_count = null_count;
    array.n_buffers = static_cast<std::int64_t>(held->buffers.size());
    array.buffers = held->buffers.data();
    array.n_children = has_dictionary ? 0 : static_cast<std::int64_t>(held->pointers.size());
    array.children = held->pointers.data();
    array.dictionary = has_dictionary ? held->pointers[0] : nullptr;
    array.release = release<ArrowArray, held_array>;
    array.private_data = held;
    return array;
}

inline ArrowArray draw_array(input& in, const arrow_type& type, std::size_t length, int depth) {
    ArrowArray array = draw_whole_array(in, type, length, depth);
    if (in.harm_one_in(128)) harm(in, array);
    return array;
}

}  // namespace cvmcount::fuzz
