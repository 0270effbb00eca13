// Reproducible random words for the tests. std::mt19937_64 gives the same sequence on every
// platform; the distributions of <random> do not, so the tests have none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace cvmcount::testing {

class random_words {
  public:
    explicit random_words(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t next() { return engine_(); }

    // Below `bound`, with a bias too small for any test here to see.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    template <class Value>
    void shuffle(std::vector<Value>& values) {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace cvmcount::testing
