// Arrow types of every kind, nested in every way, from the bytes of a fuzzer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "input.hpp"

namespace cvmcount::fuzz {

enum class shape { nothing, bits, fixed, strings, views, indices, tuples, lists, list_views };

struct arrow_type {
    std::string format;
    shape form = shape::nothing;
    std::size_t width = 0;  // of a value, an offset or an index, in bytes
    bool has_nulls = true;
    std::string metadata = {};
    std::vector<arrow_type> children = {};
    std::size_t list_length = 0;  // of a fixed-size list
    bool is_runs = false;
    bool is_supported = true;
};

// As the schema's metadata: one pair.
inline std::string extension(const std::string& name) {
    const std::string key = "ARROW:extension:name";
    std::string encoded;
    const auto number = [&encoded](std::size_t value) {
        const auto bytes = static_cast<std::int32_t>(value);
        encoded.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    };
    number(1);
    number(key.size());
    encoded += key;
    number(name.size());
    return encoded + name;
}

inline arrow_type draw_leaf(input& in) {
    static const std::vector<arrow_type> leaves = {
        {"n", shape::nothing, 0, false},
        {"b", shape::bits},
        {"u", shape::strings, 4},
        {"U", shape::strings, 8},
        {"z", shape::strings, 4},
        {"Z", shape::strings, 8},
        {"vu", shape::views, 16},
        {"vz", shape::views, 16},
        {"c", shape::fixed, 1},
        {"C", shape::fixed, 1},
        {"s", shape::fixed, 2},
        {"S", shape::fixed, 2},
        {"i", shape::fixed, 4},
        {"I", shape::fixed, 4},
        {"l", shape::fixed, 8},
        {"L", shape::fixed, 8},
        {"e", shape::fixed, 2},
        {"f", shape::fixed, 4},
        {"g", shape::fixed, 8},
        {"d:9,2,32", shape::fixed, 4},
        {"d:18,-3,64", shape::fixed, 8},
        {"d:38,7", shape::fixed, 16},
        {"d:76,-40,256", shape::fixed, 32},
        {"d:76,400,256", shape::fixed, 32},
        {"d:76,-2147483648,256", shape::fixed, 32},
        {"_pli128", shape::fixed, 16},
        {"_plu128", shape::fixed, 16},
        {"w:0", shape::fixed, 0},
        {"w:3", shape::fixed, 3},
        {"w:16", shape::fixed, 16, true, extension("arrow.uuid")},
        {"c", shape::fixed, 1, true, extension("arrow.bool8")},
        {"tdD", shape::fixed, 4},
        {"tdm", shape::fixed, 8},
        {"tts", shape::fixed, 4},
        {"ttn", shape::fixed, 8},
        {"tDs", shape::fixed, 8},
        {"tDu", shape::fixed, 8},
        {"tsn:", shape::fixed, 8},
        {"tsm:UTC", shape::fixed, 8},
        {"tss:", shape::fixed, 8},
    };
    static const std::array others = {"+us:0,1", "+ud:0", "tiM",  "tin",  "x",   "",    "d:19",
                                      "d:9,2,7", "w:",    "w:-1", "tsx:", "+w:", "+vx", "t"};
    if (in.one_in(64)) {
        arrow_type other{others[in.below(others.size())]};
        other.is_supported = false;
        return other;
    }
    return leaves[in.below(leaves.size())];
}

inline arrow_type draw_type(input& in, int depth) {
    constexpr int most_levels = 4;
    if (depth >= most_levels) return draw_leaf(in);
    switch (in.take() % 16) {
        case 0: {
            static constexpr std::array formats = {"c", "C", "s", "S", "i", "I", "l", "L"};
            const std::size_t which = in.below(formats.size());
            arrow_type type{formats[which], shape::indices, std::size_t{1} << which / 2};
            type.children.push_back(draw_type(in, depth + 1));
            return type;
        }
        case 1: {
            arrow_type type{"+s", shape::tuples};
            for (std::size_t i = in.below(4); i > 0; --i) {
                type.children.push_back(draw_type(in, depth + 1));
            }
            return type;
        }
        case 2: {
            static constexpr std::array formats = {"+l", "+m", "+L", "+vl", "+vL"};
            const std::size_t which = in.below(formats.size());
            arrow_type type{formats[which], which < 3 ? shape::lists : shape::list_views,
                            which == 2 || which == 4 ? 8U : 4U};
            type.children.push_back(draw_type(in, depth + 1));
            return type;
        }
        case 3: {
            arrow_type child = draw_type(in, depth + 1);
            // Nulls take no memory, so there may be many.
            const bool is_long = depth == 0 && child.format == "n" && in.one_in(2);
            const std::size_t length = is_long ? in.below(2'000'000) : in.below(5);
            arrow_type type{"+w:" + std::to_string(length), shape::tuples};
            type.list_length = length;
            type.children.push_back(std::move(child));
            return type;
        }
        case 4: {
            static constexpr std::array formats = {"s", "i", "l"};
            const std::size_t which = in.below(formats.size());
            arrow_type type{"+r", shape::nothing, 0, false};
            type.is_runs = true;
            type.children.push_back({formats[which], shape::fixed, std::size_t{2} << which, false});
            type.children.push_back(draw_type(in, depth + 1));
            return type;
        }
        default:
            return draw_leaf(in);
    }
}

}  // namespace cvmcount::fuzz
