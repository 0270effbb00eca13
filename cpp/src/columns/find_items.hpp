// Finds the values of elements whose identities are known already.
#pragma once

#include <cstddef>

#include "columns/column.hpp"
#include "items/kept_items.hpp"

namespace cvmcount {

// Looks through the values from `begin` up to `end` for what is lacking, in stream order, until
// nothing is. Returns where it stopped: at the end, or before a block with a value that only Python
// has. Throws malformed_column and std::bad_alloc.
std::size_t find_items(const column& values, std::size_t begin, std::size_t end,
                       const reading_rules& rules, identity_cache& cache, lacking_items& lacking);

// Gives the values that their identities tell, if all that is lacking is of the reader.
// Precondition: that has read this column, or others of the same told_kind(). Throws
// std::bad_alloc.
void give_told_items(const column& values, const reading_rules& rules, lacking_items& lacking);

}  // namespace cvmcount
