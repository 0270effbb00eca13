// Groups as bytes, piece by piece: a file of them may be larger than what memory holds twice.
//
// docs/format.md has the layout. Bytes from outside are taken for nothing: every length, key and
// state is checked, as those of a saved sketch are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "groups/groups.hpp"
#include "identity/rapidhash.hpp"

namespace cvmcount {

class groups_writer {
  public:
    // The groups must outlive it and not change meanwhile. Throws std::bad_alloc.
    explicit groups_writer(const groups& all);

    // The next bytes, of about a megabyte; none at the end. Throws std::bad_alloc.
    std::vector<std::byte> next();

  private:
    const groups& all_;
    std::vector<groups::place> places_;
    std::size_t written_ = 0;  // groups
    rapidhash::stream checksum_;
    bool has_head_ = false;
    bool has_end_ = false;
};

class groups_loader {
  public:
    // Objects of Python in keys, which only pickle can load, are an error unless they are allowed.
    explicit groups_loader(bool objects_allowed);

    // Takes the next bytes. Throws std::invalid_argument with the reason where they are not what
    // a groups_writer of this or an earlier version gave, and std::bad_alloc.
    void add(std::span<const std::byte> bytes);

    // To be called once, at the end. Throws likewise.
    groups finish();

  private:
    std::size_t read_head(std::span<const std::byte> bytes);
    std::size_t read_group(std::span<const std::byte> bytes);

    bool objects_allowed_;
    std::optional<groups> made_;
    std::uint64_t num_groups_ = 0;
    std::uint64_t items_seen_ = 0;
    std::uint64_t items_of_groups_ = 0;
    std::vector<std::byte> rest_;  // bytes that are not read yet
    rapidhash::stream checksum_;
};

}  // namespace cvmcount
