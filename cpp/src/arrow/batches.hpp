// The data that an Arrow producer hands over, as columns, batch by batch. Everything is released
// once, whatever happens.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "arrow/abi.hpp"
#include "columns/column_sequence.hpp"

namespace cvmcount {

// An error of the producer.
class arrow_stream_error : public std::runtime_error {
  public:
    arrow_stream_error(int code, const std::string& message)
        : std::runtime_error(message), code_(code) {}
    int code() const noexcept { return code_; }  // an errno

  private:
    int code_;
};

// One of the structures, which is released with it.
template <class Structure>
class arrow_owner {
  public:
    arrow_owner() noexcept = default;
    // Takes it out of where it lies, which is marked as released.
    explicit arrow_owner(Structure& from) noexcept : held_(from) { from.release = nullptr; }
    arrow_owner(arrow_owner&& other) noexcept : arrow_owner(other.held_) {}
    arrow_owner& operator=(arrow_owner&& other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~arrow_owner() {
        if (held_.release != nullptr) held_.release(&held_);
    }

    bool is_released() const noexcept { return held_.release == nullptr; }
    Structure* operator->() noexcept { return &held_; }
    Structure& operator*() noexcept { return held_; }

  private:
    Structure held_{};
};

class arrow_batches {
  public:
    // Both take their arguments over. Throw malformed_column where they were released before.
    explicit arrow_batches(ArrowArrayStream& stream);
    arrow_batches(ArrowSchema& schema, ArrowArray& array);

    // Appends the next batch; false where there is none. May take as long as the producer works,
    // who may want the interpreter. Throws arrow_stream_error, and as open_arrow_column().
    bool append_next(column_sequence& columns);

    // The memory of all batches so far: their columns must not be read any more. As the producers
    // want it released: by a thread that holds the interpreter.
    void release() noexcept { arrays_.clear(); }

  private:
    void require_no_error(int code);

    arrow_owner<ArrowArrayStream> stream_;
    arrow_owner<ArrowSchema> schema_;
    arrow_owner<ArrowArray> single_;  // which is the next batch, and the last
    std::vector<arrow_owner<ArrowArray>> arrays_;
};

}  // namespace cvmcount
