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

}  // namespace

std::uint32_t thread_team::number::wait_for_change(std::uint32_t old) noexcept {
    for (int i = 0; i < looks_before_sleep + yields_before_sleep; ++i) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old) return now;
        if (i >= looks_before_sleep) std::this_thread::yield();
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return value.load(std::memory_order_acquire) != old; });
    return value.load(std::memory_order_acquire);
}

void thread_team::number::wake() noexcept {
    // Who has seen the old value under the lock is asleep once it can be taken.
    mutex_.lock();
    mutex_.unlock();
    changed_.notify_all();
}

thread_team::thread_team(std::size_t workers)
    : process_(this_process()), pass_(new number), working_(new number) {
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
    working_->value.store(static_cast<std::uint32_t>(helpers_.size()), std::memory_order_relaxed);
    pass_->value.fetch_add(1, std::memory_order_release);
    pass_->wake();
    if (work == nullptr) return;
    work(context, 0);
    for (auto left = working_->value.load(std::memory_order_acquire); left != 0;) {
        left = working_->wait_for_change(left);
    }
}

void thread_team::help(std::size_t slice) noexcept {
    // A helper that starts late finds its first pass begun; none can be missed, because run()
    // waits for every helper before it begins the next.
    for (std::uint32_t pass = 0;;) {
        pass = pass_->wait_for_change(pass);
        if (work_ == nullptr) return;
        work_(context_, slice);
        if (working_->value.fetch_sub(1, std::memory_order_acq_rel) == 1) working_->wake();
    }
}

void thread_team::dismiss() noexcept {
    run(nullptr, nullptr);
    const bool is_forked = process_ != this_process();
    for (std::thread& helper : helpers_) is_forked ? helper.detach() : helper.join();
    if (!is_forked) return;
    // Where helpers slept when the process was forked, they seem to sleep for ever: to destroy what
    // they sleep on would wait for them.
    static_cast<void>(pass_.release());
    static_cast<void>(working_.release());
}

}  // namespace cvmcount
