// A red run means that an Arrow producer can make the reader read beyond its memory, or release it
// other than once, or that what a column holds depends on how it is cut.
//
// The bytes become a stream or a single array by arrow_arrays.hpp.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arrow/batches.hpp"
#include "arrow/open_column.hpp"
#include "arrow_arrays.hpp"
#include "arrow_types.hpp"
#include "columns/column_sequence.hpp"
#include "columns/reading_work.hpp"
#include "input.hpp"
#include "simd/vector_level.hpp"

namespace cvmcount::fuzz {
namespace {

#define MUST(holds)                                                      \
    do {                                                                 \
        if (!(holds)) {                                                  \
            std::fprintf(stderr, "line %d: not %s\n", __LINE__, #holds); \
            std::abort();                                                \
        }                                                                \
    } while (false)

// ---- producers --------------------------------------------------------------------------------

struct held_stream {
    arrow_type type;
    bool is_nullable;
    std::vector<ArrowArray> children;  // the batches
    std::size_t next = 0;
    std::size_t error_at;
    bool ended = false;
};

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    const auto* held = static_cast<const held_stream*>(stream->private_data);
    *out = schema_of(held->type, held->is_nullable);
    return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    auto* held = static_cast<held_stream*>(stream->private_data);
    MUST(!held->ended);
    held->ended = held->next == held->error_at || held->next == held->children.size();
    if (held->next == held->error_at) return 5;
    *out = ArrowArray{};
    if (!held->ended) std::swap(*out, held->children[held->next++]);
    return 0;
}

const char* get_last_error(ArrowArrayStream* stream) {
    return static_cast<const held_stream*>(stream->private_data)->error_at % 2 == 0 ? "no more"
                                                                                    : nullptr;
}

// More than two blocks now and then.
std::size_t draw_length(input& in, int depth) {
    return depth < 5 && in.one_in(16) ? in.below(2600) : in.below(40);
}

int levels_below(const arrow_type& type) {
    int deepest = 0;
    for (const arrow_type& child : type.children) {
        deepest = std::max(deepest, 1 + levels_below(child));
    }
    return deepest;
}

struct batches_of_input {
    std::unique_ptr<arrow_batches> batches;
    bool may_fail;  // without any harm
};

bool is_supported(const arrow_type& type) {
    return type.is_supported &&
           std::all_of(type.children.begin(), type.children.end(), is_supported);
}

batches_of_input draw_batches(input& in) {
    arrow_type type = draw_type(in, 0);
    for (std::size_t i = in.one_in(32) ? in.below(130) : 0; i > 0; --i) {
        arrow_type outer{"+s", shape::tuples};
        outer.children.push_back(std::move(type));
        type = std::move(outer);
    }
    const bool is_nullable = !in.one_in(3);  // a struct that is not is a table
    const int depth = levels_below(type);
    const bool may_fail = !is_supported(type) || depth > 50 ||
                          (!is_nullable && type.format == "+s" && type.children.size() != 1);
    if (in.one_in(2)) {
        ArrowSchema schema = schema_of(type, is_nullable);
        ArrowArray array = draw_array(in, type, draw_length(in, depth), 0);
        return {std::make_unique<arrow_batches>(schema, array), may_fail};
    }
    auto* held = new held_stream{type, is_nullable, {}, 0, 0, false};
    for (std::size_t i = in.below(4); i > 0; --i) {
        held->children.push_back(draw_array(in, type, draw_length(in, depth), 0));
    }
    held->error_at = in.below(12);
    const bool has_error = held->error_at <= held->children.size();
    ++unreleased;
    ArrowArrayStream stream{get_schema, get_next, get_last_error,
                            release<ArrowArrayStream, held_stream>, held};
    return {std::make_unique<arrow_batches>(stream), may_fail || has_error};
}

// ---- reading ----------------------------------------------------------------------------------

struct reading {
    std::vector<std::uint64_t> identities;
    std::uint64_t items = 0;
    std::size_t end = 0;
    bool shares_too_much = false;  // how much that is, depends on where a block begins
};

// From `begin` to `end` with so much room at a time, until there is an error.
reading read(column_sequence& columns, std::size_t begin, std::size_t end,
             const reading_rules& rules, std::size_t room) {
    reading result;
    while (begin < end) {
        const std::unique_ptr<std::uint64_t[]> identities(new std::uint64_t[room]);
        reading_output output = {identities.get(), room};
        const sliced_input slices = columns.slices();
        const std::size_t stop = slices.read_slice(slices.context, 0, begin, end, rules, output);
        MUST(stop >= begin && stop <= end && output.kept <= room);
        result.identities.insert(result.identities.end(), identities.get(),
                                 identities.get() + output.kept);
        result.items += output.item_count;
        begin = stop;
        result.shares_too_much = output.error == reading_work::too_many;
        if (output.error != nullptr) break;
        MUST(stop == end || output.kept > 0);  // else it would never end
    }
    result.end = begin;
    return result;
}

std::vector<std::uint64_t> without_repeats(const std::vector<std::uint64_t>& identities) {
    std::vector<std::uint64_t> first;
    std::unordered_set<std::uint64_t> seen;
    for (const std::uint64_t identity : identities) {
        if (seen.insert(identity).second) first.push_back(identity);
    }
    return first;
}

void read_in_every_way(input& in, column_sequence& columns, bool must_succeed) {
    static const identity_hash hash(7);
    constexpr std::size_t least_room = column::block_values + filter_slack;
    const auto levels = vector_levels();
    const std::uint64_t threshold = std::numeric_limits<std::uint64_t>::max() >> in.take() % 3;
    const bool dropna = in.one_in(2);
    reading_rules rules = {.hash = &hash, .threshold = threshold, .dropna = dropna};
    const vector_level& level = levels[in.take() % levels.size()];
    const std::size_t size = columns.size();

    // The twin: one by one, by the plain level.
    reading whole;
    std::vector<std::size_t> kept_before = {0};
    std::vector<std::uint64_t> items_before = {0};
    std::vector<bool> is_readable;
    use_level(levels.back().name);
    for (std::size_t i = 0; i < size; ++i) {
        const reading one = read(columns, i, i + 1, rules, 1 + filter_slack);
        if (one.shares_too_much) return;
        is_readable.push_back(one.end == i + 1);
        whole.identities.insert(whole.identities.end(), one.identities.begin(),
                                one.identities.end());
        kept_before.push_back(whole.identities.size());
        items_before.push_back(items_before.back() + one.items);
    }
    MUST(!must_succeed ||
         std::find(is_readable.begin(), is_readable.end(), false) == is_readable.end());
    const auto agrees = [&](const reading& result, std::size_t begin) {
        for (std::size_t i = begin; i < result.end; ++i) MUST(is_readable[i]);
        MUST(!must_succeed || result.end == size);
        MUST(result.items == items_before[result.end] - items_before[begin]);
        std::vector<std::uint64_t> expected(
            whole.identities.begin() + static_cast<std::ptrdiff_t>(kept_before[begin]),
            whole.identities.begin() + static_cast<std::ptrdiff_t>(kept_before[result.end]));
        if (!rules.skip_repeats) {
            MUST(result.identities == expected);
        } else {
            MUST(without_repeats(result.identities) == without_repeats(expected));
        }
    };

    use_level(level.name);
    columns.clear_caches();
    if (read(columns, 0, size, rules, size + least_room).shares_too_much) return;
    for (const bool skip_repeats : {false, true}) {
        rules.skip_repeats = skip_repeats;
        columns.clear_caches();
        agrees(read(columns, 0, size, rules, size + least_room), 0);
        columns.clear_caches();
        agrees(read(columns, 0, size, rules, least_room), 0);
        columns.clear_caches();
        const std::size_t begin = in.below(size + 1);  // as a later worker does
        agrees(read(columns, begin, size, rules, least_room + in.below(3000)), begin);
        columns.clear_caches();
        reading pieces;
        const std::size_t step = 1 + in.below(1500);
        while (pieces.end < size) {
            const std::size_t end = std::min(pieces.end + step, size);
            const reading part = read(columns, pieces.end, end, rules, least_room);
            pieces.identities.insert(pieces.identities.end(), part.identities.begin(),
                                     part.identities.end());
            pieces.items += part.items;
            pieces.end = part.end;
            if (part.end < end) break;
        }
        agrees(pieces, 0);
        columns.clear_caches();
    }
}

void run(input in) {
    batches_of_input source = draw_batches(in);
    column_sequence columns;
    bool failed = false;
    const bool one_by_one = in.one_in(2);
    for (bool more = true; more;) {
        try {
            more = source.batches->append_next(columns);
        } catch (const unsupported_column&) {
            failed = true;
        } catch (const malformed_column&) {
            failed = true;
        } catch (const arrow_stream_error&) {
            failed = true;
        }
        MUST(!failed || source.may_fail || in.harmed());
        more = more && !failed;
        if (one_by_one || !more) {
            read_in_every_way(in, columns, !in.harmed());
            columns.clear();
            source.batches->release();
        }
    }
}

}  // namespace
}  // namespace cvmcount::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cvmcount::fuzz;
    run(input({data, size}));
    MUST(unreleased == 0);
    return 0;
}
