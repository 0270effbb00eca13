// Open addressing with a bound: a key stands near its home, or not in the table at all.
//
// Keys are hashes, but who knows the seed can choose many of one home. What finds no slot near it
// goes to a tree, so that no search takes longer than most_near steps and one way down that tree.
#pragma once

#include <cstddef>

#include "base/always_inline.hpp"

namespace cvmcount {

// Of hashes in a table that is half full, one in 10**10 goes to the tree.
inline constexpr std::size_t most_near = 128;

inline constexpr std::size_t no_slot = ~std::size_t{0};

// The first slot from `home` on for which ends(slot) holds, which is a free one or that of the key;
// or no_slot where that is none of so many. There are mask + 1 slots, a power of two.
template <class Ends>
CVMCOUNT_ALWAYS_INLINE inline std::size_t near_slot(std::size_t home, std::size_t mask,
                                                    std::size_t most, Ends ends) {
    if (ends(home)) return home;  // as most are
    for (std::size_t left = most - 1; left > 0; --left) {
        home = (home + 1) & mask;
        if (ends(home)) return home;
    }
    return no_slot;
}

}  // namespace cvmcount
