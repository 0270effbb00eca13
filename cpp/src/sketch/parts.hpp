// What a sketch consists of, for the files that define its members.
#pragma once

#include <memory>
#include <optional>

#include "cvmcount/sketch.hpp"
#include "identity/identity.hpp"
#include "items/kept_items.hpp"
#include "sampler/sampler.hpp"
#include "sketch/saved_head.hpp"

namespace cvmcount {

// They are copied together.
struct sketch::parts {
    saved_settings settings;
    std::shared_ptr<const identity_hash> hash;
    sampler sample;
    std::optional<boxed<kept_items>> kept = {};  // nothing where nothing is kept

    bool keeps_summaries() const noexcept { return settings.keep == keep::summaries; }

    // The identity beyond which an item is only counted. Of the largest in the buffer itself, which
    // changes nothing, a summary counts the occurrences, too.
    std::uint64_t highest_of_use() const noexcept {
        return sample.threshold() + (keeps_summaries() && !sample.is_exact() ? 1 : 0);
    }

    // Takes away what the sample does not have any more, once that is most of it.
    void tidy() {
        constexpr std::size_t least_to_tidy = 256;
        if (kept && (**kept).size() > 2 * sample.retained() + least_to_tidy) {
            (**kept).keep_only(sample.retained_ids());
        }
    }

    bool may_collide() const noexcept { return settings.hashes && settings.hashes->several; }
};

}  // namespace cvmcount
