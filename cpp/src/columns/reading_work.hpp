// What reading a block of a column costs where its values are not laid out one after the other:
// list views may share their members, so that a few bytes ask for any number of steps.
#pragma once

#include <cstddef>
#include <exception>
#include <limits>

#include "reading/rules.hpp"

namespace cvmcount {

// Reading stops, because somebody wanted it.
class reading_interrupted : public std::exception {};

class reading_work {
  public:
    static constexpr char too_many[] = "its lists share too many members";

    // Lists that share no members have as many as lie in the buffers, and windows that move over a
    // column, a block of them, at most block_values times as many. What lies in no buffer, as nulls
    // do not, may come a million times.
    static constexpr std::size_t least_members = std::size_t{1} << 20;
    static constexpr std::size_t most_times_shared = 1024;

    // So many members take a few milliseconds.
    static constexpr std::size_t between_questions = std::size_t{1} << 20;

    static constexpr std::size_t any = std::numeric_limits<std::size_t>::max();

    // most: the members of all lists in a block.
    reading_work(std::size_t most, const interruption& stop) noexcept : most_(most), stop_(stop) {}

    void begin_block() noexcept { left_ = most_; }

    // Before so many members are looked at. Throws malformed_column where they are too many.
    void add(std::size_t members);

    // Before bytes that others may share. Throws reading_interrupted.
    void add_bytes(std::size_t bytes) { ask(bytes / bytes_per_member); }

  private:
    static constexpr std::size_t bytes_per_member = 64;  // that take as long

    void ask(std::size_t steps);

    std::size_t most_;
    std::size_t left_ = 0;
    std::size_t since_asked_ = 0;
    const interruption& stop_;
};

}  // namespace cvmcount
