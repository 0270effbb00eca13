// Either sampler behind one set of names, for whoever lets users choose the coins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>

#include "cvmcount/settings.hpp"
#include "sampler/fresh_sampler.hpp"
#include "sampler/hashed_sampler.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {

class sampler {
  public:
    sampler(coins kind, std::size_t capacity, std::uint64_t seed) noexcept
        : chosen_(kind == coins::hashed ? any(hashed_sampler(capacity))
                                        : any(fresh_sampler(capacity, seed))) {}
    explicit sampler(hashed_sampler chosen) noexcept : chosen_(std::move(chosen)) {}
    explicit sampler(fresh_sampler chosen) noexcept : chosen_(std::move(chosen)) {}

    coins kind() const noexcept { return chosen_.index() == 0 ? coins::hashed : coins::fresh; }

    // Precondition: of this kind.
    const hashed_sampler& hashed() const noexcept { return *std::get_if<hashed_sampler>(&chosen_); }
    const fresh_sampler& fresh() const noexcept { return *std::get_if<fresh_sampler>(&chosen_); }

    // Precondition: hashed coins.
    void forget_history() noexcept { std::get_if<hashed_sampler>(&chosen_)->forget_history(); }

    std::uint64_t threshold() const noexcept {
        return std::visit([](const auto& s) { return s.threshold(); }, chosen_);
    }
    void offer_filtered(std::span<const std::uint64_t> identities, std::uint64_t items) {
        std::visit([=](auto& s) { s.offer_filtered(identities, items); }, chosen_);
    }
    double estimate() const noexcept {
        return std::visit([](const auto& s) { return s.estimate(); }, chosen_);
    }
    std::uint64_t count() const noexcept {
        return std::visit([](const auto& s) { return s.count(); }, chosen_);
    }
    interval confidence_interval(double confidence) const {
        return std::visit([=](const auto& s) { return s.confidence_interval(confidence); },
                          chosen_);
    }
    bool is_exact() const noexcept {
        return std::visit([](const auto& s) { return s.is_exact(); }, chosen_);
    }
    std::size_t capacity() const noexcept {
        return std::visit([](const auto& s) { return s.capacity(); }, chosen_);
    }
    std::size_t retained() const noexcept {
        return std::visit([](const auto& s) { return s.retained(); }, chosen_);
    }
    std::uint64_t items_seen() const noexcept {
        return std::visit([](const auto& s) { return s.items_seen(); }, chosen_);
    }
    double sampling_rate() const noexcept {
        return std::visit([](const auto& s) { return s.sampling_rate(); }, chosen_);
    }
    std::size_t memory_bytes() const noexcept {
        return std::visit([](const auto& s) { return s.memory_bytes(); }, chosen_);
    }

    friend bool operator==(const sampler&, const sampler&) = default;

  private:
    using any = std::variant<hashed_sampler, fresh_sampler>;

    any chosen_;
};

inline std::size_t sized_capacity(coins kind, double epsilon, double delta) noexcept {
    return kind == coins::hashed ? hashed_capacity(epsilon, delta) : fresh_capacity(epsilon, delta);
}

inline double achieved_epsilon(coins kind, std::size_t capacity, double delta) noexcept {
    return kind == coins::hashed ? hashed_epsilon(capacity, delta) : fresh_epsilon(capacity, delta);
}

}  // namespace cvmcount
