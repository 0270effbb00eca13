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
#include "lines/row_stops.hpp"
#include "reading/rules.hpp"

namespace cvmcount {

// Reads lines that are no rows of CSV, each with its end. No line is missing; the lines that the
// form skips are no items. The output has room for an identity of each. The text is changed where
// case is folded.
void read_lines(std::span<std::byte> text, const line_form& form, const reading_rules& rules,
                reading_output& output) noexcept;

// Reads rows of CSV likewise, from `begin` to the end of the text, of which `stops` has seen all.
// The text is changed where a field is quoted, too.
void read_rows(std::span<std::byte> text, std::size_t begin, const row_stops& stops,
               const line_form& form, const reading_rules& rules, reading_output& output) noexcept;

// Gives the items of whole lines or rows that are lacking, or their keys where they have some, and
// changes the text likewise. Throws std::bad_alloc.
void find_lines(std::span<std::byte> text, const line_form& form, const identity_hash& hash,
                lacking_items& lacking);

// These do so if the form has fields: read_lines() and find_lines() call them.
void read_fields(std::span<std::byte> text, const line_form& form, const reading_rules& rules,
                 reading_output& output) noexcept;
void find_fields(std::span<std::byte> text, const line_form& form, const identity_hash& hash,
                 lacking_items& lacking);

}  // namespace cvmcount
