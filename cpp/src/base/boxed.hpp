// A value that lies elsewhere, because it is large and seldom wanted.
#pragma once

#include <memory>
#include <utility>

namespace cvmcount {

// It takes the room of a pointer, and is copied with its owner. It may hold nothing.
template <class Value>
class boxed {
  public:
    boxed() = default;
    explicit boxed(Value value) : value_(new Value(std::move(value))) {}
    boxed(const boxed& other) : value_(other ? new Value(*other) : nullptr) {}
    boxed(boxed&&) noexcept = default;
    boxed& operator=(const boxed& other) { return *this = boxed(other); }
    boxed& operator=(boxed&&) noexcept = default;

    explicit operator bool() const noexcept { return value_ != nullptr; }

    // Precondition: it holds one.
    const Value& operator*() const noexcept { return *value_; }
    Value& operator*() noexcept { return *value_; }

    friend bool operator==(const boxed& a, const boxed& b) { return a && b ? *a == *b : !a && !b; }

  private:
    std::unique_ptr<Value> value_;
};

}  // namespace cvmcount
