#include "items/item_check.hpp"

#include <cstdint>

#include "items/item_writer.hpp"

namespace cvmcount {
namespace {

constexpr int max_depth = 101;  // tuples may be nested 100 levels deep
constexpr std::size_t uuid_bytes = 16;

enum major : unsigned { natural, negative, bytes, text, array, map, tag, simple };

class item_checker {
  public:
    item_checker(std::span<const std::byte> rest, bool objects_allowed) noexcept
        : rest_(rest), objects_allowed_(objects_allowed) {}

    const char* error() noexcept {
        check_item(0);
        if (error_ == nullptr && !rest_.empty()) fail("an item ends too early");
        return error_;
    }

  private:
    struct head {
        unsigned major;
        unsigned code;
        std::uint64_t argument;
    };

    bool fail(const char* reason) noexcept {
        if (error_ == nullptr) error_ = reason;
        return false;
    }

    // The head takes as few bytes as it can; that of a double is told by its code.
    bool take_head(head& found) noexcept {
        if (rest_.empty()) return fail("an item is cut off");
        const auto first = std::to_integer<unsigned>(rest_[0]);
        found = {first >> 5, first & 31, first & 31};
        rest_ = rest_.subspan(1);
        if (found.code < 24) return true;
        if (found.code > 27) return fail("an item is of an unknown form");
        const std::size_t size = std::size_t{1} << (found.code - 24);
        if (rest_.size() < size) return fail("an item is cut off");
        found.argument = 0;
        for (std::size_t i = 0; i < size; ++i) {
            found.argument = found.argument << 8 | std::to_integer<std::uint64_t>(rest_[i]);
        }
        rest_ = rest_.subspan(size);
        const std::uint64_t shorter = size == 1 ? 24 : std::uint64_t{1} << (4 * size);
        return found.major == simple || found.argument >= shorter ||
               fail("an item is longer than it need be");
    }

    bool take_major(unsigned wanted, head& found) noexcept {
        return take_head(found) && (found.major == wanted || fail("an item is of another kind"));
    }

    bool skip_string(std::uint64_t size) noexcept {
        if (size > rest_.size()) return fail("an item is cut off");
        rest_ = rest_.subspan(static_cast<std::size_t>(size));
        return true;
    }

    bool check_pair() noexcept {
        head pair;
        return take_major(array, pair) &&
               (pair.argument == 2 || fail("an item is of another kind"));
    }

    bool check_integer() noexcept {
        head whole;
        if (!take_head(whole)) return false;
        if (whole.major == natural || whole.major == negative) return true;
        const bool is_big = whole.major == tag &&
                            (is(whole, item_tag::big_natural) || is(whole, item_tag::big_negative));
        return is_big ? check_big_integer() : fail("an item is of another kind");
    }

    bool check_big_integer() noexcept {
        head digits;
        if (!take_major(bytes, digits)) return false;
        if (digits.argument <= sizeof(std::uint64_t) || rest_.empty() || rest_[0] == std::byte{0}) {
            return fail("an item is longer than it need be");
        }
        return skip_string(digits.argument);
    }

    bool check_real() noexcept {
        head number;
        return take_head(number) && ((number.major == simple && number.code == 27) ||
                                     fail("an item is of another kind"));
    }

    // An integer of nanoseconds, or a decimal of them.
    bool check_time() noexcept {
        if (rest_.empty() || rest_[0] != std::byte{0xc4}) return check_integer();
        rest_ = rest_.subspan(1);
        return check_pair() && check_integer() && check_integer();
    }

    bool check_members(std::uint64_t count, int depth) noexcept {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (!check_item(depth + 1)) return false;
        }
        return true;
    }

    static bool is(const head& found, item_tag which) noexcept {
        return found.argument == static_cast<std::uint64_t>(which);
    }

    bool check_tagged(const head& found, int depth) noexcept {
        head inner;
        switch (static_cast<item_tag>(found.argument)) {
            case item_tag::big_natural:
            case item_tag::big_negative:
                return check_big_integer();
            case item_tag::decimal:
            case item_tag::fraction:
                return check_pair() && check_integer() && check_integer();
            case item_tag::uuid:
                return take_major(bytes, inner) &&
                       (inner.argument == uuid_bytes || fail("a UUID is not 16 bytes long")) &&
                       skip_string(inner.argument);
            case item_tag::date:
                return check_integer();
            case item_tag::frozenset:
                return take_major(array, inner) && check_members(inner.argument, depth);
            case item_tag::complex:
                return check_pair() && check_real() && check_real();
            case item_tag::datetime:
            case item_tag::aware_datetime:
            case item_tag::time:
            case item_tag::aware_time:
            case item_tag::duration:
                return check_time();
            case item_tag::object:
                if (!objects_allowed_) return fail("it holds objects that only pickle can load");
                return take_major(bytes, inner) && skip_string(inner.argument);
            default:
                return fail("an item is of an unknown form");
        }
    }

    bool check_item(int depth) noexcept {
        if (depth > max_depth) return fail("an item is nested too deep");
        head found;
        if (!take_head(found)) return false;
        switch (found.major) {
            case natural:
            case negative:
                return true;
            case bytes:
            case text:
                return skip_string(found.argument);
            case array:
                return check_members(found.argument, depth);
            case tag:
                return check_tagged(found, depth);
            case simple:
                // False, true, a missing value and a double.
                return (found.code >= 20 && found.code <= 22) || found.code == 27 ||
                       fail("an item is of an unknown form");
            default:
                return fail("an item is of an unknown form");
        }
    }

    std::span<const std::byte> rest_;
    bool objects_allowed_;
    const char* error_ = nullptr;
};

}  // namespace

const char* error_in_item(std::span<const std::byte> item, bool objects_allowed) noexcept {
    return item_checker(item, objects_allowed).error();
}

}  // namespace cvmcount
