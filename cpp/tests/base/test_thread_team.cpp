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

void add_to_own_sum(void* context, std::size_t worker) {
    auto& all = *static_cast<sums*>(context);
    all.output[worker] += all.input * (worker + 1);
    all.thread[worker] = std::this_thread::get_id();
}

TEST_CASE("each worker runs once a pass, on its own thread, and the caller sees what it wrote") {
    for (const std::size_t workers : {1U, 2U, 3U, 8U}) {
        thread_team team(workers);
        REQUIRE(team.size() == workers);
        sums all{.input = 0,
                 .output = std::vector<std::size_t>(workers),
                 .thread = std::vector<std::thread::id>(workers)};
        std::size_t expected = 0;
        for (std::size_t pass = 1; pass <= 3000; ++pass) {
            all.input = pass;
            const std::vector<std::thread::id> before = all.thread;
            team.run(add_to_own_sum, &all);
            expected += pass;
            for (std::size_t worker = 0; worker < workers; ++worker) {
                REQUIRE(all.output[worker] == expected * (worker + 1));
                if (pass > 1) REQUIRE(all.thread[worker] == before[worker]);
            }
        }
        CHECK(all.thread[0] == std::this_thread::get_id());
    }
}

TEST_CASE("a team that never works can be dismissed") {
    for (int i = 0; i < 100; ++i) thread_team team(4);
}

}  // namespace
}  // namespace cvmcount::testing
