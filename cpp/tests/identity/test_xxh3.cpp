// A red run means that text and bytes are not hashed by XXH3-64. The values are those of the xxHash
// library for the bytes 0, 1, 2, … (modulo 256) at the ends of each length class; the Python tests
// compare every length up to 2,200 and random content.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "identity/xxh3.hpp"
#include "support/random_words.hpp"

namespace cvmcount::testing {
namespace {

struct vector {
    std::size_t size;
    std::uint64_t seed, hash;
};

constexpr vector vectors[] = {
    {0, 0x0U, 0x2d06800538d394c2U},    {0, 0x9e3779b97f4a7c15U, 0x602b0e2cd6662c8bU},
    {1, 0x0U, 0xc44bdff4074eecdbU},    {1, 0x9e3779b97f4a7c15U, 0x062b185e4e01441aU},
    {2, 0x0U, 0xd6645fc3051a9457U},    {2, 0x9e3779b97f4a7c15U, 0xde1284c84d99e533U},
    {3, 0x0U, 0x5f4299fc161c9cbbU},    {3, 0x9e3779b97f4a7c15U, 0xbe1fd1f503b5d59eU},
    {4, 0x0U, 0x60dab036a58211f2U},    {4, 0x9e3779b97f4a7c15U, 0x89878861fce0da55U},
    {7, 0x0U, 0x0cd2084a62406b69U},    {7, 0x9e3779b97f4a7c15U, 0x5a26c54dd24bcadfU},
    {8, 0x0U, 0x3a1c2d7c85af88f8U},    {8, 0x9e3779b97f4a7c15U, 0xb82d9ef5fd6b3172U},
    {9, 0x0U, 0xe9612598145bb9dcU},    {9, 0x9e3779b97f4a7c15U, 0xfe11eeff350b91efU},
    {15, 0x0U, 0x55ecedc2b87bb042U},   {15, 0x9e3779b97f4a7c15U, 0x4d3057ebec4b943eU},
    {16, 0x0U, 0x8355e3a6f61770dbU},   {16, 0x9e3779b97f4a7c15U, 0x3d392960bfd9df8aU},
    {17, 0x0U, 0x9ef341a99de37328U},   {17, 0x9e3779b97f4a7c15U, 0x89e5f063c641de9fU},
    {32, 0x0U, 0x3523581fe96e4c05U},   {32, 0x9e3779b97f4a7c15U, 0xe21aad9e4c41f9f8U},
    {33, 0x0U, 0xe68c56ba88991e58U},   {33, 0x9e3779b97f4a7c15U, 0x3b39cdb25965e390U},
    {64, 0x0U, 0x6187eb9089b0ed55U},   {64, 0x9e3779b97f4a7c15U, 0x0ed104450790536fU},
    {65, 0x0U, 0x6928c76ce90422d0U},   {65, 0x9e3779b97f4a7c15U, 0xa87508fa98055c07U},
    {96, 0x0U, 0x278a3e12ea046dfbU},   {96, 0x9e3779b97f4a7c15U, 0x8b0d1d8169eb865aU},
    {97, 0x0U, 0xe7220282dc4e14f4U},   {97, 0x9e3779b97f4a7c15U, 0xc425356a198956e8U},
    {128, 0x0U, 0x85c6174c7ff4c46bU},  {128, 0x9e3779b97f4a7c15U, 0x77bf966868f4b200U},
    {129, 0x0U, 0xec7642b431ba3e5aU},  {129, 0x9e3779b97f4a7c15U, 0x747f159fdd2d2177U},
    {144, 0x0U, 0x028e1e35ff4c0a01U},  {144, 0x9e3779b97f4a7c15U, 0x451f63f305784f18U},
    {240, 0x0U, 0x375a384d957fe865U},  {240, 0x9e3779b97f4a7c15U, 0xe6e766db0868c372U},
    {241, 0x0U, 0x02e8cd95421c6d02U},  {241, 0x9e3779b97f4a7c15U, 0x172114de208c5a80U},
    {256, 0x0U, 0x9408a4433b952d71U},  {256, 0x9e3779b97f4a7c15U, 0x55994158ec4a1205U},
    {1023, 0x0U, 0x26a0a01d1c925c06U}, {1023, 0x9e3779b97f4a7c15U, 0xff3f03a66e00060eU},
    {1024, 0x0U, 0xa870f92984398d22U}, {1024, 0x9e3779b97f4a7c15U, 0x998502a823864329U},
    {1025, 0x0U, 0x78c86e91ee939852U}, {1025, 0x9e3779b97f4a7c15U, 0x7a2da45362d89ae8U},
    {1088, 0x0U, 0x280d4e7cb6579eb6U}, {1088, 0x9e3779b97f4a7c15U, 0xb3bea9929ba5f523U},
    {1089, 0x0U, 0x42f8401c93f322b4U}, {1089, 0x9e3779b97f4a7c15U, 0x738b3a7df4ba9a9aU},
    {2048, 0x0U, 0xdd420471ff96bd00U}, {2048, 0x9e3779b97f4a7c15U, 0x7f738d385e516426U},
    {2049, 0x0U, 0x62dff343e7dbac9bU}, {2049, 0x9e3779b97f4a7c15U, 0x1286a0cec3392c57U},
    {5000, 0x0U, 0x1b74bda2c82a8c7aU}, {5000, 0x9e3779b97f4a7c15U, 0xdfaf9fdba086e736U},
};

TEST_CASE("published values") {
    for (const vector& known : vectors) {
        std::vector<std::byte> data(known.size);
        for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i);
        CAPTURE(known.size);
        CAPTURE(known.seed);
        CHECK(xxh3::hash(data, known.seed) == known.hash);
    }
}

TEST_CASE("in pieces as at once") {
    random_words random(1);
    std::vector<std::byte> data(5000);
    for (std::byte& byte : data) byte = static_cast<std::byte>(random.next());
    for (std::size_t size = 0; size <= data.size(); size += size < 2200 ? 1 : 97) {
        const std::size_t most = std::size_t{1} << random.below(12);  // in a piece
        xxh3::stream stream(size);
        for (std::size_t begin = 0; begin < size;) {
            const std::size_t piece = std::min<std::size_t>(random.below(most + 1), size - begin);
            stream.add(std::span(data).subspan(begin, piece));
            begin += piece;
        }
        CAPTURE(size);
        CHECK(stream.hash() == xxh3::hash(std::span(data).first(size), size));
    }
}

}  // namespace
}  // namespace cvmcount::testing
