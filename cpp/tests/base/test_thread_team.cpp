// A red run means that work of a helper is lost, seen too early or done twice. Under TSan: a race.
#include <doctest/doctest.h>

#include <cstddef>
#include <thread>
#include <vector>

#include "base/thread_team.hpp"

namespace cvmcount::testing {
namespace {

struct sums {
    std::size_t input = 0;
    std::vector<std::size_t> output;
    std::vector<std::thread::id> thread;
};

void add_to_own_sum(void* context, std::size_t part) {
    auto& all = *static_cast<sums*>(context);
    all.output[part] += all.input * (part + 1);
    all.thread[part] = std::this_thread::get_id();
}

TEST_CASE("every part runs once a round, on one thread, and the caller sees what it wrote") {
    for (const std::size_t workers : {1U, 2U, 3U, 8U}) {
        team crew(workers);
        REQUIRE(crew.size() == workers);
        sums all{.input = 0,
                 .output = std::vector<std::size_t>(workers),
                 .thread = std::vector<std::thread::id>(workers)};
        std::size_t expected = 0;
        for (std::size_t round = 1; round <= 3000; ++round) {
            all.input = round;
            const std::vector<std::thread::id> before = all.thread;
            crew.run(add_to_own_sum, &all);
            expected += round;
            for (std::size_t part = 0; part < workers; ++part) {
                REQUIRE(all.output[part] == expected * (part + 1));
                if (round > 1) REQUIRE(all.thread[part] == before[part]);
            }
        }
        CHECK(all.thread[0] == std::this_thread::get_id());
    }
}

TEST_CASE("a team that never works can be dismissed") {
    for (int i = 0; i < 100; ++i) team crew(4);
}

}  // namespace
}  // namespace cvmcount::testing
