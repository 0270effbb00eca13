#include "reading/parallel_reader.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace cvmcount {
namespace {

constexpr double short_pass_seconds = 0.005;
constexpr double long_pass_seconds = 0.040;

// Appends what a slice has kept in its own part of the room.
void append(const reading_output& from, reading_output& output) noexcept {
    std::uint64_t* const end = output.identities + output.kept;
    if (from.identities != end && from.kept > 0) {
        std::memmove(end, from.identities, from.kept * sizeof *end);
    }
    output.kept += from.kept;
    output.item_count += from.item_count;
    output.error = from.error;
}

}  // namespace

parallel_reader::parallel_reader(std::size_t workers, slice_sizes sizes, clock now)
    : team_(workers > 1 ? std::make_unique<thread_team>(workers) : nullptr),
      slices_(team_ ? team_->size() : 1),
      sizes_(sizes),
      slice_items_(sizes.first),
      now_(now) {}

double parallel_reader::steady_seconds() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now.time_since_epoch()).count();
}

std::size_t parallel_reader::end_of_pass(std::size_t begin, std::size_t room) const noexcept {
    std::size_t items = slice_items_ * workers();
    const double expected = 2.0 * kept_fraction_ * static_cast<double>(items);
    if (expected > static_cast<double>(room)) {
        items = static_cast<std::size_t>(static_cast<double>(room) / (2.0 * kept_fraction_));
        items = std::max(items, sizes_.least);
    }
    return begin + items;
}

void parallel_reader::read_slice(void* context, std::size_t worker) noexcept {
    const auto& shared = *static_cast<const pass*>(context);
    slice& own = shared.slices[worker];
    own.position = shared.input.read_slice(shared.input.context, worker, own.position, own.end,
                                           shared.rules, own.output);
}

std::size_t parallel_reader::read(const sliced_input& input, std::size_t begin, std::size_t end,
                                  const reading_rules& rules, reading_output& output) noexcept {
    const double started = now_();
    const std::size_t kept_before = output.kept;
    const std::size_t count = workers();
    std::size_t position = begin;
    if (count == 1 || end - begin < sizes_.least) {
        position = input.read_slice(input.context, 0, begin, end, rules, output);
    } else {
        const std::size_t items = (end - begin + count - 1) / count;
        const std::size_t room = (output.room - output.kept) / count;
        std::uint64_t* identities = output.identities + output.kept;
        for (slice& one : slices_) {
            const std::size_t stop = std::min(position + items, end);
            one = {position, stop, {.identities = identities, .room = room}};
            position = stop;
            identities += room;
        }
        pass shared = {input, rules, slices_};
        team_->run(read_slice, &shared);
        for (const slice& one : slices_) {
            append(one.output, output);
            position = one.position;
            if (position < one.end) break;
        }
    }
    if (position > begin) {
        kept_fraction_ =
            static_cast<double>(output.kept - kept_before) / static_cast<double>(position - begin);
    }
    const double seconds = now_() - started;
    if (position == end || seconds > long_pass_seconds) adapt(seconds);
    return position;
}

std::size_t parallel_reader::read_alone(const sliced_input& input, std::size_t begin,
                                        std::size_t end, const reading_rules& rules,
                                        reading_output& output) noexcept {
    slice_items_ = sizes_.first;
    return input.read_slice(input.context, 0, begin, end, rules, output);
}

void parallel_reader::adapt(double seconds) noexcept {
    if (seconds < short_pass_seconds) {
        slice_items_ = std::min(4 * slice_items_, sizes_.most);
    } else if (seconds > long_pass_seconds) {
        slice_items_ = std::max(slice_items_ / 4, sizes_.least);
    }
}

}  // namespace cvmcount
