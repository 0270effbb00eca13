// How a sketch takes items, and keeps the values of those that enter its sample.
#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include "arrow/batches.hpp"
#include "arrow/open_column.hpp"
#include "base/utf8.hpp"
#include "columns/column_sequence.hpp"
#include "columns/find_items.hpp"
#include "reading/parallel_reader.hpp"
#include "sketch/parts.hpp"

namespace cvmcount {
namespace {

// Items that are read before the sampler takes them: enough to be fast, and few enough for the
// cache of a core.
constexpr std::size_t pass_items = std::size_t{1} << 14;

}  // namespace

// ---- counting -----------------------------------------------------------------------------------

reading_rules sketch::rules() const noexcept {
    return {.hash = parts_->hash.get(),
            .threshold = parts_->highest_of_use(),
            .dropna = parts_->settings.dropna,
            .skip_repeats = parts_->sample.kind() == coins::hashed && !parts_->keeps_summaries()};
}

void sketch::take(const reading_output& output) {
    const std::span<const std::uint64_t> identities(output.identities, output.kept);
    if (parts_->keeps_summaries()) return take(identities, {}, output.item_count);
    parts_->sample.offer_filtered(identities, output.item_count);
}

// Finds the values of what has entered the buffer since it had so many entries.
template <class Find>
void sketch::keep_items(std::uint64_t entries_before, Find find) {
    if (!may_lack()) return;
    lacking_items found = lacking();
    found.only_of_reader = (**parts_->kept).entries_given == entries_before;
    if (found.left() > 0) find(found);
    give(found);
}

template <class Write>
void sketch::add_identity_of(std::uint64_t identity, Write write) {
    add_identity(identity);
    if (!lacks(identity)) return;
    item_bytes bytes;
    item_writer out(bytes);
    write(out);
    give(identity, bytes);
}

void sketch::add(std::string_view text) {
    const auto bytes = std::as_bytes(std::span<const char>(text));
    const bool is_text = is_utf8(bytes);
    add_identity_of(parts_->hash->of_bytes(is_text ? kind::text : kind::bytes, bytes),
                    [&](item_writer& out) { is_text ? out.text(bytes) : out.bytes(bytes); });
}

void sketch::add_real(double number) {
    if (number == number) {
        add_identity_of(parts_->hash->of_real(number), [=](item_writer& out) { out.real(number); });
    } else if (!dropna()) {
        add_identity_of(parts_->hash->of_missing(), [](item_writer& out) { out.missing(); });
    }
}

void sketch::add_integer(std::int64_t number) {
    add_identity_of(parts_->hash->of_integer(number),
                    [=](item_writer& out) { out.integer(number); });
}

void sketch::add_unsigned(std::uint64_t number) {
    add_identity_of(parts_->hash->of_unsigned(number),
                    [=](item_writer& out) { out.natural(number); });
}

void sketch::add_identity(std::uint64_t identity) {
    if (parts_->keeps_summaries()) return take({&identity, 1}, {}, 1);
    parts_->sample.offer_filtered({&identity, 1}, 1);
}

// ---- keeping values -----------------------------------------------------------------------------

void sketch::select(std::span<std::uint64_t> identities, std::vector<place>& places) const {
    const std::uint64_t missing = parts_->hash->of_missing();
    const std::uint64_t threshold = parts_->highest_of_use();
    const bool dropna = parts_->settings.dropna;
    places.resize(identities.size() + 1);
    std::size_t kept = 0;
    std::uint64_t items = 0;
    for (std::size_t i = 0; i < identities.size(); ++i) {
        const std::uint64_t identity = identities[i];
        const bool is_element = identity != missing || !dropna;
        identities[kept] = identity;
        places[kept] = {i, items};
        items += is_element ? 1 : 0;
        kept += is_element && identity <= threshold ? 1 : 0;
    }
    places[kept] = {identities.size(), items};
    places.resize(kept + 1);
}

// An element that is in the buffer at the end was below the threshold at each of its occurrences.
// What was turned away, or evicted, gets a summary that is of no use: it is taken away later.
void sketch::take(std::span<const std::uint64_t> identities, std::span<const item_number> numbers,
                  std::uint64_t items) {
    parts& own = *parts_;
    kept_items& kept = **own.kept;
    for (const item_number& number : numbers) kept.agree_on(number.form);
    // What has a summary and is small enough is in the buffer: only the others are offered to it.
    std::array<std::uint64_t, 256> others;
    std::uint64_t offered = 0;
    for (std::size_t begin = 0; begin < identities.size(); begin += others.size()) {
        const std::size_t end = std::min(begin + others.size(), identities.size());
        const std::uint64_t most = own.highest_of_use();
        std::size_t count = 0;
        try {
            for (std::size_t i = begin; i < end; ++i) {
                if (identities[i] > most) continue;
                others[count] = identities[i];
                count += kept.count(identities[i], numbers.empty() ? item_number() : numbers[i]);
            }
            own.sample.offer_filtered({others.data(), count}, count);
        } catch (...) {
            // They may not be in the buffer, so they are offered again when they come again.
            for (std::size_t i = 0; i < count; ++i) kept.clear_summary(others[i]);
            throw;
        }
        offered += count;
    }
    own.sample.offer_filtered({}, items - offered);
    own.tidy();
}

bool sketch::may_lack() const noexcept {
    return parts_->kept && parts_->sample.entries() != (**parts_->kept).entries_given;
}

std::uint64_t sketch::entries() const noexcept {
    return parts_->sample.entries();
}

lacking_items sketch::lacking() const {
    std::vector<std::uint64_t> ids;
    if (parts_->kept) {
        ids = retained_ids();
        const kept_items& kept = **parts_->kept;
        std::erase_if(ids, [&kept](std::uint64_t id) {
            const kept_item* const item = kept.find(id);
            return item != nullptr && !item->bytes.empty();
        });
    }
    lacking_items lacking(std::move(ids));
    lacking.entries = parts_->sample.entries();
    return lacking;
}

void sketch::give(lacking_items& found) {
    if (!parts_->kept) return;
    found.move_to(**parts_->kept);
    // What is still lacking another thread may have, or one that has begun since.
    if (found.left() == 0) (**parts_->kept).entries_given = found.entries;
    parts_->tidy();
}

// The largest identity is in the buffer, too. Of fresh coins, an item that is not is tidied away.
bool sketch::lacks(std::uint64_t identity) const noexcept {
    const sampler& sample = parts_->sample;
    if (!parts_->kept || (identity > 0 && identity - 1 > sample.threshold())) return false;
    const kept_item* const item = (**parts_->kept).find(identity);
    return item == nullptr || item->bytes.empty();
}

void sketch::give(std::uint64_t identity, std::span<const std::byte> item) {
    if (!parts_->kept) return;
    kept_items& kept = **parts_->kept;
    item_bytes& bytes = kept.at(identity).bytes;
    if (!bytes.empty()) return;  // another thread has given it
    bytes.assign(item.begin(), item.end());
    // Where this was the only entry since nothing was lacking, nothing is lacking again.
    if (kept.entries_given + 1 == parts_->sample.entries()) ++kept.entries_given;
    parts_->tidy();
}

const kept_items& sketch::kept() const noexcept {
    static const kept_items nothing;
    return parts_->kept ? **parts_->kept : nothing;
}

sample_facts sketch::facts() const noexcept {
    const sampler& sample = parts_->sample;
    sample_facts facts = {.sampled_fraction = sample.sampling_rate(),
                          .exact = sample.is_exact(),
                          .estimate = sample.estimate()};
    if (sample.kind() == coins::fresh) return facts;
    facts.sampled_fraction = sample.hashed().sampled_fraction();
    if (const auto history = sample.hashed().history()) {
        facts.has_history = true;
        facts.variance = history->variance;
    }
    return facts;
}

std::vector<std::uint64_t> sketch::retained_ids() const {
    return parts_->sample.retained_ids();
}

void sketch::read(const sliced_input& input, std::size_t size) {
    const std::size_t room = std::min(size, pass_items) + column::block_values + filter_slack;
    const std::unique_ptr<std::uint64_t[]> identities(new std::uint64_t[room]);
    parallel_reader reader(1, {.first = pass_items, .most = pass_items});
    for (std::size_t position = 0; position < size;) {
        reading_output output = {.identities = identities.get(), .room = room};
        const std::size_t end = std::min(reader.end_of_pass(position, room), size);
        const std::size_t stop = reader.read(input, position, end, rules(), output);
        take(output);
        const char* error = output.error;
        if (error == out_of_memory) throw std::bad_alloc();
        if (error == nullptr && stop == position) error = unidentified_value().what();
        if (error != nullptr) {
            throw_invalid("the column cannot be read beyond value " + std::to_string(stop) + ": " +
                          error);
        }
        position = stop;
    }
}

namespace {

struct column_input {
    const column& values;
    identity_cache cache = {};

    static std::size_t read_slice(void* context, std::size_t, std::size_t begin, std::size_t end,
                                  const reading_rules& rules, reading_output& output) {
        auto& self = *static_cast<column_input*>(context);
        return self.values.read(begin, end, rules, self.cache, output);
    }
};

// Runs work that reads Arrow data, and turns its errors into those that the header names.
template <class Work>
void read_arrow(Work work) try {
    work();
} catch (const unsupported_column& error) {
    throw_invalid(std::string("cannot count ") + error.what());
} catch (const malformed_column& error) {
    throw_invalid(std::string("this cannot be read as Arrow data: ") + error.what());
}

}  // namespace

void sketch::update(const column_view& values) {
    const column& all = *values.values_;
    column_input input = {all};
    const std::uint64_t entries_before = entries();
    read({column_input::read_slice, &input}, all.size());
    keep_items(entries_before, [&](lacking_items& lacking) {
        give_told_items(all, rules(), lacking);
        cvmcount::find_items(all, 0, all.size(), rules(), input.cache, lacking);
    });
}

void sketch::update(ArrowArrayStream& stream) {
    read_arrow([&] {
        arrow_batches batches(stream);
        column_sequence columns;
        while (batches.append_next(columns)) {
            const std::uint64_t entries_before = entries();
            read(columns.slices(), columns.size());
            keep_items(entries_before, [&](lacking_items& lacking) {
                columns.find_items(0, columns.size(), rules(), lacking);
            });
            columns.clear();
            batches.release();
        }
    });
}

void sketch::update(ArrowSchema& schema, ArrowArray& array) {
    read_arrow([&] {
        arrow_batches batches(schema, array);
        column_sequence columns;
        batches.append_next(columns);
        const std::uint64_t entries_before = entries();
        read(columns.slices(), columns.size());
        keep_items(entries_before, [&](lacking_items& lacking) {
            columns.find_items(0, columns.size(), rules(), lacking);
        });
    });
}

}  // namespace cvmcount
