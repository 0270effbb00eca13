// The facts that a reader must know of the sketch it reads for, and what it hands back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "identity/identity.hpp"

namespace cvmcount {

class reading_work;

// Readers whose values may take long ask now and then whether they should stop. It throws nothing.
struct interruption {
    bool (*wanted)(void* context) = nullptr;  // null: never
    void* context = nullptr;
};

struct reading_rules {
    const identity_hash* hash = nullptr;
    std::uint64_t threshold = 0;  // identities above it are counted as items and left out
    bool dropna = true;           // missing values are left out, and not counted either
    bool skip_repeats = false;    // an identity that was handed back before may be left out
    interruption stop = {};
    reading_work* work = nullptr;  // of the read() that this belongs to
};

// The error of a reader that found no memory: compared by its address.
inline constexpr char out_of_memory[] = "there is not enough memory to read it";

// Where the identities go, in the order of the stream.
struct reading_output {
    std::uint64_t* identities = nullptr;
    std::size_t room = 0;          // for so many identities
    std::size_t kept = 0;          // so far
    std::uint64_t item_count = 0;  // so far, less the missing values that were left out
    // Of these, the items that were known only by their own hash(): see kind::process_hash.
    std::uint64_t process_hashes = 0;
    const char* error = nullptr;  // says why reading stopped, if it did for good
};

}  // namespace cvmcount
