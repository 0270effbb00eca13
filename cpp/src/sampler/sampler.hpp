// Either sampler behind one set of names, for whoever lets users choose the coins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "base/boxed.hpp"
#include "cvmcount/settings.hpp"
#include "sampler/fresh_sampler.hpp"
#include "sampler/hashed_sampler.hpp"
#include "sampler/sizing.hpp"

namespace cvmcount {

class sampler {
    using any = std::variant<hashed_sampler, boxed<fresh_sampler>>;

    template <class Function>
    auto visit(const Function& function) const {
        const auto* const hashed = std::get_if<hashed_sampler>(&chosen_);
        return hashed != nullptr ? function(*hashed) : function(fresh());
    }

  public:
    // These throw std::bad_alloc.
    sampler(coins kind, std::size_t capacity, std::uint64_t seed)
        : chosen_(kind == coins::hashed ? any(hashed_sampler(capacity))
                                        : any(boxed(fresh_sampler(capacity, seed)))) {}
    explicit sampler(fresh_sampler chosen) : chosen_(boxed(std::move(chosen))) {}

    explicit sampler(hashed_sampler chosen) noexcept : chosen_(std::move(chosen)) {}

    coins kind() const noexcept { return chosen_.index() == 0 ? coins::hashed : coins::fresh; }

    // Precondition: of this kind.
    const hashed_sampler& hashed() const noexcept { return *std::get_if<hashed_sampler>(&chosen_); }
    const fresh_sampler& fresh() const noexcept {
        return **std::get_if<boxed<fresh_sampler>>(&chosen_);
    }

    // Precondition: hashed coins.
    void forget_history() noexcept { std::get_if<hashed_sampler>(&chosen_)->forget_history(); }

    std::uint64_t threshold() const noexcept {
        return visit([](const auto& s) { return s.threshold(); });
    }
    void offer_filtered(std::span<const std::uint64_t> identities, std::uint64_t items) {
        if (auto* const chosen = std::get_if<hashed_sampler>(&chosen_)) {
            chosen->offer_filtered(identities, items);
        } else {
            (**std::get_if<boxed<fresh_sampler>>(&chosen_)).offer_filtered(identities, items);
        }
    }
    double estimate() const noexcept {
        return visit([](const auto& s) { return s.estimate(); });
    }
    std::uint64_t count() const noexcept {
        return visit([](const auto& s) { return s.count(); });
    }
    interval confidence_interval(double confidence) const {
        return visit([=](const auto& s) { return s.confidence_interval(confidence); });
    }
    bool is_exact() const noexcept {
        return visit([](const auto& s) { return s.is_exact(); });
    }
    std::size_t capacity() const noexcept {
        return visit([](const auto& s) { return s.capacity(); });
    }
    std::size_t retained() const noexcept {
        return visit([](const auto& s) { return s.retained(); });
    }
    std::uint64_t items_seen() const noexcept {
        return visit([](const auto& s) { return s.items_seen(); });
    }
    // It rises whenever an element enters the buffer; with fresh coins perhaps more often.
    std::uint64_t entries() const noexcept {
        return kind() == coins::hashed ? hashed().entries() : fresh().items_seen();
    }
    // In ascending order.
    std::vector<std::uint64_t> retained_ids() const {
        return visit([](const auto& s) { return s.retained_ids(); });
    }
    double sampling_rate() const noexcept {
        return visit([](const auto& s) { return s.sampling_rate(); });
    }
    std::size_t memory_bytes() const noexcept {
        const std::size_t bytes = visit([](const auto& s) { return s.memory_bytes(); });
        return sizeof *this + bytes - (kind() == coins::hashed ? sizeof(hashed_sampler) : 0);
    }

    friend bool operator==(const sampler&, const sampler&) = default;

  private:
    any chosen_;
};

inline std::size_t sized_capacity(coins kind, double epsilon, double delta) noexcept {
    return kind == coins::hashed ? hashed_capacity(epsilon, delta) : fresh_capacity(epsilon, delta);
}

inline double achieved_epsilon(coins kind, std::size_t capacity, double delta) noexcept {
    return kind == coins::hashed ? hashed_epsilon(capacity, delta) : fresh_epsilon(capacity, delta);
}

}  // namespace cvmcount
