// Counts the visitors of two days, those who came on both, and keeps the sketch of both as bytes.
#include <cvmcount/sketch.hpp>
#include <iostream>
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
    std::cout << both_days.count() << " visitors, or " << low << " to " << high << '\n';
    std::cout << (monday & tuesday).count() << " came again\n";
    return cvmcount::sketch::from_bytes(both_days.to_bytes()) == both_days ? 0 : 1;
}
