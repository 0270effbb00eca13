// A red run means that a sampler loses or invents items where memory runs out, or that it cannot go
// on afterwards. Memory is made to run out at each place where any is asked for.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <vector>

#include "cvmcount/sketch.hpp"
#include "sampler/sampler.hpp"
#include "support/random_words.hpp"

namespace {

// So many more times this thread gets memory; less than 0 is without limit.
thread_local int times_left = -1;

}  // namespace

// These replace those of the whole program. Out of line: GCC takes an inlined malloc() and free()
// for a mismatch of new and free.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (times_left == 0) throw std::bad_alloc();
    if (times_left > 0) --times_left;
    if (void* found = std::malloc(std::max<std::size_t>(size, 1))) return found;
    throw std::bad_alloc();
}
// Of std::stable_sort, too; a sanitizer would bring its own, which goes with no other delete.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return times_left == 0 ? nullptr : std::malloc(std::max<std::size_t>(size, 1));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace cvmcount::testing {
namespace {

// Returns whether there was memory enough for so many requests.
bool offer(sampler& to, std::span<const std::uint64_t> items, int requests) {
    times_left = requests;
    try {
        to.offer_filtered(items, items.size());
    } catch (const std::bad_alloc&) {
        times_left = -1;
        return false;
    }
    times_left = -1;
    return true;
}

TEST_CASE("where memory runs out, the items before have been taken") {
    random_words random(1);
    std::vector<std::uint64_t> items(3000);
    for (auto& item : items) item = random.next();
    const std::span all(items);
    for (const coins kind : {coins::hashed, coins::fresh}) {
        sampler whole(kind, 1000, 0);
        whole.offer_filtered(all, all.size());
        int requests = 0;
        for (bool enough = false; !enough; ++requests) {
            sampler one(kind, 1000, 0);
            enough = offer(one, all, requests);
            const auto taken = static_cast<std::size_t>(one.items_seen());
            REQUIRE(enough == (taken == all.size()));
            sampler before(kind, 1000, 0);
            before.offer_filtered(all.first(taken), taken);
            REQUIRE(one == before);
            const auto rest = all.subspan(taken);
            one.offer_filtered(rest, rest.size());
            REQUIRE(one == whole);
        }
        CHECK(requests > 4);  // it has failed at several places
    }
}

TEST_CASE("where memory runs out, elements with summaries can come again") {
    random_words random(1);
    std::vector<std::uint64_t> items(2000);
    for (auto& item : items) item = random.next();
    const sketch_settings settings = {.capacity = 1000, .keep = keep::summaries};
    sketch whole(settings);
    whole.take(items, {}, items.size());
    int requests = 0;
    for (bool enough = false; !enough; ++requests) {
        sketch one(settings);
        times_left = requests;
        try {
            one.take(items, {}, items.size());
            enough = true;
        } catch (const std::bad_alloc&) {
        }
        times_left = -1;
        one.take(items, {}, items.size());
        REQUIRE(one.retained_ids() == whole.retained_ids());
    }
    CHECK(requests > 4);
}

}  // namespace
}  // namespace cvmcount::testing
