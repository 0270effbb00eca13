// The reference, and the level of machines that have no other.
#include "identity/xxh3.hpp"
#include "simd/string_hash_levels.hpp"

namespace cvmcount {

void hash_strings_plain(const string_list& strings, std::uint64_t seed, std::uint64_t* hashes) {
    if (usual_class(strings) != length_classes) {
        for (std::size_t i = 0; i < strings.count; ++i) {
            prefetch_ahead(strings.begins[i]);
            hashes[i] = xxh3::hash(strings[i], seed);
        }
        return;
    }
    const by_length order(strings);
    const auto each_of = [&](std::size_t which, auto hash) {
        for (const std::uint16_t i : order.of_class(which)) {
            prefetch_ahead(strings.begins[i]);
            hashes[i] = hash(strings.begins[i], strings.sizes[i], seed);
        }
    };
    each_of(0, [](const std::byte* data, std::size_t size, std::uint64_t with) {
        return size == 0 ? xxh3::hash_empty(with) : xxh3::hash_1_to_3(data, size, with);
    });
    each_of(class_of_4_to_8, xxh3::hash_4_to_8);
    each_of(2, xxh3::hash_9_to_16);
    each_of(3, xxh3::hash_over_16);
}

}  // namespace cvmcount
