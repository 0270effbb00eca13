#include "base/thread_team.hpp"

#include <exception>

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace cvmcount {
namespace {

// Tells a process from the children that it forks, which have none of its threads.
long this_process() noexcept {
#if defined(_WIN32)
    return 0;
#else
    return static_cast<long>(getpid());
#endif
}

// Some microseconds, and then some ten, in which others may run that want to.
constexpr int looks_before_sleep = 4000;
constexpr int yields_before_sleep = 100;

// Returns the first value that differs from `old`.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) noexcept {
    for (int i = 0; i < looks_before_sleep + yields_before_sleep; ++i) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old) return now;
        if (i >= looks_before_sleep) std::this_thread::yield();
    }
    value.wait(old, std::memory_order_acquire);
    return value.load(std::memory_order_acquire);
}

}  // namespace

thread_team::thread_team(std::size_t workers) : process_(this_process()) {
    helpers_.reserve(workers - 1);
    try {
        for (std::size_t slice = 1; slice < workers; ++slice) {
            helpers_.emplace_back([this, slice] { help(slice); });
        }
    } catch (const std::exception&) {  // no more threads, or no memory for one
    }
}

thread_team::~thread_team() {
    dismiss();
}

void thread_team::run(job work, void* context) noexcept {
    if (process_ != this_process()) {
        if (work == nullptr) return;
        for (std::size_t slice = 0; slice < size(); ++slice) work(context, slice);
        return;
    }
    work_ = work;
    context_ = context;
    working_.store(static_cast<std::uint32_t>(helpers_.size()), std::memory_order_relaxed);
    pass_.fetch_add(1, std::memory_order_release);
    pass_.notify_all();
    if (work == nullptr) return;
    work(context, 0);
    for (auto left = working_.load(std::memory_order_acquire); left != 0;) {
        left = wait_for_change(working_, left);
    }
}

void thread_team::help(std::size_t slice) noexcept {
    // A helper that starts late finds its first pass begun; none can be missed, because run()
    // waits for every helper before it begins the next.
    for (std::uint32_t pass = 0;;) {
        pass = wait_for_change(pass_, pass);
        if (work_ == nullptr) return;
        work_(context_, slice);
        if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) working_.notify_one();
    }
}

void thread_team::dismiss() noexcept {
    run(nullptr, nullptr);
    for (std::thread& helper : helpers_) {
        if (process_ == this_process()) {
            helper.join();
        } else {
            helper.detach();
        }
    }
}

}  // namespace cvmcount
