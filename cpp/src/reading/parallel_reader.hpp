// Reads an input with several threads, pass after pass.
//
// A pass is a stretch of the input, cut into one slice for each worker. What the slices hand back
// is put together in the order of the input, up to the first slice that has stopped before its
// end: what later ones have read is read anew. So the result is that of one worker, whatever their
// number.
//
// A pass takes some milliseconds, so that what was read can be seen and Ctrl-C be heeded; but not
// less, because each time the caller wants the interpreter back it may have to wait. It begins
// small, because nothing is left out before the sampler is full.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/thread_team.hpp"
#include "reading/rules.hpp"

namespace cvmcount {

// An input whose items have positions: elements of an array, or bytes of a text.
struct sliced_input {
    // Reads the items from `begin` up to `end`, on the thread of this worker. Returns where it
    // stopped: at the end or before an item that needs more than this, or that might not find room.
    // It throws nothing.
    std::size_t (*read_slice)(void* context, std::size_t worker, std::size_t begin, std::size_t end,
                              const reading_rules& rules, reading_output& output);
    void* context;
};

// How many items there are in the slice of one worker.
struct slice_sizes {
    std::size_t first;      // in the first pass
    std::size_t most;       // in any
    std::size_t least = 1;  // if all slices together have fewer, the caller reads them alone
};

class parallel_reader {
  public:
    using clock = double (*)();  // in seconds; it throws nothing

    // workers: at least 1, the caller included; there are fewer where the system gives no more
    // threads. Throws std::bad_alloc.
    parallel_reader(std::size_t workers, slice_sizes sizes, clock now = steady_seconds);

    std::size_t workers() const noexcept { return slices_.size(); }

    // Returns where a pass that begins here should end. It is chosen so that the identities that it
    // is expected to keep take half of this room: a worker hardly ever stops before its end, which
    // would make the work of those after it vain.
    std::size_t end_of_pass(std::size_t begin, std::size_t room) const noexcept;

    // Reads a pass and returns where it stopped. So that each slice of an input that keeps every
    // item has room for its own, the output needs workers() more than there are items.
    std::size_t read(const sliced_input& input, std::size_t begin, std::size_t end,
                     const reading_rules& rules, reading_output& output) noexcept;

    // Reads what is left of a pass by the caller alone, and lets the next begin small again: where
    // one item needs more than a worker can do, others will.
    std::size_t read_alone(const sliced_input& input, std::size_t begin, std::size_t end,
                           const reading_rules& rules, reading_output& output) noexcept;

  private:
    struct slice {
        std::size_t position;
        std::size_t end;
        reading_output output;
    };
    struct pass {
        const sliced_input& input;
        const reading_rules& rules;
        std::vector<slice>& slices;
    };

    static double steady_seconds();
    static void read_slice(void* context, std::size_t worker) noexcept;
    void adapt(double seconds) noexcept;

    std::unique_ptr<thread_team> team_;  // null for one worker
    std::vector<slice> slices_;
    slice_sizes sizes_;
    std::size_t slice_items_;
    double kept_fraction_ = 0.0;  // of the items of the last pass
    clock now_;
};

}  // namespace cvmcount
