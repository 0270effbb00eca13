#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "arrow/abi.hpp"
#include "cvmcount/cvmcount.h"
#include "cvmcount/sketch.hpp"

struct cvmcount_sketch {
    cvmcount::sketch core;
};

namespace {

// It takes no memory of its own, for memory may be what is lacking.
thread_local char last_error[512] = "";

cvmcount_status failed(cvmcount_status status, const char* reason) noexcept {
    std::snprintf(last_error, sizeof last_error, "%s", reason);
    return status;
}

template <class Function>
cvmcount_status guarded(Function function) noexcept {
    try {
        function();
        return CVMCOUNT_OK;
    } catch (const std::invalid_argument& error) {
        return failed(CVMCOUNT_INVALID, error.what());
    } catch (const std::bad_alloc&) {
        return failed(CVMCOUNT_NO_MEMORY, "there is not enough memory");
    } catch (const std::exception& error) {
        return failed(CVMCOUNT_STREAM_ERROR, error.what());
    }
}

void require(const char* name, const void* argument) {
    if (argument == nullptr) throw std::invalid_argument(std::string(name) + " is null");
}

// Without items, a null pointer is fine.
void require(const char* name, const void* argument, size_t count) {
    if (count > 0) require(name, argument);
}

template <class Number>
cvmcount_status update(cvmcount_sketch* sketch, const Number* values, size_t count) noexcept {
    return guarded([=] {
        require("sketch", sketch);
        require("values", values, count);
        sketch->core.update(std::span(values, count));
    });
}

cvmcount::sketch_settings core_settings(const cvmcount_settings& settings) noexcept {
    return {.epsilon = settings.epsilon,
            .delta = settings.delta,
            .capacity = settings.capacity,
            .coins = settings.fresh_coins ? cvmcount::coins::fresh : cvmcount::coins::hashed,
            .seed = settings.seed,
            .dropna = !settings.count_missing};
}

}  // namespace

cvmcount_settings cvmcount_default_settings() {
    const cvmcount::sketch_settings defaults;
    return {.epsilon = defaults.epsilon,
            .delta = defaults.delta,
            .capacity = 0,
            .fresh_coins = false,
            .count_missing = false,
            .seed = 0};
}

const char* cvmcount_last_error() {
    return last_error;
}

cvmcount_status cvmcount_create(const cvmcount_settings* settings, cvmcount_sketch** sketch) {
    return guarded([=] {
        require("sketch", sketch);
        const auto chosen = settings == nullptr ? cvmcount_default_settings() : *settings;
        *sketch = new cvmcount_sketch{cvmcount::sketch(core_settings(chosen))};
    });
}

cvmcount_status cvmcount_copy(const cvmcount_sketch* sketch, cvmcount_sketch** copy) {
    return guarded([=] {
        require("sketch", sketch);
        require("copy", copy);
        *copy = new cvmcount_sketch(*sketch);
    });
}

void cvmcount_free(cvmcount_sketch* sketch) {
    delete sketch;
}

cvmcount_status cvmcount_update_int64(cvmcount_sketch* sketch, const int64_t* values,
                                      size_t count) {
    return update(sketch, values, count);
}

cvmcount_status cvmcount_update_uint64(cvmcount_sketch* sketch, const uint64_t* values,
                                       size_t count) {
    return update(sketch, values, count);
}

cvmcount_status cvmcount_update_double(cvmcount_sketch* sketch, const double* values,
                                       size_t count) {
    return update(sketch, values, count);
}

cvmcount_status cvmcount_add_text(cvmcount_sketch* sketch, const char* text, size_t length) {
    return guarded([=] {
        require("sketch", sketch);
        require("text", text, length);
        sketch->core.add(std::string_view(text, length));
    });
}

cvmcount_status cvmcount_update_text(cvmcount_sketch* sketch, const char* const* texts,
                                     const size_t* lengths, size_t count) {
    return guarded([=] {
        require("sketch", sketch);
        require("texts", texts, count);
        for (size_t i = 0; i < count; ++i) {
            require("a text", texts[i], lengths == nullptr ? 1 : lengths[i]);
            const size_t length = lengths == nullptr ? std::strlen(texts[i]) : lengths[i];
            sketch->core.add(std::string_view(texts[i], length));
        }
    });
}

cvmcount_status cvmcount_update_arrow(cvmcount_sketch* sketch, ArrowArrayStream* stream) {
    return guarded([=] {
        require("stream", stream);
        if (sketch == nullptr && stream->release != nullptr) stream->release(stream);
        require("sketch", sketch);
        sketch->core.update(*stream);
    });
}

double cvmcount_estimate(const cvmcount_sketch* sketch) {
    return sketch->core.estimate();
}

uint64_t cvmcount_count(const cvmcount_sketch* sketch) {
    return sketch->core.count();
}

bool cvmcount_is_exact(const cvmcount_sketch* sketch) {
    return sketch->core.is_exact();
}

uint64_t cvmcount_items_seen(const cvmcount_sketch* sketch) {
    return sketch->core.items_seen();
}

cvmcount_status cvmcount_interval(const cvmcount_sketch* sketch, double confidence, uint64_t* low,
                                  uint64_t* high) {
    return guarded([=] {
        require("sketch", sketch);
        require("low", low);
        require("high", high);
        const auto interval = sketch->core.confidence_interval(confidence);
        *low = interval.low;
        *high = interval.high;
    });
}

cvmcount_status cvmcount_merge(cvmcount_sketch* sketch, const cvmcount_sketch* other) {
    return guarded([=] {
        require("sketch", sketch);
        require("other", other);
        sketch->core.merge(other->core);
    });
}

cvmcount_status cvmcount_save(const cvmcount_sketch* sketch, unsigned char** bytes, size_t* size) {
    return guarded([=] {
        require("sketch", sketch);
        require("bytes", bytes);
        require("size", size);
        const auto saved = sketch->core.to_bytes();
        std::unique_ptr<unsigned char[]> copy(new unsigned char[saved.size()]);
        std::memcpy(copy.get(), saved.data(), saved.size());
        *bytes = copy.release();
        *size = saved.size();
    });
}

void cvmcount_free_bytes(unsigned char* bytes) {
    delete[] bytes;
}

cvmcount_status cvmcount_load(const unsigned char* bytes, size_t size, cvmcount_sketch** sketch) {
    return guarded([=] {
        require("bytes", bytes, size);
        require("sketch", sketch);
        const auto saved = std::as_bytes(std::span(bytes, size));
        *sketch = new cvmcount_sketch{cvmcount::sketch::from_bytes(saved)};
    });
}
