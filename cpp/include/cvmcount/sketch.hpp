// Counts the distinct elements of a stream, approximately, in one pass and in fixed memory.
//
// What counts as one element is the same here as in Python, whatever the type: 1, 1.0 and true are
// one element, and so is the text "a" in a string, a column or a file. NaN is a missing value.
// Sketches that are saved by one are read by the other.
//
// A sketch may be read by many threads, or changed by one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cvmcount/api.h"
#include "cvmcount/column_view.hpp"
#include "cvmcount/results.hpp"
#include "cvmcount/settings.hpp"

// The Arrow C data interface defines these: any header that does so will do.
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

namespace cvmcount {

class kept_items;
class lacking_items;
class overlap;
class truncated_sketch;
struct item_number;
struct reading_rules;
struct reading_output;
struct sliced_input;

// What is known of the sample beside its elements.
struct sample_facts {
    double sampled_fraction = 1.0;  // the chance of an element to be in it
    bool exact = true;              // it has all elements
    bool has_history = false;       // neither exact nor merged: then these are of the martingale
    double estimate = 0.0;
    double variance = 0.0;
};

class CVMCOUNT_API sketch {
  public:
    // Throws std::invalid_argument, which names the setting, where one is out of range.
    explicit sketch(const sketch_settings& settings = {});
    sketch(const sketch& other);
    sketch& operator=(const sketch& other);
    sketch(sketch&&) noexcept;
    sketch& operator=(sketch&&) noexcept;
    ~sketch();

    // ---- Counting. All of these throw std::bad_alloc; what came before an error is counted. -----

    // Text is taken as UTF-8; a string that is not is the element that bytes are in Python.
    void add(std::string_view text);
    template <class Number>
        requires std::is_arithmetic_v<Number>
    void add(Number number) {
        if constexpr (std::is_floating_point_v<Number>) {
            add_real(number);
        } else if constexpr (std::is_signed_v<Number>) {
            add_integer(number);
        } else {
            add_unsigned(number);
        }
    }

    // Numbers or strings that lie one after the other: a vector, an array or a span of them.
    template <std::ranges::contiguous_range Items>
    void update(const Items& items) {
        using item = std::ranges::range_value_t<Items>;
        static_assert(!std::is_same_v<item, char>, "one string is one item: use add(text)");
        const std::span<const item> all(items);
        if constexpr (std::is_arithmetic_v<item>) {
            const auto* data = reinterpret_cast<const std::byte*>(all.data());
            update(column_view::numbers(
                number_type_of<item>(),
                {data, static_cast<std::ptrdiff_t>(sizeof(item)), all.size()}));
        } else {
            for (const std::string_view text : all) add(text);
        }
    }

    // Both throw std::invalid_argument where the memory contradicts itself or holds what cannot be
    // counted. Arrow data is released, whatever happens; a stream that stops with an error of its
    // own throws std::runtime_error.
    void update(const column_view& values);
    void update(ArrowArrayStream& stream);
    void update(ArrowSchema& schema, ArrowArray& array);

    // Back to a sketch that has seen nothing.
    void clear();

    // ---- Answers. Each takes constant time, but for the interval of fresh coins. ----------------

    // Unbiased, because it is never rounded or clamped. The number itself while is_exact().
    double estimate() const noexcept;

    // The estimate, rounded, and clamped to what is certain: the number to show.
    std::uint64_t count() const noexcept;

    // An approximate interval of a confidence strictly between 0 and 1; otherwise throws
    // std::invalid_argument. Where several elements were known only by hashes of their own, which
    // may collide, it is a floor: then the upper end is the number of items.
    interval confidence_interval(double confidence = 0.95) const;

    // The estimate exceeds the number of items by more than honest items let it, but for a chance
    // of one in a billion: somebody has made items whose hashes are small, for a seed that is
    // known. Nothing that is estimated means anything then, and the interval is what is certain.
    bool is_misled() const noexcept;

    // No element was ever turned away, and at most one was known only by a hash of its own.
    bool is_exact() const noexcept;
    std::uint64_t items_seen() const noexcept;  // less the missing values that were skipped
    std::size_t retained() const noexcept;      // elements in the buffer
    double sampling_rate() const noexcept;      // the chance of an element never seen to enter it
    std::size_t memory_bytes() const noexcept;

    std::size_t capacity() const noexcept;
    double epsilon() const noexcept;  // what was asked for, or what the capacity reaches
    double delta() const noexcept;
    enum coins coins() const noexcept;
    enum keep keep() const noexcept;
    std::uint64_t seed() const noexcept;
    bool dropna() const noexcept;

    // ---- Two sketches. They must have hashed coins and one seed and dropna; otherwise these throw
    // ---- std::invalid_argument, and nothing has changed. See docs/merging.md.
    // --------------------

    // Adds what the other has seen. The smaller capacity becomes that of this sketch.
    void merge(const sketch& other);
    sketch& operator|=(const sketch& other) { return merge(other), *this; }
    friend CVMCOUNT_API sketch operator|(const sketch& a, const sketch& b);

    // How many elements both have seen, only the first, and only one of them.
    friend CVMCOUNT_API sampled_count operator&(const sketch& a, const sketch& b);
    friend CVMCOUNT_API sampled_count operator-(const sketch& a, const sketch& b);
    friend CVMCOUNT_API sampled_count operator^(const sketch& a, const sketch& b);

    // The number of elements in both over the number of those in either.
    sampled_share jaccard(const sketch& other) const;

    // The number of elements in both over the number of those in this one.
    sampled_share containment(const sketch& other) const;

    // Keeps the sample alone, as a merge does: then the state does not depend on the order of the
    // items. Throws std::invalid_argument with fresh coins.
    void forget_history();

    // The sketch with so many bits of each identity: sketch/truncated_sketch.hpp. Throws
    // std::invalid_argument where it has fresh coins, or elements known only by their own hash(),
    // or too many elements for so few bits.
    truncated_sketch truncated(unsigned bits) const;

    // A sketch of the same settings that has seen nothing.
    sketch empty_copy() const;

    // Equal sketches have one configuration and one state, and give equal bytes.
    friend CVMCOUNT_API bool operator==(const sketch& a, const sketch& b);

    // ---- Bytes, the same on every machine: see docs/format.md.
    // ------------------------------------

    std::vector<std::byte> to_bytes() const;

    // The bytes may come from anywhere: where they are no saved sketch, it throws
    // std::invalid_argument with the reason. So it does where they hold pickled objects of Python,
    // unless those are allowed.
    static sketch from_bytes(std::span<const std::byte> bytes, bool objects_allowed = false);

    // ---- For programs that read items by themselves, or lock each sketch of a merge.
    // --------------

    // A reader must know the first, and hands back the second: reading/rules.hpp.
    reading_rules rules() const noexcept;
    void take(const reading_output& output);
    void add_identity(std::uint64_t identity);  // of one item

    struct place {
        std::size_t item;
        std::uint64_t items_before;  // less the missing values that are left out
    };
    // Of identities of items one by one, missing values among them, leaves those that may enter the
    // sample, in their order, and writes down the place of each. The last place is the end.
    void select(std::span<std::uint64_t> identities, std::vector<place>& places) const;

    // Takes these of so many items, with the number that came with each. Throws
    // std::invalid_argument where numbers and durations are mixed, and has taken none then.
    // Precondition: it keeps summaries.
    void take(std::span<const std::uint64_t> identities, std::span<const item_number> numbers,
              std::uint64_t items);

    // Returns whether elements have entered the buffer whose values are to be kept, as far as that
    // can be said at once.
    bool may_lack() const noexcept;
    std::uint64_t entries() const noexcept;  // that elements have made into the buffer

    // The elements of the buffer whose values are to be kept and not known yet; readers give them.
    lacking_items lacking() const;
    void give(lacking_items& found);

    // The same for one item that was taken just now: whether its value is lacking.
    bool lacks(std::uint64_t identity) const noexcept;
    void give(std::uint64_t identity, std::span<const std::byte> item);

    // What is kept, of the elements in the buffer and perhaps of more.
    const kept_items& kept() const noexcept;

    sample_facts facts() const noexcept;

    // The identities of the elements in the buffer, in ascending order.
    std::vector<std::uint64_t> retained_ids() const;

    // A number that tells apart the processes by whose hash() an element was identified; nothing
    // where there was no such element. Sketches with different salts do not merge.
    std::optional<std::uint64_t> salt() const noexcept;
    void require_salt(std::uint64_t salt) const;  // throws std::invalid_argument for another one

    // To be called after so many such items, more than none, were taken in the process of a salt.
    void add_process_hashes(std::uint64_t salt, std::uint64_t items) noexcept;

    // Throws std::invalid_argument unless both can be what the word says: "merged", "compared".
    void require_like(const sketch& other, const char* word) const;

    // Throws std::invalid_argument unless both keep the same of their elements, as a merge needs.
    void require_same_keep(const sketch& other) const;

  private:
    friend class sketch_merge;
    friend class sketch_operands;

    struct parts;

    template <class Number>
    static constexpr number_type number_type_of();

    explicit sketch(parts&& from);
    overlap overlap_with(const sketch& other) const;
    void add_real(double number);
    void add_integer(std::int64_t number);
    void add_unsigned(std::uint64_t number);
    void read(const sliced_input& input, std::size_t size);
    template <class Find>
    void keep_items(std::uint64_t entries_before, Find find);
    template <class Write>
    void add_identity_of(std::uint64_t identity, Write write);

    std::unique_ptr<parts> parts_;
};

// What several sketches have seen together: each is read as a whole, one after the other.
class CVMCOUNT_API sketch_operands {
  public:
    sketch_operands();
    ~sketch_operands();

    // Throws std::invalid_argument where it has another salt, or is not like those before.
    void add(const sketch& operand);

    // Throw std::invalid_argument without an operand. To be called once, as the last.
    sampled_count in_any();  // the union: never worse than that of the merged sketch
    sampled_count in_all();  // the intersection

  private:
    struct state;

    std::unique_ptr<state> state_;
};

// A merge of many sketches, of which each is read as a whole, one after the other.
class CVMCOUNT_API sketch_merge {
  public:
    sketch_merge();
    ~sketch_merge();

    // Throws std::invalid_argument where it has another salt. Precondition: each is like the
    // target.
    void add(const sketch& part);

    // Asks for memory that add() will read, so that it is in the cache when its turn comes.
    static void prefetch(const sketch& part) noexcept;

    // The target becomes the union of itself and all that was added. To be called once, as the
    // last.
    void merge_into(sketch& target);

  private:
    struct state;

    std::unique_ptr<state> state_;
};

template <class Number>
constexpr number_type sketch::number_type_of() {
    if constexpr (std::is_same_v<Number, bool>) {
        return number_type::boolean;
    } else if constexpr (std::is_floating_point_v<Number>) {
        static_assert(sizeof(Number) == 4 || sizeof(Number) == 8, "long double is not counted");
        return sizeof(Number) == 4 ? number_type::real32 : number_type::real64;
    } else {
        constexpr bool is_signed = std::is_signed_v<Number>;
        switch (sizeof(Number)) {
            case 1:
                return is_signed ? number_type::int8 : number_type::uint8;
            case 2:
                return is_signed ? number_type::int16 : number_type::uint16;
            case 4:
                return is_signed ? number_type::int32 : number_type::uint32;
            default:
                return is_signed ? number_type::int64 : number_type::uint64;
        }
    }
}

}  // namespace cvmcount
