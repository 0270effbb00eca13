// A red run means that this compiler, optimization level or machine gives other identities than the
// rest: sketches made here would not merge with theirs. The table is tests/golden_identities.tsv.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/bit_cast.hpp"
#include "identity/identity.hpp"

namespace cvmcount::testing {
namespace {

std::vector<std::byte> bytes_from_hex(const std::string& hex) {
    std::vector<std::byte> bytes;
    if (hex == "empty") return bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

std::uint64_t identify(const identity_hash& hash, const std::string& form,
                       const std::string& payload) {
    if (form == "integer") return hash.of_integer(std::stoll(payload));
    if (form == "real") return hash.of_real(bit_cast<double>(std::stoull(payload, nullptr, 16)));
    const std::vector<std::byte> bytes = bytes_from_hex(payload);
    if (form == "text") return hash.of_text(bytes);
    if (form == "bytes") return hash.of_bytes(bytes);
    return hash.of_big_integer(bytes, form == "negative");
}

TEST_CASE("golden identities") {
    std::ifstream table(CVMCOUNT_GOLDEN_IDENTITIES);
    REQUIRE(table.is_open());
    int rows = 0;
    for (std::string line; std::getline(table, line);) {
        if (line.starts_with('#')) continue;
        std::vector<std::string> fields;
        for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
            end = line.find('\t', begin);
            fields.push_back(line.substr(begin, end - begin));
        }
        REQUIRE(fields.size() == 5);
        if (fields[2] == "-") continue;
        CAPTURE(fields[0]);
        CAPTURE(fields[4]);
        const identity_hash hash(std::stoull(fields[0]));
        CHECK(identify(hash, fields[2], fields[3]) == std::stoull(fields[1], nullptr, 16));
        ++rows;
    }
    CHECK(rows > 400);
}

}  // namespace
}  // namespace cvmcount::testing
