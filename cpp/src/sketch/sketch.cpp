#include "cvmcount/sketch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

#include "arrow/batches.hpp"
#include "arrow/open_column.hpp"
#include "base/utf8.hpp"
#include "columns/column_sequence.hpp"
#include "columns/find_items.hpp"
#include "items/kept_items.hpp"
#include "reading/parallel_reader.hpp"
#include "sampler/sampler.hpp"
#include "sketch/operands.hpp"
#include "sketch/sample_merge.hpp"
#include "sketch/saved_sketch.hpp"
#include "sketch/set_operations.hpp"
#include "sketch/truncated_sketch.hpp"

namespace cvmcount {
namespace {

// Items that are read before the sampler takes them: enough to be fast, and few enough for the
// cache of a core.
constexpr std::size_t pass_items = std::size_t{1} << 14;

// It is written so that a NaN is an error, too.
void require_fraction(const char* name, double value) {
    if (value > 0.0 && value < 1.0) return;
    throw_invalid(std::string(name) + " must lie strictly between 0 and 1, not " +
                  std::to_string(value));
}

// Finding a capacity takes up to a millisecond, and programs make many sketches with few accuracy
// targets.
std::size_t sized_capacity_once(coins kind, double epsilon, double delta) {
    struct answer {
        coins kind;
        double epsilon = 0.0, delta = 0.0;
        std::size_t capacity = 0;
    };
    constexpr std::size_t most_answers = 16;
    thread_local std::array<answer, most_answers> answers;
    thread_local std::size_t next = 0;
    for (const answer& known : answers) {
        if (known.kind == kind && known.epsilon == epsilon && known.delta == delta) {
            return known.capacity;
        }
    }
    const std::size_t capacity = sized_capacity(kind, epsilon, delta);
    answers[next++ % most_answers] = {kind, epsilon, delta, capacity};
    return capacity;
}

std::size_t capacity_of(const sketch_settings& settings) {
    require_fraction("delta", settings.delta);
    if (settings.capacity == 0) {
        require_fraction("epsilon", settings.epsilon);
        const std::size_t capacity =
            sized_capacity_once(settings.coins, settings.epsilon, settings.delta);
        if (capacity <= max_capacity) return capacity;
        throw_invalid("epsilon with this delta needs more than the " +
                      std::to_string(max_capacity) +
                      " elements that a buffer may hold: ask for a larger epsilon");
    }
    if (settings.capacity < min_capacity || settings.capacity > max_capacity) {
        throw_invalid("capacity must lie in " + std::to_string(min_capacity) + " ... " +
                      std::to_string(max_capacity) + ", not " + std::to_string(settings.capacity));
    }
    return settings.capacity;
}

// What two sketches together, or a sketch and its next items, hold of such elements.
std::optional<process_hashes> together(const std::optional<process_hashes>& a,
                                       const std::optional<process_hashes>& b) {
    if (!a || !b) return a ? a : b;
    if (a->salt != b->salt) {
        throw_invalid(
            "a sketch holds elements that are known only by their own hash(), which means nothing "
            "in any process but the one that counted them: count what tells them apart instead, "
            "such as a tuple, a number or text");
    }
    return process_hashes{a->salt, true};
}

// The keys of a seed take more memory than a sketch of a few elements, and programs make many
// sketches of one seed: those that a thread makes one after the other share them.
std::shared_ptr<const identity_hash> hash_of_seed(std::uint64_t seed) {
    thread_local std::uint64_t last_seed = 0;
    thread_local std::weak_ptr<const identity_hash> last;
    auto hash = last.lock();
    if (hash == nullptr || seed != last_seed) {
        hash = std::make_shared<const identity_hash>(seed);
        last = hash;
        last_seed = seed;
    }
    return hash;
}

constexpr std::size_t least_to_tidy = 256;

std::optional<boxed<kept_items>> nothing_kept(enum keep keep) {
    if (keep == keep::nothing) return std::nullopt;
    return boxed(kept_items());
}

}  // namespace

// A sketch consists of these, which are copied together.
struct sketch::parts {
    saved_settings settings;
    std::shared_ptr<const identity_hash> hash;
    sampler sample;
    std::optional<boxed<kept_items>> kept = {};  // nothing where nothing is kept

    bool keeps_summaries() const noexcept { return settings.keep == keep::summaries; }

    // The identity beyond which an item is only counted. Of the largest in the buffer itself, which
    // changes nothing, a summary counts the occurrences, too.
    std::uint64_t highest_of_use() const noexcept {
        return sample.threshold() + (keeps_summaries() && !sample.is_exact() ? 1 : 0);
    }

    // Takes away what the sample does not have any more, once that is most of it.
    void tidy() {
        if (kept && (**kept).size() > 2 * sample.retained() + least_to_tidy) {
            (**kept).keep_only(sample.retained_ids());
        }
    }

    bool may_collide() const noexcept { return settings.hashes && settings.hashes->several; }
};

sketch::sketch(const sketch_settings& settings) {
    const std::size_t capacity = capacity_of(settings);
    if (settings.keep == keep::summaries && settings.coins == coins::fresh) {
        throw_invalid(
            "keep='summaries' needs coins='hashed': with fresh coins an element may have left the "
            "buffer before, and those occurrences are lost");
    }
    const saved_settings own = {.seed = settings.seed,
                                .epsilon = settings.capacity == 0 ? settings.epsilon : 0.0,
                                .delta = settings.delta,
                                .dropna = settings.dropna,
                                .keep = settings.keep};
    parts_.reset(new parts{own, hash_of_seed(settings.seed),
                           sampler(settings.coins, capacity, settings.seed),
                           nothing_kept(settings.keep)});
}

sketch::sketch(parts&& from) : parts_(new parts(std::move(from))) {}
sketch::sketch(const sketch& other) : parts_(new parts(*other.parts_)) {}
sketch::sketch(sketch&&) noexcept = default;
sketch& sketch::operator=(sketch&&) noexcept = default;
sketch::~sketch() = default;

sketch& sketch::operator=(const sketch& other) {
    return *this = sketch(other);
}

sketch sketch::empty_copy() const {
    const auto& [settings, hash, sample, kept] = *parts_;
    parts empty = {settings, hash, sampler(sample.kind(), sample.capacity(), settings.seed),
                   nothing_kept(settings.keep)};
    empty.settings.hashes.reset();
    return sketch(std::move(empty));
}

// The hash stays where it is: readers hold on to it.
void sketch::clear() {
    auto& [settings, hash, sample, kept] = *parts_;
    sample = sampler(sample.kind(), sample.capacity(), settings.seed);
    kept = nothing_kept(settings.keep);
    settings.hashes.reset();
}

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

// Finds the values of what has entered the buffer.
template <class Find>
void sketch::keep_items(Find find) {
    if (!may_lack()) return;
    lacking_items found = lacking();
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
    const auto bytes = std::as_bytes(std::span(text));
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
    read({column_input::read_slice, &input}, all.size());
    keep_items([&](lacking_items& lacking) {
        cvmcount::find_items(all, 0, all.size(), rules(), input.cache, lacking);
    });
}

void sketch::update(ArrowArrayStream& stream) {
    read_arrow([&] {
        arrow_batches batches(stream);
        column_sequence columns;
        while (batches.append_next(columns)) {
            read(columns.slices(), columns.size());
            keep_items([&](lacking_items& lacking) {
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
        read(columns.slices(), columns.size());
        keep_items([&](lacking_items& lacking) {
            columns.find_items(0, columns.size(), rules(), lacking);
        });
    });
}

// ---- answers ------------------------------------------------------------------------------------

double sketch::estimate() const noexcept {
    return parts_->sample.estimate();
}

std::uint64_t sketch::count() const noexcept {
    return parts_->sample.count();
}

interval sketch::confidence_interval(double confidence) const {
    require_fraction("confidence", confidence);
    if (is_misled()) return {retained(), items_seen()};
    interval result = parts_->sample.confidence_interval(confidence);
    if (parts_->may_collide()) result.high = items_seen();
    return result;
}

// The smaller the sample, the more often it is far off by chance: of the smallest nothing is said.
// Of others, 12/sqrt(k) is 12 standard errors after a merge, and 17 before.
bool sketch::is_misled() const noexcept {
    constexpr std::size_t least_capacity = 64;
    if (capacity() < least_capacity || parts_->sample.is_exact()) return false;
    const double most = 1.0 + 12.0 / std::sqrt(static_cast<double>(capacity()));
    return estimate() > most * static_cast<double>(items_seen());
}

bool sketch::is_exact() const noexcept {
    return parts_->sample.is_exact() && !parts_->may_collide();
}

std::uint64_t sketch::items_seen() const noexcept {
    return parts_->sample.items_seen();
}

std::size_t sketch::retained() const noexcept {
    return parts_->sample.retained();
}

double sketch::sampling_rate() const noexcept {
    return parts_->sample.sampling_rate();
}

std::size_t sketch::memory_bytes() const noexcept {
    return sizeof(*this) + sizeof(parts) - sizeof(sampler) + parts_->sample.memory_bytes() +
           (parts_->kept ? (**parts_->kept).memory_bytes() : 0);
}

std::size_t sketch::capacity() const noexcept {
    return parts_->sample.capacity();
}

double sketch::epsilon() const noexcept {
    const double epsilon = parts_->settings.epsilon;
    return epsilon > 0.0 ? epsilon : achieved_epsilon(coins(), capacity(), delta());
}

double sketch::delta() const noexcept {
    return parts_->settings.delta;
}

enum coins sketch::coins() const noexcept {
    return parts_->sample.kind();
}

std::uint64_t sketch::seed() const noexcept {
    return parts_->settings.seed;
}

enum keep sketch::keep() const noexcept {
    return parts_->settings.keep;
}

bool sketch::dropna() const noexcept {
    return parts_->settings.dropna;
}

// ---- two sketches
// ---------------------------------------------------------------------------------

void sketch::require_like(const sketch& other, const char* word) const {
    const auto throw_different = [word](const char* name, const std::string& a,
                                        const std::string& b) {
        throw_invalid(std::string("sketches cannot be ") + word + " if they differ in " + name +
                      ": " + a + " and " + b);
    };
    if (coins() == coins::fresh || other.coins() == coins::fresh) {
        throw_invalid(std::string("sketches with coins='fresh' cannot be ") + word +
                      ": every occurrence had a coin of its own, so they do not tell which "
                      "elements they have in common. Use coins='hashed'");
    }
    if (seed() != other.seed()) {
        throw_different("seed", std::to_string(seed()), std::to_string(other.seed()));
    }
    if (dropna() != other.dropna()) {
        throw_different("dropna", dropna() ? "True" : "False", dropna() ? "False" : "True");
    }
}

void sketch::require_same_keep(const sketch& other) const {
    constexpr std::array names = {"None", "'items'", "'summaries'"};
    const auto name = [&names](enum keep keep) { return names[static_cast<std::size_t>(keep)]; };
    if (keep() == other.keep()) return;
    throw_invalid(std::string("sketches cannot be merged if they differ in keep: ") + name(keep()) +
                  " and " + name(other.keep()));
}

std::optional<std::uint64_t> sketch::salt() const noexcept {
    const auto& hashes = parts_->settings.hashes;
    return hashes ? std::optional(hashes->salt) : std::nullopt;
}

void sketch::require_salt(std::uint64_t salt) const {
    together(parts_->settings.hashes, process_hashes{salt});
}

void sketch::add_process_hashes(std::uint64_t salt, std::uint64_t items) noexcept {
    auto& hashes = parts_->settings.hashes;
    hashes = process_hashes{salt, hashes || items > 1};
}

struct sketch_merge::state {
    sample_merge samples;
    std::optional<process_hashes> hashes;
    kept_items kept;
    // The accuracy target of the sketch of the smallest capacity; of equal ones the weakest. So the
    // order of merging does not matter.
    std::size_t capacity = max_capacity + 1;
    double epsilon = 0.0;
    double delta = 0.0;

    void add_settings(const sketch& part, const saved_settings& settings) {
        hashes = together(hashes, settings.hashes);
        const bool is_weaker =
            settings.delta != delta ? settings.delta > delta : settings.epsilon > epsilon;
        if (part.capacity() < capacity || (part.capacity() == capacity && is_weaker)) {
            capacity = part.capacity();
            epsilon = settings.epsilon;
            delta = settings.delta;
        }
    }
};

sketch_merge::sketch_merge() : state_(new state) {}
sketch_merge::~sketch_merge() = default;

void sketch_merge::add(const sketch& part) {
    state_->add_settings(part, part.parts_->settings);
    state_->samples.add(part.parts_->sample);
    // What is not among the smallest of all parts is in no sample of them together.
    state_->kept.merge(part.kept());
    if (state_->kept.size() > 2 * state_->capacity) state_->kept.keep_smallest(state_->capacity);
}

void sketch_merge::prefetch(const sketch& next) noexcept {
    if (next.coins() == coins::hashed) next.parts_->sample.hashed().prefetch_smallest();
}

void sketch_merge::merge_into(sketch& target) {
    auto& [settings, hash, sample, kept] = *target.parts_;
    state_->add_settings(target, settings);
    if (kept) {
        // What the target has comes first: of equal values its own stays.
        boxed<kept_items> all(*kept);
        (*all).merge(state_->kept);
        state_->samples.merge_into(sample);
        (*all).keep_only(sample.retained_ids());
        (*all).entries_given = 0;
        kept = std::move(all);
    } else {
        state_->samples.merge_into(sample);
    }
    settings.hashes = state_->hashes;
    settings.epsilon = state_->epsilon;
    settings.delta = state_->delta;
}

void sketch::merge(const sketch& other) {
    require_like(other, "merged");
    require_same_keep(other);
    sketch_merge all;
    all.add(other);
    all.merge_into(*this);
}

sketch operator|(const sketch& a, const sketch& b) {
    sketch both = a.empty_copy();
    both.merge(a);
    both.merge(b);
    return both;
}

struct sketch_operands::state {
    operands all;
    std::optional<process_hashes> hashes;
    std::unique_ptr<sketch> first;  // of the same settings, without its items

    void require_some() const {
        if (all.size() == 0) throw_invalid("sketches must be at least one, not 0");
    }
};

sketch_operands::sketch_operands() : state_(new state) {}
sketch_operands::~sketch_operands() = default;

void sketch_operands::add(const sketch& operand) {
    if (state_->first) {
        state_->first->require_like(operand, "united");
    } else {
        operand.require_like(operand, "united");
        state_->first = std::make_unique<sketch>(operand.empty_copy());
    }
    state_->hashes = together(state_->hashes, operand.parts_->settings.hashes);
    // An element of the one may collide with one of another.
    state_->all.add(operand.parts_->sample, !operand.parts_->may_collide());
}

sampled_count sketch_operands::in_any() {
    state_->require_some();
    return state_->all.in_any(!(state_->hashes && state_->hashes->several));
}

sampled_count sketch_operands::in_all() {
    state_->require_some();
    return state_->all.in_all(!(state_->hashes && state_->hashes->several));
}

overlap sketch::overlap_with(const sketch& other) const {
    require_like(other, "compared");
    const auto hashes = together(parts_->settings.hashes, other.parts_->settings.hashes);
    return {parts_->sample, other.parts_->sample, !(hashes && hashes->several)};
}

sampled_count operator&(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_both();
}

sampled_count operator-(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_first_only();
}

sampled_count operator^(const sketch& a, const sketch& b) {
    return a.overlap_with(b).in_one_only();
}

sampled_share sketch::jaccard(const sketch& other) const {
    return overlap_with(other).jaccard();
}

truncated_sketch sketch::truncated(unsigned bits) const {
    if (coins() == coins::fresh) {
        throw_invalid(
            "a sketch with coins='fresh' cannot be truncated: it could not be compared with any "
            "other. Use coins='hashed'");
    }
    if (parts_->settings.hashes) {
        throw_invalid(
            "the sketch holds elements that are known only by their own hash(): it cannot be "
            "truncated");
    }
    return {parts_->sample.hashed().state(), parts_->settings, bits};
}

void sketch::forget_history() {
    if (coins() == coins::fresh) {
        throw_invalid(
            "a sketch with coins='fresh' has no history to forget: its sample itself depends on "
            "the order of the items. Use coins='hashed'");
    }
    parts_->sample.forget_history();
}

bool operator==(const sketch& a, const sketch& b) {
    if (a.parts_->settings != b.parts_->settings || a.parts_->sample != b.parts_->sample) {
        return false;
    }
    if (a.keep() == keep::nothing) return true;
    const auto ids = a.retained_ids();
    return a.kept().number_form() == b.kept().number_form() &&
           std::all_of(ids.begin(), ids.end(), [&](std::uint64_t id) {
               const kept_item* const first = a.kept().find(id);
               const kept_item* const second = b.kept().find(id);
               return first != nullptr && second != nullptr ? *first == *second : first == second;
           });
}

// ---- bytes
// ----------------------------------------------------------------------------------------

std::vector<std::byte> sketch::to_bytes() const {
    return save(parts_->sample, parts_->settings, kept());
}

sketch sketch::from_bytes(std::span<const std::byte> bytes, bool objects_allowed) {
    saved_settings settings;
    kept_items kept;
    const auto sample = load(bytes, objects_allowed, settings, kept);
    parts loaded = {settings, hash_of_seed(settings.seed), std::move(*sample)};
    if (settings.keep != keep::nothing) loaded.kept = boxed(std::move(kept));
    return sketch(std::move(loaded));
}

}  // namespace cvmcount
