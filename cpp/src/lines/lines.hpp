// Lines of text to identities, where they are whole in memory.
//
// A line, or a field of it, is the element that Python would have after reading it: text if it is
// valid UTF-8, otherwise bytes. Several fields are a tuple.
#pragma once

#include <cstddef>
#include <span>

#include "identity/identity.hpp"
#include "items/kept_items.hpp"
#include "lines/line_form.hpp"
#include "reading/rules.hpp"

namespace cvmcount {

// Reads lines, each with its end. No line is missing; the lines that the form skips are no items.
// The output has room for an identity of each. The text is changed where case is folded or a field
// is quoted.
void read_lines(std::span<std::byte> text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept;

// Gives the items of such lines that are lacking, or their keys where they have some, and changes
// the text likewise. Throws std::bad_alloc.
void find_lines(std::span<std::byte> text, const line_form& form, const identity_hash& hash,
                lacking_items& lacking);

// These do so if the form has fields: the two above call them.
void read_fields(std::span<std::byte> text, const line_form& form, const reading_rules& rules,
                 reading_output& output) noexcept;
void find_fields(std::span<std::byte> text, const line_form& form, const identity_hash& hash,
                 lacking_items& lacking);

}  // namespace cvmcount
