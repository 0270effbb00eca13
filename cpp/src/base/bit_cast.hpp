// The bits of a value as a value of another type: std::bit_cast, which libc++ has from 14 on.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

namespace cvmcount {

#if defined(__cpp_lib_bit_cast)

using std::bit_cast;

#else

template <class To, class From>
To bit_cast(const From& value) noexcept {
    static_assert(sizeof(To) == sizeof(From));
    static_assert(std::is_trivially_copyable_v<To> && std::is_trivially_copyable_v<From>);
    To result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

#endif

}  // namespace cvmcount
