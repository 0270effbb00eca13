// A red run means that C counts other elements than C++ does, lets an exception out, believes a
// null pointer, or leaves no reason behind.
#include <doctest/doctest.h>

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cvmcount/cvmcount.h"
#include "cvmcount/sketch.hpp"
#include "support/arrow_tree.hpp"

namespace cvmcount::testing {
namespace {

struct free_sketch {
    void operator()(cvmcount_sketch* sketch) const { cvmcount_free(sketch); }
};
using owned = std::unique_ptr<cvmcount_sketch, free_sketch>;

owned made(const cvmcount_settings* settings = nullptr) {
    cvmcount_sketch* sketch = nullptr;
    REQUIRE(cvmcount_create(settings, &sketch) == CVMCOUNT_OK);
    return owned(sketch);
}

std::vector<std::byte> bytes_of(const owned& sketch) {
    unsigned char* bytes = nullptr;
    std::size_t size = 0;
    REQUIRE(cvmcount_save(sketch.get(), &bytes, &size) == CVMCOUNT_OK);
    const auto saved = std::as_bytes(std::span(bytes, size));
    std::vector<std::byte> copy(saved.begin(), saved.end());
    cvmcount_free_bytes(bytes);
    return copy;
}

void check_refused(cvmcount_status status, const std::string& reason) {
    CHECK(status == CVMCOUNT_INVALID);
    CHECK_MESSAGE(std::string(cvmcount_last_error()).find(reason) != std::string::npos,
                  cvmcount_last_error());
}

TEST_CASE("C has the sketch of C++, whatever it is fed with") {
    const std::vector<std::int64_t> whole = {1, -2, 3, 3};
    const std::vector<std::uint64_t> natural = {3, std::numeric_limits<std::uint64_t>::max()};
    const std::vector<double> real = {1.0, 0.5, std::nan("")};
    const std::string with_zero("a\0b", 3);
    const std::vector<const char*> texts = {"a", "b", with_zero.c_str()};
    const std::vector<std::size_t> lengths = {1, 1, 3};

    for (const bool count_missing : {false, true}) {
        cvmcount_settings settings = cvmcount_default_settings();
        settings.count_missing = count_missing;
        settings.seed = 7;
        const owned c = made(&settings);
        cvmcount::sketch cpp({.seed = 7, .dropna = !count_missing});
        CHECK(cvmcount_update_int64(c.get(), whole.data(), whole.size()) == CVMCOUNT_OK);
        CHECK(cvmcount_update_uint64(c.get(), natural.data(), natural.size()) == CVMCOUNT_OK);
        CHECK(cvmcount_update_double(c.get(), real.data(), real.size()) == CVMCOUNT_OK);
        CHECK(cvmcount_update_text(c.get(), texts.data(), lengths.data(), 3) == CVMCOUNT_OK);
        CHECK(cvmcount_update_text(c.get(), texts.data(), nullptr, 2) == CVMCOUNT_OK);
        CHECK(cvmcount_add_text(c.get(), "c", 1) == CVMCOUNT_OK);
        CHECK(cvmcount_add_text(c.get(), nullptr, 0) == CVMCOUNT_OK);
        cpp.update(whole);
        cpp.update(natural);
        cpp.update(real);
        for (const std::string& text :
             {std::string("a"), std::string("b"), with_zero, std::string("a"), std::string("b"),
              std::string("c"), std::string()}) {
            cpp.add(text);
        }
        CHECK(bytes_of(c) == cpp.to_bytes());
        CHECK(cvmcount_is_exact(c.get()));
        CHECK(cvmcount_count(c.get()) == (count_missing ? 11 : 10));
        CHECK(cvmcount_items_seen(c.get()) == cpp.items_seen());
    }
}

TEST_CASE("an Arrow stream, which is released, whatever happens") {
    const owned sketch = made();
    number_producer source;
    ArrowArrayStream stream = source.stream();
    CHECK(cvmcount_update_arrow(sketch.get(), &stream) == CVMCOUNT_OK);
    CHECK(cvmcount_count(sketch.get()) == 1);
    CHECK(cvmcount_items_seen(sketch.get()) == 2);
    CHECK(source.all_released_once());

    number_producer fails;
    fails.error = EINVAL;
    stream = fails.stream();
    CHECK(cvmcount_update_arrow(sketch.get(), &stream) == CVMCOUNT_STREAM_ERROR);
    CHECK(std::string(cvmcount_last_error()) == "no more");
    CHECK(cvmcount_items_seen(sketch.get()) == 4);  // what came before the error is counted
    CHECK(fails.all_released_once());

    number_producer unread;
    stream = unread.stream();
    check_refused(cvmcount_update_arrow(nullptr, &stream), "sketch is null");
    CHECK(unread.released == 1);
    check_refused(cvmcount_update_arrow(nullptr, &stream), "sketch is null");
}

TEST_CASE("answers, merges, copies and bytes are those of C++") {
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < 100'000; ++i) values.push_back(i);
    cvmcount_settings settings = cvmcount_default_settings();
    settings.capacity = 500;
    const owned first = made(&settings);
    const owned second = made(&settings);
    CHECK(cvmcount_update_int64(first.get(), values.data(), 60'000) == CVMCOUNT_OK);
    CHECK(cvmcount_update_int64(second.get(), values.data() + 40'000, 60'000) == CVMCOUNT_OK);
    cvmcount::sketch cpp({.capacity = 500});
    cpp.update(std::span(values).first(60'000));
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    CHECK(cvmcount_interval(first.get(), 0.9, &low, &high) == CVMCOUNT_OK);
    CHECK(interval{low, high} == cpp.confidence_interval(0.9));
    CHECK(cvmcount_estimate(first.get()) == cpp.estimate());
    CHECK(!cvmcount_is_exact(first.get()));

    cvmcount_sketch* copied = nullptr;
    CHECK(cvmcount_copy(first.get(), &copied) == CVMCOUNT_OK);
    const owned copy(copied);
    CHECK(cvmcount_merge(first.get(), second.get()) == CVMCOUNT_OK);
    CHECK(bytes_of(copy) == cpp.to_bytes());
    cvmcount::sketch other({.capacity = 500});
    other.update(std::span(values).subspan(40'000));
    CHECK(bytes_of(first) == (cpp | other).to_bytes());

    const auto saved = bytes_of(first);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(saved.data());
    cvmcount_sketch* loaded = nullptr;
    CHECK(cvmcount_load(bytes, saved.size(), &loaded) == CVMCOUNT_OK);
    CHECK(bytes_of(owned(loaded)) == saved);
}

TEST_CASE("what is refused has a reason, and changes nothing") {
    const owned sketch = made();
    const std::int64_t one = 1;
    CHECK(cvmcount_update_int64(sketch.get(), &one, 1) == CVMCOUNT_OK);
    const auto before = bytes_of(sketch);

    check_refused(cvmcount_update_int64(nullptr, &one, 1), "sketch is null");
    check_refused(cvmcount_update_int64(sketch.get(), nullptr, 1), "values is null");
    check_refused(cvmcount_add_text(sketch.get(), nullptr, 1), "text is null");
    check_refused(cvmcount_update_text(sketch.get(), nullptr, nullptr, 1), "texts is null");
    check_refused(cvmcount_update_arrow(sketch.get(), nullptr), "stream is null");
    check_refused(cvmcount_merge(sketch.get(), nullptr), "other is null");
    check_refused(cvmcount_create(nullptr, nullptr), "sketch is null");
    check_refused(cvmcount_copy(sketch.get(), nullptr), "copy is null");
    std::uint64_t low = 5;
    check_refused(cvmcount_interval(sketch.get(), 0.9, &low, nullptr), "high is null");
    check_refused(cvmcount_interval(sketch.get(), 1.0, &low, &low), "confidence");
    CHECK(low == 5);

    cvmcount_sketch* none = nullptr;
    cvmcount_settings settings = cvmcount_default_settings();
    settings.epsilon = 2.0;
    check_refused(cvmcount_create(&settings, &none), "epsilon");
    const unsigned char garbage[] = "CVMS, but no sketch";
    check_refused(cvmcount_load(garbage, sizeof garbage, &none), "saved sketch");
    check_refused(cvmcount_load(nullptr, 0, &none), "no saved sketch");
    CHECK(none == nullptr);
    settings = cvmcount_default_settings();
    settings.seed = 1;
    const owned other = made(&settings);
    check_refused(cvmcount_merge(sketch.get(), other.get()), "seed");
    CHECK(bytes_of(sketch) == before);
    cvmcount_free(nullptr);
    cvmcount_free_bytes(nullptr);
}

}  // namespace
}  // namespace cvmcount::testing
