// Reads a file at a place of one's own, as several threads can at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#if !defined(_WIN32)
#include <sys/types.h>
#include <unistd.h>
#endif

namespace cvmcount {

// Returns how many bytes came. There are none at the end of the file, where it cannot be read, and
// on systems without this.
inline std::size_t read_at(int descriptor, std::uint64_t offset,
                           std::span<std::byte> room) noexcept {
#if defined(_WIN32)
    static_cast<void>(descriptor), static_cast<void>(offset), static_cast<void>(room);
    return 0;
#else
    const auto size = pread(descriptor, room.data(), room.size(), static_cast<off_t>(offset));
    return size > 0 ? static_cast<std::size_t>(size) : 0;
#endif
}

}  // namespace cvmcount
