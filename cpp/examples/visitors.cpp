// Counts the visitors of two days, those who came on both, and keeps the sketch of both as bytes.
#include <cstdio>
#include <cvmcount/sketch.hpp>
#include <string>
#include <vector>

int main() {
    std::vector<std::string> users;
    for (int i = 0; i < 100'000; ++i) users.push_back("user" + std::to_string(i));

    cvmcount::sketch monday, tuesday({.epsilon = 0.02});
    monday.update(std::span(users).first(60'000));
    tuesday.update(std::span(users).subspan(40'000));

    const cvmcount::sketch both_days = monday | tuesday;
    const auto [low, high] = both_days.confidence_interval(0.95);
    std::printf("%zu visitors, or %zu to %zu\n", both_days.count(), low, high);
    std::printf("%zu came again\n", (monday & tuesday).count());
    return cvmcount::sketch::from_bytes(both_days.to_bytes()) == both_days ? 0 : 1;
}
